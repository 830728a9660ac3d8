// Three active replicas on a real API server: they share nodes and pods, one is killed, and no node has more than it can take.
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, onTestFailed } from 'vitest';
import type { FleetRecord, SchedulerState } from '../../src/control/types.ts';
import type { Pod } from '../../src/model/types.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { createNodes, createPods, listPods, pod, waitBound } from './fixtures.ts';
import { until } from './processes.ts';
import { configurationFile, startCosetWith, type Scheduler } from './scheduler.ts';

const LEASE = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/coset';
const PODS = '/api/v1/namespaces/default/pods';
const NODES = 26;
/** Of pods that ask for 100m CPU. */
const PODS_A_NODE = 80;

let controlPlane: ControlPlane;
const replicas: Scheduler[] = [];
beforeAll(async () => {
  controlPlane = await startControlPlane();
  await createNodes(controlPlane.client, NODES);
  const path = configurationFile(controlPlane);
  const text = readFileSync(path, 'utf8');
  const electing = 'leaderElection: { leaderElect: true, resourceName: coset }';
  writeFileSync(path, text.replace('leaderElection:\n  leaderElect: false', electing));
  const args = ['--active-replicas', '--secure-port', '0', '--control', '127.0.0.1:0'];
  for (let n = 0; n < 3; n++) replicas.push(startCosetWith(['run', '--config', path, ...args]));
});
afterAll(async () => {
  await Promise.all(replicas.map((one) => one.stop()));
  await controlPlane.stop();
});

async function fleetOf({ daemon }: Scheduler): Promise<FleetRecord | undefined> {
  const url = /"url":"([^"]+)"/.exec(daemon.output)?.[1];
  if (url === undefined) return undefined;
  const state = (await (await fetch(`${url}/coset/v1/state`)).json()) as SchedulerState;
  return state.fleet;
}

/** Waits until the replicas act by one view of so many members, without a turn, and have all nodes together. */
function agreed(among: readonly Scheduler[], seconds: number): Promise<true> {
  return until(`${among.length} replicas agree`, seconds, async () => {
    const fleets = await Promise.all(among.map(fleetOf));
    const [version] = fleets.map((fleet) => fleet?.version);
    const isShared = fleets.every(
      (fleet) =>
        fleet?.phase === 'shard' &&
        fleet.members.length === among.length &&
        fleet.members.every(({ acts }) => acts === version),
    );
    // who has just listed what another one may have bound takes its nodes when the list is in
    const nodes = fleets.reduce((sum, fleet) => sum + (fleet?.nodes ?? 0), 0);
    return isShared && nodes === NODES ? true : undefined;
  });
}

function podsByNode(pods: readonly Pod[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { spec } of pods) counts.set(spec!.nodeName!, (counts.get(spec!.nodeName!) ?? 0) + 1);
  return counts;
}

function showLogs(): void {
  for (const { daemon } of replicas) process.stderr.write(`${daemon.output}\n`);
}

it('binds 2,000 pods that all but fill the nodes, though one replica is killed in the middle', async () => {
  onTestFailed(showLogs);
  const { client } = controlPlane;
  await agreed(replicas, 40);
  const created = createPods(client, 2000, { app: 'web' });
  await until('some are bound', 60, async () => {
    const { items } = await client.json<{ items: Pod[] }>('GET', `${PODS}?fieldSelector=spec.nodeName!=`);
    return items.length > 300 ? true : undefined;
  });
  const [killed, ...others] = replicas.splice(0) as [Scheduler, ...Scheduler[]];
  replicas.push(...others);
  killed.daemon.kill();
  const at = performance.now();
  await created;
  await agreed(others, 40);
  expect((performance.now() - at) / 1000).toBeLessThan(20);
  const bound = await waitBound(client, 100, () => others.forEach(({ daemon }) => daemon.check()));
  expect(bound).toHaveLength(2000);
  expect(Math.max(...podsByNode(bound).values())).toBeLessThanOrEqual(PODS_A_NODE);
});

it('keeps hard constraints between nodes, and says of a pod that fits nowhere why on all nodes', async () => {
  onTestFailed(showLogs);
  const { client } = controlPlane;
  await client.text('DELETE', `${PODS}?gracePeriodSeconds=0`);
  await until('the pods are gone', 60, async () =>
    (await listPods(client)).length === 0 ? true : undefined,
  );
  const app = { matchLabels: { app: 'spread' } };
  const zone = { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule' };
  for (let n = 0; n < 60; n++) {
    const one = pod(n, { app: 'spread' });
    const spec = { ...one.spec, topologySpreadConstraints: [{ ...zone, labelSelector: app }] };
    await client.text('POST', PODS, { ...one, spec });
  }
  const huge = pod(1000, { app: 'huge' });
  const [container] = huge.spec!.containers;
  const containers = [{ ...container!, resources: { requests: { cpu: '100' } } }];
  await client.text('POST', PODS, { ...huge, spec: { ...huge.spec, containers } });
  const pods = await until('60 pods are bound, and one has its verdict', 60, async () => {
    const all = await listPods(client);
    const isDone = all.every(({ spec, status }) => spec?.nodeName ?? status?.conditions?.length);
    return isDone ? all : undefined;
  });
  const placed = pods.filter(({ spec }) => spec?.nodeName);
  expect(placed).toHaveLength(60);
  const zones = new Map<number, number>();
  for (const { spec } of placed) {
    const number = Number(spec!.nodeName!.split('-')[1]) % 3;
    zones.set(number, (zones.get(number) ?? 0) + 1);
  }
  expect([...zones.values()]).toEqual([20, 20, 20]);
  const { status } = pods.find(({ spec }) => !spec?.nodeName)!;
  expect(status?.conditions?.[0]?.message).toContain(
    `0/${NODES} nodes are available: ${NODES} Insufficient cpu`,
  );
});

it('takes in a replica that comes, and gives the lease up with the last one', async () => {
  onTestFailed(showLogs);
  const [first, second] = replicas as [Scheduler, Scheduler];
  expect(await first.stop()).toBe(0);
  replicas.shift();
  await agreed([second], 10);
  expect(await second.stop()).toBe(0);
  const { spec } = await controlPlane.client.json<{ spec: { holderIdentity?: string } }>('GET', LEASE);
  expect(spec.holderIdentity ?? '').toBe('');
});
