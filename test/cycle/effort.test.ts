// What one class may take of the only thread: it is refused, or gives way to others, by a count of steps that is the same
// on every machine.
import { describe, expect, test, vi } from 'vitest';
import type { Pod } from '../../src/model/types.ts';
import { members, podGroup } from '../gangs/fixtures.ts';
import { node, nodesByPod, pod, pods, newHarness, type Harness } from './fixtures.ts';

vi.setConfig({ testTimeout: 60_000 });

type Spec = Partial<NonNullable<Pod['spec']>>;

const times = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));

/** More keys than groups of equal nodes can be told apart by. */
const KEYS = times(12, (n) => `key-${n}`);
const nodesOf = (count: number) =>
  times(count, (n) => {
    const labels = Object.fromEntries(KEYS.map((key, k) => [key, `v-${n % (k + 2)}`]));
    return node(`n-${n}`, { cpu: String(4 + (n % 7)), labels });
  });
const NODES = nodesOf(500);

/** Soft spread constraints, with which each pod takes 2,000 steps a node. */
const heavy: Spec = {
  topologySpreadConstraints: times(500, (n) => ({
    topologyKey: KEYS[n % KEYS.length]!,
    maxSkew: 1 + (n % 3),
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: { app: `a-${n % 2}` } },
  })),
};
const heavyPods = (count: number) =>
  pods(count, 'heavy', { cpu: '10m', labels: { app: 'a-0' }, spec: heavy });

/** More conditions than a pod may ask of each node. */
const tooMuch: Spec = {
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: times(51_000, () => ({
          matchExpressions: [{ key: KEYS[0]!, operator: 'In', values: ['none'] }],
        })),
      },
    },
  },
};

const reasonOf = ({ queue }: Harness, name: string) =>
  queue.snapshot(1000).find(({ key }) => key === `ns/${name}`);

describe('a pod that asks for too much', () => {
  test('waits with a message and a growing backoff, and keeps no other from its node', () => {
    const harness = newHarness({ nodes: nodesOf(2000) });
    harness.submit(pod('much', { spec: tooMuch }), pod('plain', { cpu: '1' }));
    const waits: number[] = [];
    for (let n = 0; n < 4; n++) {
      const outcomes = harness.run();
      expect(outcomes.map(({ fault }) => fault)).not.toContain(expect.any(Error));
      if (n === 0) expect(Object.keys(nodesByPod(outcomes))).toEqual(['plain']);
      expect(reasonOf(harness, 'much')).toMatchObject({
        queue: 'backoff',
        reason: 'the pod has more constraints than can be weighed on so many nodes at once',
      });
      waits.push(harness.queue.nextWakeup()! - harness.clock.ms);
      harness.clock.ms += waits.at(-1);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000]);
  });

  test('as tables is refused before they are made', () => {
    const harness = newHarness({ nodes: NODES });
    const spreads = times(20_000, (n) => ({
      ...heavy.topologySpreadConstraints![0]!,
      topologyKey: 'kubernetes.io/hostname',
      maxSkew: 1 + n,
    }));
    harness.submit(pod('much', { spec: { topologySpreadConstraints: spreads } }));
    harness.run();
    expect(reasonOf(harness, 'much')!.reason).toBe(
      'the pod has more constraints than can be tabulated at once',
    );
  });
});

describe('a class whose decisions take long', () => {
  test('gives way to those that come meanwhile, and its pods get the nodes that they would have had', () => {
    const whole = newHarness({ nodes: NODES, args: { order: 'strict' } });
    whole.submit(...heavyPods(60));
    const expected = nodesByPod(whole.run());

    const harness = newHarness({ nodes: NODES });
    harness.submit(...heavyPods(60));
    const cycle = harness.cycle.run();
    const first = cycle.next().value!;
    expect(first.placed.length).toBeGreaterThan(0);
    expect(first.placed.length).toBeLessThan(60);
    expect(first.batch.pods).toHaveLength(first.placed.length);
    // what comes now ends the cycle before the rest of the class has its batch
    harness.submit(pod('plain', { spec: { nodeSelector: { nowhere: 'x' } } }));
    expect(cycle.next().done).toBe(true);
    expect(harness.queue.counts()).toMatchObject({ active: 60 - first.placed.length + 1, backoff: 0 });
    const placed = { ...nodesByPod([first]) };
    const next = harness.run();
    Object.assign(placed, nodesByPod(next));
    // no more than one part of the class is decided before the other pod
    expect(next.findIndex(({ batch }) => batch.pods[0]!.key === 'ns/plain')).toBe(1);
    expect(placed).toEqual(expected);
    harness.acknowledgeAll();
    expect([...harness.cycle.correspondences.list()].map(({ open }) => open)).toEqual([]);
  });

  test('goes on in the same cycle when nobody has come, and at once where the order is strict', () => {
    for (const order of ['grouped', 'strict'] as const) {
      const harness = newHarness({ nodes: NODES, args: { order } });
      harness.submit(...heavyPods(40), pod('plain', { cpu: '1' }));
      const names = harness.run().map(({ batch }) => batch.pods[0]!.key.split('-')[0]);
      expect(names.filter((name) => name === 'ns/heavy').length).toBeGreaterThan(1);
      expect(names.indexOf('ns/plain')).toBe(order === 'strict' ? names.length - 1 : 1);
      expect(harness.binder.placements).toHaveLength(41);
    }
  });

  test('is not placed as a group that is decided together, when that would take too long', () => {
    const harness = newHarness({ nodes: NODES, objects: [podGroup('g', 300)] });
    harness.submit(...members('g', 300, { cpu: '10m', labels: { app: 'a-0' }, spec: heavy }), pod('plain'));
    const outcomes = harness.run();
    expect(Object.keys(nodesByPod(outcomes))).toEqual(['plain']);
    const message = 'the pods of the group take longer than can be decided at once';
    expect(outcomes[0]!.failed[0]).toMatchObject({ message });
    expect(reasonOf(harness, 'g-0')).toMatchObject({ queue: 'backoff', reason: message });
  });
});
