import { loadAll } from 'js-yaml';
import { expect, it, vi } from 'vitest';
import type { Pod } from '../../src/model/types.ts';
import { systemClock } from '../../src/kube/clock.ts';
import { node, pod } from '../run/fixtures.ts';
import { startRun } from './running.ts';

it.each(['SIGINT', 'SIGTERM'] as const)(
  'coset run schedules until %s, logs little, and leaves nothing',
  async (signal) => {
    const { server, running } = await startRun();
    server.store.load([node('a'), ...Array.from({ length: 100 }, (_, n) => pod(`pod-${n}`))]);
    await running.printed(/"msg":"synced"/);
    await vi.waitFor(
      () => {
        const pods = server.store.collection('pods').sorted();
        expect(pods.filter(({ object }) => (object as Pod).spec?.nodeName === 'a')).toHaveLength(100);
      },
      { timeout: 60_000, interval: 50 },
    );
    const [, control] = await running.printed(/"url":"(http[^"]+)","msg":"control"/);
    expect(await (await fetch(`${control}/readyz`)).text()).toBe('ok');
    running.child.kill(signal);
    const { code, stdout, stderr } = await running.ended;
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const messages = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(messages.slice(0, 3)).toEqual(['connected', 'control', 'synced']);
    expect(messages).toContain('scheduled');
    expect(messages.length).toBeLessThan(20);
    expect(stdout).not.toContain('a-secret-token');
  },
);

it.each([
  ['the lists', /^(?!\/version)/],
  ['bindings', /\/binding$/],
  ['events and conditions', /\/events$|\/status$/],
])('coset run ends within ten seconds while the server does not answer %s', async (_, path) => {
  const { server, running } = await startRun({
    faults: (request) => (path.test(request.path) ? { delayMs: 3_600_000 } : undefined),
  });
  server.store.load([node('a'), pod('one'), pod('two', { cpu: '64' })]);
  await running.printed(path.test('/api/v1/nodes') ? /"msg":"control"/ : /"msg":"synced"/);
  await systemClock.sleep(500);
  const begin = performance.now();
  running.child.kill('SIGTERM');
  const { code, stderr } = await running.ended;
  expect(performance.now() - begin).toBeLessThan(10_000);
  expect([code, stderr]).toEqual([0, '']);
});

it('coset run ends when it is told to while the server refuses its lists', async () => {
  const { running } = await startRun({
    faults: ({ path }) => (path.startsWith('/version') ? undefined : { status: 403 }),
  });
  await running.printed(/"error":"list [^"]+: 403: [^"]+","msg":"a watch failed"/);
  running.child.kill('SIGTERM');
  expect((await running.ended).code).toBe(0);
});

it('coset run --output table logs a line for people a record, without colours where there is no terminal', async () => {
  const { server, running } = await startRun({}, ['--output', 'table']);
  await running.printed(/ synced/);
  running.child.kill('SIGTERM');
  const { stdout } = await running.ended;
  const [connected, control] = stdout.split('\n');
  expect(connected).toMatch(
    new RegExp(`^\\d{4}-\\S+Z  info   connected     server=${server.url} version=v1\\.\\S+$`),
  );
  expect(control).toMatch(/Z  info {3}control {7}url=http:\S+$/);
});

it('coset run --output yaml logs a document a record', async () => {
  const { server, running } = await startRun({}, ['--output', 'yaml']);
  await running.printed(/msg: synced/);
  running.child.kill('SIGTERM');
  const records = loadAll((await running.ended).stdout) as object[];
  expect(records[0]).toMatchObject({ level: 'info', msg: 'connected', server: server.url });
  expect(records.at(-1)).toMatchObject({ msg: 'ending', reason: 'SIGTERM' });
});

it('coset run ends when nobody reads its log any more', async () => {
  const { server, running } = await startRun();
  await running.printed(/"msg":"synced"/);
  running.child.stdout!.destroy();
  server.store.load([node('a'), pod('one')]);
  expect((await running.ended).code).toBe(0);
});
