import { expect, it } from 'vitest';
import { controlApi } from '../../src/control/api.ts';
import { serveControl } from '../../src/control/serve.ts';
import { FakeScheduler } from './fixtures.ts';

it('serves on loopback over a real socket, and frees the port', async () => {
  const core = new FakeScheduler();
  const app = controlApi(core);
  const server = await serveControl(app, { host: '127.0.0.1', port: 0 });
  const port = Number(new URL(server.url).port);
  try {
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
    expect(await (await fetch(`${server.url}/livez`)).text()).toBe('ok');
    const paused = await fetch(`${server.url}/coset/v1/pause`, { method: 'POST' });
    expect(await paused.json()).toMatchObject({ paused: true });
    await expect(serveControl(app, { host: '127.0.0.1', port })).rejects.toThrow(
      `control API: cannot listen on 127.0.0.1:${port}: `,
    );
  } finally {
    await server.close();
  }
  const again = await serveControl(app, { host: '127.0.0.1', port });
  await again.close();
});
