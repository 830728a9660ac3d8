import { expect, it } from 'vitest';
import { node, pod } from '../run/fixtures.ts';
import { runOn, startRun } from './running.ts';

const QUICK = ['--leader-elect-renew-deadline', '1s', '--leader-elect-retry-period', '100ms'];

it('of two coset runs one waits until the other ends', async () => {
  const { server, running: first } = await startRun({}, QUICK);
  await first.printed(/"msg":"leading"/);
  const second = runOn(server, QUICK);
  await second.printed(/"lease":"kube-system\/coset","holder":"[^"]+","msg":"waiting for the lease"/);
  server.store.load([node('a'), pod('one')]);
  await first.printed(/"msg":"scheduled"/);
  first.child.kill('SIGTERM');
  expect((await first.ended).code).toBe(0);
  await second.printed(/"msg":"leading"/);
  server.store.load([pod('two')]);
  await second.printed(/"msg":"scheduled"/);
  second.child.kill('SIGTERM');
  expect((await second.ended).code).toBe(0);
});

it('coset run ends with 1 when it cannot renew its lease', async () => {
  let isRefusing = false;
  const { running } = await startRun(
    { faults: ({ path }) => (isRefusing && path.includes('/leases') ? { status: 500 } : undefined) },
    QUICK,
  );
  await running.printed(/"msg":"leading"/);
  isRefusing = true;
  const { code, stderr } = await running.ended;
  expect(stderr).toBe('coset: the lease kube-system/coset is lost: it could not be renewed for 1 s\n');
  expect(code).toBe(1);
});

it('coset run schedules without a lease where it is told to', async () => {
  const { server, running } = await startRun({}, ['--leader-elect=false']);
  server.store.load([node('a'), pod('one')]);
  await running.printed(/"msg":"scheduled"/);
  expect(server.store.collection('leases').sorted()).toEqual([]);
  running.child.kill('SIGTERM');
  await running.ended;
});
