import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as ask } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { controlApi } from '../../src/control/api.ts';
import { serveSecurely, type SecureOptions } from '../../src/control/serve.ts';
import { AccessError, type Access, type User } from '../../src/model/access.ts';
import { selfSigned } from '../kube/certificate.ts';
import { FakeScheduler } from './fixtures.ts';

/** Knows two tokens: of one who may read, and of one who may do everything. */
class FakeAccess implements Access {
  readonly asked: string[] = [];
  error?: AccessError;

  userOf(token: string): Promise<User | undefined> {
    if (this.error !== undefined) return Promise.reject(this.error);
    return Promise.resolve(['viewer', 'operator'].includes(token) ? { username: token } : undefined);
  }

  mayDo({ username }: User, verb: string, path: string): Promise<boolean> {
    this.asked.push(`${username} ${verb} ${path}`);
    return Promise.resolve(username === 'operator' || verb === 'get');
  }
}

let core: FakeScheduler;
let access: FakeAccess;
beforeEach(() => {
  core = new FakeScheduler();
  access = new FakeAccess();
});

async function serve(options: Partial<SecureOptions> = {}): Promise<URL> {
  const server = await serveSecurely(
    controlApi(core),
    { host: '127.0.0.1', port: 0 },
    { access, onCertificateError: () => undefined, ...options },
  );
  onTestFinished(() => server.close());
  return new URL(server.url);
}

interface Asked {
  status: number;
  text: string;
  headers: Record<string, string | string[] | undefined>;
}

function answer(url: URL, path: string, { method = 'GET', headers = {} } = {}): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const request = ask(new URL(path, url), { method, headers, rejectUnauthorized: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode!, text, headers: response.headers }));
    });
    request.on('error', reject).end();
  });
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

it.each(['/healthz', '/livez', '/readyz'])('%s is answered to who has no token', async (path) => {
  const url = await serve();
  expect(await answer(url, path)).toMatchObject({ status: 200, text: 'ok' });
  expect(access.asked).toEqual([]);
});

it.each(['/metrics', '/configz', '/coset/v1/state', '/coset/v1/pause', '/nowhere', '/livez/'])(
  '%s is not',
  async (path) => {
    const url = await serve();
    const refused = await answer(url, path);
    expect(refused).toMatchObject({ status: 401, text: '{"error":"a bearer token is needed"}' });
    expect(refused.headers['www-authenticate']).toContain('Bearer');
    expect(await answer(url, path, bearer('stolen'))).toMatchObject({ status: 401 });
    expect(await answer(url, path, { headers: { authorization: 'Basic eDp5' } })).toMatchObject({
      status: 400,
    });
  },
);

it('reading and steering are rights of their own', async () => {
  const url = await serve();
  expect(await answer(url, '/metrics', bearer('viewer'))).toMatchObject({ status: 200 });
  const pause = '/coset/v1/pause';
  expect(await answer(url, pause, { method: 'POST', ...bearer('viewer') })).toMatchObject({
    status: 403,
    text: `{"error":"user 'viewer' may not post the path '${pause}'"}`,
  });
  expect(core.paused).toBe(false);
  expect(await answer(url, pause, { method: 'POST', ...bearer('operator') })).toMatchObject({ status: 200 });
  expect(core.paused).toBe(true);
  expect(access.asked).toEqual(['viewer get /metrics', `viewer post ${pause}`, `operator post ${pause}`]);
});

it.each(['/livez/../coset/v1/pause', '/%6civez', '//livez', '/coset/v1/%70ause'])(
  'a path that is spelt otherwise, %s, opens nothing',
  async (path) => {
    const url = await serve();
    const { status } = await new Promise<{ status: number }>((resolve, reject) => {
      // as it is written: URL would resolve it first
      const options = { host: url.hostname, port: url.port, path, method: 'POST', rejectUnauthorized: false };
      const request = ask(options, (response) => {
        response.resume();
        resolve({ status: response.statusCode! });
      });
      request.on('error', reject).end();
    });
    expect([400, 401, 404]).toContain(status);
    expect(core.paused).toBe(false);
  },
);

it.each([429, 503] as const)('answers %s where it cannot be found out who asks', async (status) => {
  const url = await serve();
  access.error = new AccessError(status, 'why');
  const refused = await answer(url, '/metrics', bearer('operator'));
  expect(refused).toMatchObject({ status, text: '{"error":"why"}' });
  expect(refused.headers['retry-after']).toBe('1');
});

it('one address has a share of the connections, and leaves the others theirs', async () => {
  const url = await serve();
  const open = (localAddress: string) =>
    new Promise<boolean>((resolve) => {
      const options = { host: url.hostname, port: Number(url.port), localAddress, rejectUnauthorized: false };
      const socket = connect(options);
      onTestFinished(() => void socket.destroy());
      socket.once('secureConnect', () => resolve(true));
      for (const event of ['error', 'close']) socket.once(event, () => resolve(false));
    });
  const opened = await Promise.all(Array.from({ length: 40 }, () => open('127.0.0.1')));
  expect(opened.filter((isOpen) => isOpen)).toHaveLength(32);
  expect(await open('127.0.0.2')).toBe(true);
});

it('the address that sends a token is said to who looks it up', async () => {
  const url = await serve();
  const userOf = vi.spyOn(access, 'userOf');
  await answer(url, '/metrics', bearer('viewer'));
  expect(userOf).toHaveBeenCalledWith('viewer', '127.0.0.1');
});

/** The names in the certificate that is served now. */
function served(url: URL): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: url.hostname, port: Number(url.port), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()!.fingerprint256);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

function filesOf(pair: { cert: string; key: string }) {
  const folder = mkdtempSync(join(tmpdir(), 'coset-certificate-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const certificate = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
  const write = ({ cert, key }: { cert: string; key: string }) => {
    writeFileSync(certificate.cert, cert);
    writeFileSync(certificate.key, key);
  };
  write(pair);
  return { certificate, write };
}

it('serves a new certificate when its files change, and the one before where they are wrong', async () => {
  const { certificate, write } = filesOf(selfSigned());
  const errors: string[] = [];
  const url = await serve({
    certificate,
    pollMs: 20,
    onCertificateError: ({ message }) => errors.push(message),
  });
  const first = await served(url);
  write({ cert: selfSigned().cert, key: 'none' });
  await vi.waitFor(() => expect(errors).not.toEqual([]), 5000);
  expect(errors[0]).toContain('are no certificate and its key');
  expect(await served(url)).toBe(first);
  write(selfSigned());
  await vi.waitFor(async () => expect(await served(url)).not.toBe(first), 5000);
});

it('names the file that cannot be read', async () => {
  const { certificate } = filesOf(selfSigned());
  const missing = { ...certificate, key: '/nowhere/tls.key' };
  await expect(serve({ certificate: missing })).rejects.toThrow('--tls-private-key-file: ENOENT');
});
