// The ways to an API server that a kubeconfig and the environment describe, to servers that speak TLS.
import { createSecureServer } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createHttpServer } from 'node:http';
import {
  connect,
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SubjectAltNameEntry } from 'selfsigned';
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { loadCredentials } from '../../src/kube/credentials.ts';
import { serverVersion, Transport } from '../../src/kube/transport.ts';
import { authority, signedBy, type Pair } from './authority.ts';
import { TestClock } from './harness.ts';

const LOOPBACK: SubjectAltNameEntry[] = [
  { type: 7, ip: '127.0.0.1' },
  { type: 7, ip: '::1' },
];
const DAY_MS = 86_400_000;

let ca: Pair;
let otherCa: Pair;
let loopback: Pair;
let named: Pair;
let expired: Pair;
beforeAll(async () => {
  [ca, otherCa] = await Promise.all([authority('one'), authority('another')]);
  [loopback, named, expired] = await Promise.all([
    signedBy(ca, { altNames: LOOPBACK }),
    signedBy(ca, { altNames: [{ type: 2, value: 'api.test' }] }),
    signedBy(ca, { altNames: LOOPBACK, endsInMs: -DAY_MS }),
  ]);
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coset-way-'));
  for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'])
    for (const variable of [name, name.toLowerCase()]) vi.stubEnv(variable, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

async function listen(server: Server, host = '127.0.0.1'): Promise<number> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, host, resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

type Protocol = 'HTTP/2' | 'HTTP/1.1';

/** A server that says its version, and what it was asked for. */
async function serve(identity: Pair, protocol: Protocol = 'HTTP/2', host?: string) {
  const paths: (string | undefined)[] = [];
  const answer = (request: { url?: string | undefined }, response: { end: (text: string) => void }): void => {
    paths.push(request.url);
    response.end(JSON.stringify({ gitVersion: 'v1' }));
  };
  const server =
    protocol === 'HTTP/2'
      ? createSecureServer({ ...identity, allowHTTP1: true }, (request, response) =>
          answer(request, response),
        )
      : createHttpsServer(identity, (request, response) => answer(request, response));
  return { port: await listen(server, host), paths };
}

/** A transport by a kubeconfig that names this cluster. */
async function transportTo(cluster: object): Promise<{ transport: Transport; clock: TestClock }> {
  const file = join(folder, 'config');
  const document = {
    'current-context': 'a',
    clusters: [{ name: 'a', cluster: { 'certificate-authority-data': base64(ca.cert), ...cluster } }],
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
    users: [{ name: 'a', user: { token: 'secret' } }],
  };
  writeFileSync(file, JSON.stringify(document));
  const clock = new TestClock();
  const transport = new Transport(await loadCredentials(file), { clock, random: () => 0 });
  onTestFinished(() => transport.close());
  return { transport, clock };
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** An HTTP proxy that makes tunnels, and the heads of the requests for them. */
async function proxy(refusal?: string) {
  const heads: string[] = [];
  const server = createHttpServer();
  server.on('connect', (request: { url: string; headers: Record<string, string> }, socket: Socket) => {
    heads.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim());
    if (refusal !== undefined) return socket.end(`HTTP/1.1 ${refusal}\r\n\r\n`);
    // whatever name it is asked for: the test's servers are all on this machine
    const upstream = connect(Number(request.url.split(':').at(-1)), '127.0.0.1');
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    upstream.pipe(socket).pipe(upstream);
    for (const one of [socket, upstream]) one.on('error', () => undefined);
  });
  return { port: await listen(server), heads };
}

describe.each(['HTTP/2', 'HTTP/1.1'] as const)('a server of %s', (protocol) => {
  it('at an IPv6 address, below a path', async () => {
    const { port, paths } = await serve(loopback, protocol, '::1');
    const { transport } = await transportTo({ server: `https://[::1]:${port}/clusters/one/` });
    expect(await serverVersion(transport)).toBe('v1');
    expect(paths).toEqual(['/clusters/one/version']);
  });

  it('whose certificate has the name that tls-server-name says', async () => {
    const { port } = await serve(named, protocol);
    const server = `https://127.0.0.1:${port}`;
    const { transport } = await transportTo({ server, 'tls-server-name': 'api.test' });
    expect(await serverVersion(transport)).toBe('v1');
  });

  it('whose certificate has another name is not trusted, and what would help is said', async () => {
    const { port, paths } = await serve(named, protocol);
    const server = `https://127.0.0.1:${port}`;
    const { transport, clock } = await transportTo({ server });
    await expect(serverVersion(transport)).rejects.toThrow(
      /^https:\S+ is not trusted: its certificate is for others: IP: 127\.0\.0\.1 .*; tls-server-name can name another host$/,
    );
    // nor is it asked again
    expect(clock.slept).toEqual([]);
    expect(paths).toEqual([]);
  });

  it('whose certificate another authority has signed is not trusted', async () => {
    const { port, paths } = await serve(loopback, protocol);
    const cluster = {
      server: `https://127.0.0.1:${port}`,
      'certificate-authority-data': base64(otherCa.cert),
    };
    const { transport, clock } = await transportTo(cluster);
    const sent = transport.request('POST', '/', { secret: true });
    await expect(sent).rejects.toMatchObject({
      message: expect.stringMatching(
        /^https:\S+ is not trusted: its certificate is signed by nobody whom certificate-authority names: /,
      ) as string,
      mayHaveArrived: false,
    });
    const opened = transport.stream('/', new AbortController().signal);
    await expect(opened).rejects.toThrow('is not trusted');
    expect(clock.slept).toEqual([]);
    expect(paths).toEqual([]);
  });

  it('whose certificate has expired is not trusted', async () => {
    const { port } = await serve(expired, protocol);
    const { transport } = await transportTo({ server: `https://127.0.0.1:${port}` });
    await expect(serverVersion(transport)).rejects.toThrow('is not trusted: certificate has expired');
  });

  it('is trusted whatever its certificate says where insecure-skip-tls-verify is set', async () => {
    const { port } = await serve(expired, protocol);
    const server = `https://127.0.0.1:${port}`;
    const cluster = { server, 'insecure-skip-tls-verify': true, 'certificate-authority-data': undefined };
    const { transport } = await transportTo(cluster);
    expect(await serverVersion(transport)).toBe('v1');
  });

  it('behind a proxy that the environment names is reached and checked as without', async () => {
    const { port, paths } = await serve(named, protocol);
    const { port: proxyPort, heads } = await proxy();
    vi.stubEnv('HTTPS_PROXY', `http://me:pass%40word@127.0.0.1:${proxyPort}`);
    const { transport } = await transportTo({ server: `https://api.test:${port}` });
    expect(await serverVersion(transport)).toBe('v1');
    expect(heads).toEqual([`api.test:${port} Basic ${base64('me:pass@word')}`]);
    const wrong = await transportTo({ server: `https://other.test:${port}` });
    await expect(serverVersion(wrong.transport)).rejects.toThrow(
      'is not trusted: its certificate is for others',
    );
    const named2 = { server: `https://other.test:${port}`, 'tls-server-name': 'api.test' };
    expect(await serverVersion((await transportTo(named2)).transport)).toBe('v1');
    const untrusted = await transportTo({
      server: `https://api.test:${port}`,
      'certificate-authority-data': base64(otherCa.cert),
    });
    const sent = untrusted.transport.request('POST', '/', {});
    await expect(sent).rejects.toMatchObject({
      message: expect.stringContaining('is not trusted: its certificate is signed by nobody') as string,
      mayHaveArrived: false,
    });
    expect(paths).toEqual(['/version', '/version']);
  });
});

describe('a proxy', () => {
  it('of the kubeconfig comes before that of the environment', async () => {
    const { port } = await serve(named);
    const [own, other] = [await proxy(), await proxy()];
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${other.port}`);
    const cluster = { server: `https://api.test:${port}`, 'proxy-url': `http://127.0.0.1:${own.port}` };
    expect(await serverVersion((await transportTo(cluster)).transport)).toBe('v1');
    expect([own.heads, other.heads]).toEqual([[`api.test:${port}`], []]);
  });

  it('is passed by on the way to what NO_PROXY names, and to this machine', async () => {
    const { port } = await serve(loopback);
    const { port: proxyPort, heads } = await proxy();
    vi.stubEnv('HTTPS_PROXY', `127.0.0.1:${proxyPort}`);
    const { transport } = await transportTo({ server: `https://127.0.0.1:${port}` });
    expect(await serverVersion(transport)).toBe('v1');
    vi.stubEnv('NO_PROXY', 'api.invalid');
    const excepted = await transportTo({ server: `https://api.invalid:${port}` });
    await expect(serverVersion(excepted.transport)).rejects.toThrow('ENOTFOUND');
    expect(heads).toEqual([]);
  });

  it('that refuses, or is not there, is what the error is about; nothing was sent', async () => {
    const { port } = await proxy('407 Proxy Authentication Required');
    const cluster = { server: 'https://api.test' };
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${port}`);
    const refused = (await transportTo(cluster)).transport.request('POST', '/', {});
    await expect(refused).rejects.toMatchObject({
      message: expect.stringMatching(/does not answer: .*[Pp]roxy.*407/) as string,
      mayHaveArrived: false,
    });
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:1');
    const absent = (await transportTo(cluster)).transport.request('POST', '/', {});
    await expect(absent).rejects.toMatchObject({
      message: expect.stringContaining('ECONNREFUSED') as string,
      mayHaveArrived: false,
    });
  });

  it('that speaks SOCKS 5 is one as well', async () => {
    const { port } = await serve(named);
    const asked: string[] = [];
    const socks = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.write(Buffer.from([5, 0]));
        socket.once('data', (head: Buffer) => {
          const name = head.toString('latin1', 5, 5 + head[4]!);
          asked.push(`${name}:${head.readUInt16BE(5 + head[4]!)}`);
          const upstream = connect(head.readUInt16BE(5 + head[4]!), '127.0.0.1');
          socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
          upstream.on('error', () => undefined);
          upstream.pipe(socket).pipe(upstream);
        });
      });
    });
    vi.stubEnv('HTTPS_PROXY', `socks5://127.0.0.1:${await listen(socks)}`);
    const { transport } = await transportTo({ server: `https://api.test:${port}` });
    expect(await serverVersion(transport)).toBe('v1');
    expect(asked).toEqual([`api.test:${port}`]);
  });
});
