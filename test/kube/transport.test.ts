import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/kube/clock.ts';
import { anonymousCredentials, type Credentials } from '../../src/kube/credentials.ts';
import { Lifetime } from '../../src/kube/lifetime.ts';
import { serverVersion, Transport } from '../../src/kube/transport.ts';
import { startHarness, TestClock } from './harness.ts';

const NODES = '/api/v1/nodes';
const QUICK = { clock: new TestClock(), random: () => 0 };

describe('Transport', () => {
  it('waits as long as a 429 asks for, and tries again', async () => {
    const { transport, clock, requests, fail } = await startHarness();
    fail('POST', /nodes/, { status: 429, retryAfterSeconds: 7 }, { status: 429 });
    const reply = await transport.request('POST', NODES, { metadata: { name: 'node-a' } });
    expect(reply.status).toBe(201);
    expect(clock.slept).toEqual([7000, 200]);
    expect(requests).toEqual(Array(3).fill(`POST ${NODES}`));
  });

  it('returns a 429 that does not end', async () => {
    const { transport, fail } = await startHarness();
    fail('GET', /nodes/, ...Array(50).fill({ status: 429 }));
    expect((await transport.request('GET', NODES)).status).toBe(429);
  });

  it('repeats a GET whose connection broke', async () => {
    const { transport, requests, fail } = await startHarness();
    fail('GET', /nodes/, { drop: 'request' }, { drop: 'answer' });
    expect((await transport.request('GET', NODES)).status).toBe(200);
    expect(requests).toHaveLength(3);
  });

  it('repeats no write that may have arrived', async () => {
    const { transport, requests, fail } = await startHarness();
    fail('POST', /nodes/, { drop: 'answer' });
    const sent = transport.request('POST', NODES, { metadata: { name: 'node-a' } });
    await expect(sent).rejects.toMatchObject({ name: 'TransportError', mayHaveArrived: true });
    expect(requests).toHaveLength(1);
  });

  it('gives up on a server that takes too long', async () => {
    const { transport, embedded, fail } = await startHarness({ timeoutMs: 100 });
    fail('POST', /nodes/, { delayMs: 5000 });
    const sent = transport.request('POST', NODES, { metadata: { name: 'node-a' } });
    await expect(sent).rejects.toThrow(`${embedded.url} does not answer`);
  });

  it('names a server that does not answer, after a few attempts', async () => {
    const server = createServer();
    const url = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    const clock = new TestClock();
    const transport = new Transport(anonymousCredentials(url), { clock, random: () => 0 });
    onTestFinished(() => transport.close());
    await expect(serverVersion(transport)).rejects.toThrow(`${url} does not answer: connect ECONNREFUSED`);
    expect(clock.slept).toEqual([100, 200, 400]);
    const sent = transport.request('POST', NODES, {});
    await expect(sent).rejects.toMatchObject({ mayHaveArrived: false });
  });

  it('says when something else than an API server answers', async () => {
    const server = createServer((_, response) => response.end('<html>welcome</html>'));
    const url = await listen(server);
    onTestFinished(() => void server.close());
    const transport = new Transport(anonymousCredentials(url), QUICK);
    onTestFinished(() => transport.close());
    await expect(serverVersion(transport)).rejects.toThrow(`${url} is not a Kubernetes API server`);
  });

  it('renews credentials that are refused, once, and never shows them', async () => {
    const sent: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      sent.push(request.headers.authorization);
      response.writeHead(request.headers.authorization === 'Bearer secret-2' ? 200 : 401);
      response.end();
    });
    const url = await listen(server);
    onTestFinished(() => void server.close());
    let serial = 0;
    const credentials: Credentials = {
      ...anonymousCredentials(url),
      headers: () => Promise.resolve({ authorization: `Bearer secret-${serial}` }),
      renew: () => serial++,
    };
    const transport = new Transport(credentials, QUICK);
    onTestFinished(() => transport.close());
    await expect(serverVersion(transport)).rejects.toThrow(`${url}: GET /version: 401: status 401`);
    expect(sent).toEqual(['Bearer secret-0', 'Bearer secret-1']);
    expect((await transport.request('GET', NODES)).status).toBe(200);
  });

  it('goes through the proxy that the kubeconfig names', async () => {
    const urls: (string | undefined)[] = [];
    const proxy = createServer((request, response) => {
      urls.push(request.url);
      response.end();
    });
    const url = await listen(proxy);
    onTestFinished(() => void proxy.close());
    const transport = new Transport({ ...anonymousCredentials('http://api.invalid'), proxy: url }, QUICK);
    onTestFinished(() => transport.close());
    await transport.request('GET', NODES);
    expect(urls).toEqual([`http://api.invalid${NODES}`]);
  });

  it('keeps the path of a server that has one', async () => {
    const paths: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      paths.push(request.url);
      response.end();
    });
    const url = await listen(server);
    onTestFinished(() => void server.close());
    const transport = new Transport(anonymousCredentials(`${url}/clusters/one/`), QUICK);
    onTestFinished(() => transport.close());
    await transport.request('GET', NODES);
    expect(paths).toEqual([`/clusters/one${NODES}`]);
  });
});

