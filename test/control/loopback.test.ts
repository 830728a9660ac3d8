import { describe, expect, it, onTestFinished } from 'vitest';
import { request } from 'undici';
import { controlApi } from '../../src/control/api.ts';
import { isLoopback } from '../../src/control/loopback.ts';
import { serveControl } from '../../src/control/serve.ts';
import { serveEmbedded } from '../../src/dev/embedded/server.ts';
import { FakeScheduler } from './fixtures.ts';

it.each(['localhost', 'LocalHost:80', '127.0.0.1', '127.9.9.9:10259', '[::1]:80', '[::1]'])(
  '%s is this machine',
  (host) => expect(isLoopback(host)).toBe(true),
);

it.each([
  '',
  'evil.example',
  '127.0.0.1.evil.example',
  'localhost.evil.example:80',
  '10.0.0.1',
  '[::2]:80',
  '0.0.0.0',
])('"%s" is not', (host) => expect(isLoopback(host)).toBe(false));

async function control() {
  const core = new FakeScheduler();
  const server = await serveControl(controlApi(core), { host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close());
  return { core, port: new URL(server.url).port };
}

async function statusOf(
  url: string,
  method: 'GET' | 'POST',
  headers: Record<string, string>,
): Promise<number> {
  const { statusCode, body } = await request(url, { method, headers });
  await body.dump();
  return statusCode;
}

describe('a web page whose name has become this machine', () => {
  it('learns nothing of the control API, and steers nothing', async () => {
    const { core, port } = await control();
    const url = `http://127.0.0.1:${port}/coset/v1`;
    const page = { host: `evil.example:${port}`, origin: `http://evil.example:${port}` };
    expect(await statusOf(`${url}/pause`, 'POST', page)).toBe(403);
    expect(await statusOf(`${url}/state`, 'GET', { host: page.host })).toBe(403);
    expect(await statusOf(`${url}/pause`, 'POST', { origin: page.origin })).toBe(403);
    expect(core.paused).toBe(false);
    expect(await statusOf(`${url}/state`, 'GET', { host: `localhost:${port}` })).toBe(200);
    const own = { host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}` };
    expect(await statusOf(`${url}/pause`, 'POST', own)).toBe(200);
    expect(core.paused).toBe(true);
  });

  it('reads and writes nothing in the API in memory', async () => {
    const server = await serveEmbedded();
    onTestFinished(() => server.close());
    const { port } = new URL(server.url);
    const nodes = `${server.url}/api/v1/nodes`;
    expect(await statusOf(nodes, 'GET', { host: `evil.example:${port}` })).toBe(403);
    expect(await statusOf(nodes, 'POST', { origin: 'http://evil.example' })).toBe(403);
    expect(await statusOf(nodes, 'GET', { host: `localhost:${port}` })).toBe(200);
  });
});

it.each(['0.0.0.0', '::', '192.0.2.1'])(
  'a control API that asks nobody who he is does not listen on %s',
  async (host) => {
    await expect(serveControl(controlApi(new FakeScheduler()), { host, port: 0 })).rejects.toThrow(
      'is not this machine alone',
    );
  },
);
