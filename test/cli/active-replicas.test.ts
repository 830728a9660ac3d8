// coset run --active-replicas: what it cannot go with, and two that share a cluster.
import { expect, it, vi } from 'vitest';
import { FLEET_HOLDER } from '../../src/kube/fleet/lease.ts';
import type { Lease } from '../../src/model/lease.ts';
import type { Pod } from '../../src/model/types.ts';
import { node, pod } from '../run/fixtures.ts';
import { Coset, folderWith } from './coset.ts';
import { runOn, startRun } from './running.ts';

const QUICK = ['--leader-elect-renew-deadline', '1s', '--leader-elect-retry-period', '100ms'];
const ACTIVE = [...QUICK, '--active-replicas'];

it('two share the nodes, a third one that would lead waits, and the lease is given up with the last of them', async () => {
  const nodes = Array.from({ length: 6 }, (_, n) => node(`node-${n}`, { pods: '1' }));
  const { server, running: first } = await startRun({}, ACTIVE);
  await first.printed(/"msg":"active"/);
  const second = runOn(server, ACTIVE);
  await second.printed(/"members":\["[^"]+","[^"]+"\],"msg":"the active replicas"/);
  const alone = runOn(server, QUICK);
  await alone.printed(/"holder":"active-replicas","msg":"waiting for the lease"/);
  // one pod a node: what does not fit in a shard is decided over all nodes
  server.store.load([...nodes, ...nodes.map((_, n) => pod(`pod-${n}`))]);
  const placed = () => server.store.list<Pod>('pods').map(({ spec }) => spec?.nodeName);
  const expected = nodes.map(({ metadata }) => metadata!.name);
  await vi.waitFor(() => expect(placed().sort()).toEqual(expected), { timeout: 30_000, interval: 50 });
  for (const one of [first, second]) {
    one.child.kill('SIGTERM');
    expect((await one.ended).code).toBe(0);
  }
  await alone.printed(/"msg":"leading"/);
  alone.child.kill('SIGTERM');
  await alone.ended;
  const lease: Lease | undefined = server.store.collection('leases').get('kube-system/coset')?.object;
  expect(lease?.spec?.holderIdentity).not.toBe(FLEET_HOLDER);
});

it.each([
  [
    'leaderElection: { leaderElect: false }',
    /--active-replicas: leaderElection.leaderElect must not be false/,
  ],
  [
    'extenders: [{ urlPrefix: "http://127.0.0.1:1", filterVerb: filter }]',
    /--active-replicas: extenders must be empty/,
  ],
])('refuses %s', async (line, message) => {
  const text = `apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n${line}\n`;
  const folder = folderWith({ 'scheduler.yaml': text });
  const refused = new Coset(['run', '--config', 'scheduler.yaml', '--active-replicas'], { folder });
  const { code, stderr } = await refused.ended;
  expect(stderr).toMatch(message);
  expect(code).toBe(1);
});