describe('a server that takes connections and says nothing', () => {
  it.each(['http', 'https'])('keeps no %s request once the transport is closed', async (scheme) => {
    let connections = 0;
    const server = createTcpServer(() => connections++);
    const { host } = new URL(await listen(server));
    onTestFinished(() => void server.close());
    const transport = new Transport(anonymousCredentials(`${scheme}://${host}`));
    const failed = [
      expect(transport.request('POST', NODES, {})).rejects.toThrow(),
      expect(transport.stream(NODES, new AbortController().signal)).rejects.toThrow(),
    ];
    await expect.poll(() => connections).toBe(2);
    const begin = performance.now();
    await transport.close();
    await Promise.all(failed);
    expect(performance.now() - begin).toBeLessThan(2000);
  });
});

describe('a lifetime', () => {
  it('that ends has nothing sent again', async () => {
    const { transport, requests, fail } = await startHarness();
    const lifetime = new Lifetime();
    const during = transport.during(lifetime);
    fail('GET', /nodes/, { drop: 'request' });
    lifetime.end();
    await expect(during.request('GET', NODES)).rejects.toThrow('does not answer');
    fail('GET', /nodes/, { status: 429 });
    expect((await during.request('GET', NODES)).status).toBe(429);
    expect(requests).toHaveLength(2);
    expect((await transport.request('GET', NODES)).status).toBe(200);
  });

  it('that ends cuts a wait short', async () => {
    const { transport, fail } = await startHarness({ clock: systemClock });
    const lifetime = new Lifetime();
    fail('GET', /nodes/, { status: 429, retryAfterSeconds: 3600 });
    const sent = transport.during(lifetime).request('GET', NODES);
    setTimeout(() => lifetime.end(), 50);
    expect((await sent).status).toBe(429);
  });

  it('in which nothing may be written has only what is read sent', async () => {
    const { transport, requests, fail } = await startHarness({ clock: systemClock });
    let mayWrite = true;
    const during = transport.during(new Lifetime(() => mayWrite));
    const node = { metadata: { name: 'node-a' } };
    fail('POST', /nodes/, { status: 429, retryAfterSeconds: 1 });
    const throttled = during.request('POST', NODES, node);
    await expect.poll(() => requests).toEqual([`POST ${NODES}`]);
    mayWrite = false;
    await expect(throttled).rejects.toThrow('nothing is written by who does not lead');
    await expect(during.request('DELETE', `${NODES}/node-a`)).rejects.toThrow('nothing is written');
    expect((await during.request('GET', NODES)).status).toBe(200);
    expect(requests.filter((request) => !request.startsWith('GET'))).toEqual([`POST ${NODES}`]);
  });

  it('that is over has nothing waited for', async () => {
    const { transport, fail } = await startHarness();
    const lifetime = new Lifetime();
    fail('POST', /nodes/, { delayMs: 3_600_000 });
    const sent = transport.during(lifetime).request('POST', NODES, { metadata: { name: 'node-a' } });
    setTimeout(() => lifetime.finish(), 50);
    await expect(sent).rejects.toThrow('the request was cancelled');
  });
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
