// Two active replicas on an embedded API: what does not fit in one's shard is decided over all nodes before anybody is told.
import { pino } from 'pino';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { defaultConfiguration } from '../../src/config/configuration.ts';
import { Membership } from '../../src/kube/fleet/membership.ts';
import { nodeOwner, podOwner } from '../../src/kube/fleet/view.ts';
import { DEFAULT_LEASE } from '../../src/model/lease.ts';
import type { Event, Pod } from '../../src/model/types.ts';
import { Scheduler } from '../../src/run/scheduler.ts';
import { serve } from '../../src/run/serve.ts';
import { startHarness, type Harness } from '../kube/harness.ts';
import { eventually, node, pod } from './fixtures.ts';

const VIEW = { members: ['one', 'two'] };
const NODES = Array.from({ length: 8 }, (_, n) => `node-${n}`);
const ofOne = NODES.filter((name) => nodeOwner(VIEW, name) === 'one');
const ofTwo = NODES.filter((name) => nodeOwner(VIEW, name) === 'two');

let harness: Harness;
let replicas: { scheduler: Scheduler; ending: AbortController; served: Promise<void> }[];

beforeEach(async () => {
  harness = await startHarness();
  const log = pino({ level: 'silent' });
  const { transport } = harness;
  replicas = VIEW.members.map((identity) => {
    const membership = new Membership({ transport, settings: DEFAULT_LEASE, identity });
    const options = { transport, configuration: defaultConfiguration(), leadership: membership, log };
    const scheduler = new Scheduler(options);
    const ending = new AbortController();
    return { scheduler, ending, served: serve(scheduler, membership, ending.signal) };
  });
  onTestFinished(async () => {
    for (const { ending } of replicas) ending.abort();
    await Promise.all(replicas.map(({ served }) => served));
  });
  await eventually(() => {
    for (const { scheduler } of replicas)
      expect(scheduler.state().fleet?.members.map(({ acts }) => acts)).toEqual([2, 2]);
  });
});

/** A pod that the replica decides on. */
function podOf(replica: string, name: string, shape?: Parameters<typeof pod>[1]): Pod {
  const one = pod(name, shape);
  for (let n = 0; ; n++) {
    const uid = `${name}-${n}`;
    if (podOwner(VIEW, uid) === replica) return { ...one, metadata: { ...one.metadata, uid } };
  }
}

const known = (name: string): Pod | undefined =>
  harness.embedded.store.collection('pods').get(`ns/${name}`)?.object;
const reasons = () =>
  harness.embedded.store
    .collection('events')
    .sorted()
    .map(({ object }) => (object as Event).reason);

describe('a pod that fits in no node of the shard', () => {
  it('gets one of another shard, and nobody is told that it is unschedulable', async () => {
    const { store } = harness.embedded;
    store.load([node(ofOne[0]!, { pods: '1' }), node(ofTwo[0]!, { pods: '1' })]);
    store.load([podOf('one', 'first'), podOf('one', 'second')]);
    await eventually(() => {
      expect([known('first'), known('second')].map((one) => one?.spec?.nodeName).sort()).toEqual(
        [ofOne[0], ofTwo[0]].sort(),
      );
    });
    await eventually(() => expect(reasons()).toEqual(['Scheduled', 'Scheduled']));
    expect(known('second')?.status?.conditions?.filter(({ status }) => status === 'False') ?? []).toEqual([]);
  });

  it('has nobody make way for it while there is room in another shard', async () => {
    const { store } = harness.embedded;
    store.load([node(ofOne[0]!, { pods: '1' }), node(ofTwo[0]!, { pods: '1' })]);
    store.load([pod('low', { spec: { nodeName: ofOne[0], priority: 0 } })]);
    store.load([podOf('one', 'high', { spec: { priority: 10 } })]);
    await eventually(() => expect(known('high')?.spec?.nodeName).toBe(ofTwo[0]));
    expect(known('low')?.metadata?.deletionTimestamp).toBeUndefined();
    expect(reasons()).not.toContain('Preempted');
  });

  it('has others make way when there is none, and is told of on all nodes', async () => {
    const { store } = harness.embedded;
    store.load([node(ofOne[0]!, { pods: '1' }), node(ofTwo[0]!, { pods: '1' })]);
    for (const name of [ofOne[0]!, ofTwo[0]!])
      store.load([pod(`low-${name}`, { spec: { nodeName: name, priority: 0 } })]);
    store.load([podOf('one', 'high', { spec: { priority: 10 } })]);
    await eventually(() => expect(known('high')?.spec?.nodeName).toBeDefined());
    const messages = harness.embedded.store
      .collection('events')
      .sorted()
      .map(({ object }) => (object as Event).message ?? '');
    expect(messages.find((message) => message.startsWith('0/'))).toContain(
      '0/2 nodes are available: 2 Too many pods.',
    );
  });
});

it('pods that hang on each other across nodes keep their distance', async () => {
  const zone = (n: number) => ({ 'topology.kubernetes.io/zone': `zone-${n % 2}` });
  const { store } = harness.embedded;
  store.load(NODES.map((name, n) => node(name, { labels: zone(n) })));
  const apart = {
    labels: { app: 'apart' },
    spec: {
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'topology.kubernetes.io/zone', labelSelector: { matchLabels: { app: 'apart' } } },
          ],
        },
      },
    },
  };
  store.load(Array.from({ length: 4 }, (_, n) => pod(`apart-${n}`, apart)));
  await eventually(() => {
    const placed = store.list<Pod>('pods').flatMap(({ spec }) => spec?.nodeName ?? []);
    expect(placed.map((name) => NODES.indexOf(name) % 2).sort()).toEqual([0, 1]);
    const isRefused = ({ status }: Pod) =>
      status?.conditions?.some((condition) => condition.status === 'False');
    expect(store.list<Pod>('pods').filter(isRefused)).toHaveLength(2);
  });
});

it('the pods and nodes of a replica that ends go to the other one', async () => {
  const { store } = harness.embedded;
  const [first, second] = replicas;
  first!.ending.abort();
  await first!.served;
  store.load(NODES.map((name) => node(name, { pods: '1' })));
  store.load(NODES.map((_, n) => pod(`pod-${n}`)));
  await eventually(() => {
    const placed = store.list<Pod>('pods').flatMap(({ spec }) => spec?.nodeName ?? []);
    expect(placed.sort()).toEqual(NODES);
  });
  expect(second!.scheduler.state().fleet).toMatchObject({ phase: 'shard', nodes: NODES.length });
});
