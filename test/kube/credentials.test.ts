import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dump } from 'js-yaml';
import { loadCredentials } from '../../src/kube/credentials.ts';
import { selfSigned } from './certificate.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coset-kubeconfig-'));
  vi.stubEnv('KUBECONFIG', '');
  vi.stubEnv('HOME', folder);
  vi.stubEnv('KUBERNETES_SERVICE_HOST', undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function write(name: string, content: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, typeof content === 'string' ? content : dump(content));
  return file;
}

function config(user: object, cluster: object = { server: 'https://example.com:6443' }, name = 'one') {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    users: [{ name, user }],
  };
}

describe('loadCredentials', () => {
  it('reads a server and a token', async () => {
    const file = write(
      'config',
      config({ token: 'secret' }, { server: 'https://example.com:6443/', 'tls-server-name': 'api' }),
    );
    const credentials = await loadCredentials(file);
    expect(credentials).toMatchObject({
      server: 'https://example.com:6443',
      serverName: 'api',
      skipTLSVerify: false,
      source: `kubeconfig ${file}`,
    });
    expect(await credentials.headers()).toEqual({ authorization: 'Bearer secret' });
  });

  it('sends a password, and the user to act as', async () => {
    const credentials = await loadCredentials(
      write('config', config({ username: 'me', password: 'pw', as: 'other' })),
    );
    expect(await credentials.headers()).toEqual({
      authorization: `Basic ${Buffer.from('me:pw').toString('base64')}`,
      'impersonate-user': 'other',
    });
  });

  it('reads a token file beside the kubeconfig again when the credentials are renewed', async () => {
    write('token', 'first\n');
    const credentials = await loadCredentials(write('config', config({ tokenFile: 'token' })));
    expect(await credentials.headers()).toEqual({ authorization: 'Bearer first' });
    write('token', 'second\n');
    expect(await credentials.headers()).toEqual({ authorization: 'Bearer first' });
    credentials.renew(await credentials.headers());
    expect(await credentials.headers()).toEqual({ authorization: 'Bearer second' });
  });

  it('reads certificates again when they are renewed, and keeps them while they do not fit together', async () => {
    const [one, two] = [selfSigned(), selfSigned()];
    write('ca', one.cert);
    write('cert', one.cert);
    write('key', one.key);
    const cluster = { server: 'https://example.com', 'certificate-authority': 'ca' };
    const credentials = await loadCredentials(
      write('config', config({ 'client-certificate': 'cert', 'client-key': 'key' }, cluster)),
    );
    const { tls } = credentials;
    const readAgain = async () => {
      credentials.renew(await credentials.headers());
      return credentials.headers();
    };
    expect(tls).toEqual({
      ca: Buffer.from(one.cert),
      cert: Buffer.from(one.cert),
      key: Buffer.from(one.key),
    });
    await readAgain();
    expect(credentials.tls).toBe(tls);
    write('cert', two.cert);
    await readAgain();
    expect(credentials.tls).toBe(tls);
    write('key', two.key);
    await readAgain();
    expect(credentials.tls).toMatchObject({ ca: Buffer.from(one.cert), cert: Buffer.from(two.cert) });
    write('ca', two.cert);
    await readAgain();
    expect(credentials.tls.ca).toEqual(Buffer.from(two.cert));
  });

  it('looks every minute whether certificates are others', async () => {
    const [one, two] = [selfSigned(), selfSigned()];
    const cluster = { server: 'https://example.com', 'certificate-authority': 'ca' };
    write('ca', one.cert);
    const credentials = await loadCredentials(write('config', config({}, cluster)));
    write('ca', two.cert);
    const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 59_000);
    await credentials.headers();
    expect(credentials.tls.ca).toEqual(Buffer.from(one.cert));
    now.mockReturnValue(Date.now() + 2_000);
    await credentials.headers();
    expect(credentials.tls.ca).toEqual(Buffer.from(two.cert));
    now.mockRestore();
  });

  it('merges the files of KUBECONFIG, the first of them winning', async () => {
    const first = write('first', config({ token: 'one' }));
    const second = config({ token: 'two' }, { server: 'https://second' }, 'two');
    second.users.push({ name: 'one', user: { token: 'loses' } });
    vi.stubEnv('KUBECONFIG', [first, write('second', second)].join(delimiter));
    const credentials = await loadCredentials();
    expect(credentials.server).toBe('https://example.com:6443');
    expect(await credentials.headers()).toEqual({ authorization: 'Bearer one' });
  });

  it('reads the default file', async () => {
    mkdirSync(join(folder, '.kube'));
    write('.kube/config', config({}, { server: 'http://127.0.0.1:8080' }));
    const credentials = await loadCredentials();
    expect(credentials.server).toBe('http://127.0.0.1:8080');
    expect(await credentials.headers()).toEqual({});
  });

  it.each([
    [
      'no file',
      undefined,
      'no kubeconfig: name one with --kubeconfig or KUBECONFIG, or run inside a cluster',
    ],
    [
      'not YAML',
      'users: [{ token: secret',
      'not YAML: line 2: unexpected end of the stream within a flow collection',
    ],
    ['not an object', '- a\n', 'not a Config object'],
    ['no context', { ...config({}), 'current-context': '' }, 'current-context is not set'],
    ['an unknown context', { ...config({}), 'current-context': 'two' }, 'no context named "two"'],
    ['an unknown cluster', { ...config({}), clusters: [] }, 'the cluster of context "one" is not defined'],
    ['an unknown user', { ...config({}), users: [] }, 'the user of context "one" is not defined'],
    ['no server', config({}, { 'proxy-url': 'http://proxy' }), 'clusters[0].cluster.server is missing'],
    [
      'a server that is no URL',
      config({}, { server: 'example.com' }),
      'the server of cluster "one" must be a URL of http: or https:',
    ],
    [
      'a server of another scheme',
      config({}, { server: 'ftp://a' }),
      'the server of cluster "one" must be a URL',
    ],
    [
      'an absent CA file',
      config({}, { server: 'https://a', 'certificate-authority': 'ca.crt' }),
      'certificate-authority: ENOENT',
    ],
    [
      'an unreadable CA',
      config({}, { server: 'https://a', 'certificate-authority-data': 'AAAA' }),
      'certificate-authority: ',
    ],
    [
      'a proxy of another scheme',
      config({}, { server: 'https://a', 'proxy-url': 'ftp://me:secret@a' }),
      'the proxy-url of cluster "one" must be a URL',
    ],
    ['an absent token file', config({ tokenFile: 'token' }), 'credentials of user "one": ENOENT'],
    ['groups to act as', config({ as: 'a', 'as-groups': ['b'] }), 'user "one": as-groups is not supported'],
  ])('says what is wrong with %s, and no secret', async (_, content, message) => {
    const file = content === undefined ? undefined : write('config', content);
    const error = await loadCredentials(file).then(
      () => new Error('loaded'),
      (reason: unknown) => reason as Error,
    );
    expect(error.message).toContain(message);
    if (file !== undefined) expect(error.message).toContain(`kubeconfig ${file}: `);
    expect(error.message).not.toContain('secret');
  });

  it('names a file that does not exist', async () => {
    const file = join(folder, 'absent');
    await expect(loadCredentials(file)).rejects.toThrow(`kubeconfig ${file}: ENOENT`);
  });
});
