// A rolling upgrade while 100 pods a second come: each replica of the release is replaced, the one that leads too.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, onTestFailed } from 'vitest';
import { install, startReplica, type Release } from './chart.ts';
import { freePorts, startControlPlane, type ControlPlane } from './control-plane.ts';
import { createNodes, createService, listPods, pod, waitBound } from './fixtures.ts';
import { until } from './processes.ts';
import type { Scheduler } from './scheduler.ts';
import { requestsIn } from './service-account.ts';

const podsASecond = 100;
const seconds = 30;
/** When a replica is replaced, in seconds from the start. */
const replaced = [6, 16];
/** So long may a pod wait for its node. */
const unboundSecondsMax = 20;
const PODS = '/api/v1/namespaces/default/pods';

let controlPlane: ControlPlane;
let release: Release;
const replicas: Scheduler[] = [];
beforeAll(async () => {
  controlPlane = await startControlPlane();
  await createNodes(controlPlane.client, 100);
  await createService(controlPlane.client, 'web', { app: 'web' });
  release = await install(controlPlane, ['--set', 'schedulerName=mine']);
});
afterAll(async () => {
  await Promise.all(replicas.map((one) => one.stop()));
  // throws when the account was refused anything
  await controlPlane.stop();
});

async function startOne(): Promise<Scheduler> {
  const [port] = (await freePorts('127.0.0.1', 1)) as [number];
  const replica = await startReplica(controlPlane, release, port);
  replicas.push(replica);
  await until(
    'it knows the cluster',
    60,
    () => replica.daemon.output.includes('"msg":"synced"') || undefined,
  );
  return replica;
}

const leads = ({ daemon }: Scheduler) => daemon.running && daemon.output.includes('"msg":"leading"');

/** As a Deployment with maxSurge 1 and maxUnavailable 0: a new one is ready before an old one is told to end. */
async function replaceLeader(): Promise<void> {
  const leader = replicas.find(leads)!;
  await startOne();
  expect(await leader.stop()).toBe(0);
}

/** Creates the pods at an even pace; the times at which the API server had taken them, by name. */
async function createSteadily(): Promise<Map<string, number>> {
  const created = new Map<string, number>();
  const begin = performance.now();
  const requests: Promise<void>[] = [];
  for (let number = 0; number < podsASecond * seconds; number++) {
    const due = begin + (1000 * number) / podsASecond;
    const early = due - performance.now();
    if (early > 1) await new Promise((resolve) => setTimeout(resolve, early));
    const made = pod(number, { app: 'web' }, 'mine');
    const sent = controlPlane.client.text('POST', PODS, made);
    requests.push(sent.then(() => void created.set(made.metadata!.name!, performance.now())));
  }
  await Promise.all(requests);
  return created;
}

it('leaves no pod without a node for long, and binds none twice', async () => {
  onTestFailed(() => {
    for (const { daemon } of replicas) process.stderr.write(`${daemon.output}\n`);
  });
  const { client } = controlPlane;
  await startOne();
  await startOne();
  await until('one leads', 40, () => replicas.some(leads) || undefined);
  let isOver = false;
  let longest = 0;
  /** When each pod that has no node was first seen so. */
  let seen = new Map<string, number>();
  const watching = (async () => {
    while (!isOver) {
      const { items } = await client.json<{ items: { metadata: { name: string } }[] }>(
        'GET',
        `${PODS}?fieldSelector=spec.nodeName%3D&limit=5000`,
      );
      const now = performance.now();
      seen = new Map(items.map(({ metadata: { name } }) => [name, seen.get(name) ?? now]));
      longest = Math.max(longest, ...[...seen.values()].map((since) => now - since));
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  })();
  const begin = performance.now();
  const creating = createSteadily();
  for (const at of replaced) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, begin + 1000 * at - performance.now())));
    await replaceLeader();
    await until('another one leads', 40, () => replicas.some(leads) || undefined);
  }
  const created = await creating;
  const all = await waitBound(client, 60);
  isOver = true;
  await watching;
  expect(created.size).toBe(podsASecond * seconds);
  expect(all).toHaveLength(created.size);
  expect(longest / 1000).toBeLessThan(unboundSecondsMax);
  const bindings = requestsIn(readFileSync(controlPlane.auditPath, 'utf8')).filter(
    ({ objectRef, responseStatus }) => objectRef?.subresource === 'binding' && responseStatus?.code === 201,
  );
  const names = bindings.map(({ objectRef }) => objectRef!.name!);
  expect(names).toHaveLength(created.size);
  expect(new Set(names).size).toBe(created.size);
  expect((await listPods(client)).every(({ spec }) => spec?.nodeName !== undefined)).toBe(true);
});
