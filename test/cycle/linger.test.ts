// Correspondences that live on after their last pod: pods that come one after another find theirs, and the nodes that they
// would have had without it.
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { Pod } from '../../src/model/types.ts';
import { node, nodesByPod, on, pod, pods, newHarness, service, type Harness } from './fixtures.ts';

// many cases, on a machine that may be busy
vi.setConfig({ testTimeout: 60_000 });

const ZONE = 'topology.kubernetes.io/zone';
const zoned = (name: string, n: number, cpu = '8') => node(name, { cpu, labels: { [ZONE]: `z${n % 3}` } });
const NODES = Array.from({ length: 9 }, (_, n) => zoned(`n${n}`, n));
const labelSelector = { matchLabels: { app: 'web' } };

const SPECS: Record<string, Partial<NonNullable<Pod['spec']>>> = {
  plain: {},
  spread: {
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule', labelSelector },
    ],
  },
  affine: {
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: ZONE, labelSelector }],
      },
    },
  },
  apart: {
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 5, podAffinityTerm: { topologyKey: ZONE, labelSelector } },
        ],
      },
    },
  },
};

/** A pod comes, is decided, and is bound. Returns its node. */
function bindOne(harness: Harness, waiting: Pod): string | undefined {
  harness.submit(waiting);
  const name = waiting.metadata!.name!;
  const node = nodesByPod(harness.run())[name];
  if (node === undefined) {
    harness.queue.delete(`ns/${name}`);
    harness.cluster.dropPending(`ns/${name}`);
    return undefined;
  }
  harness.cycle.bound(`ns/${name}`);
  harness.cluster.dropPending(`ns/${name}`);
  harness.cluster.setPod(on(node, waiting));
  return node;
}

describe('a class whose pods come one after another', () => {
  test.each(Object.keys(SPECS))(
    'takes one pass, and its pods get the nodes of those that come at once: %s',
    (name) => {
      const waiting = pods(20, 'web', { cpu: '1', labels: { app: 'web' }, spec: SPECS[name] });
      const together = newHarness({ nodes: NODES });
      together.submit(...waiting);
      const expected = nodesByPod(together.run());

      const harness = newHarness({ nodes: NODES, mayLinger: true });
      const nodes = waiting.map((each) => [each.metadata!.name!, bindOne(harness, each)]);
      expect(Object.fromEntries(nodes)).toEqual(expected);
      expect(harness.cycle.correspondences.passes).toBe(1);
      expect(harness.cycle.correspondences.size).toBe(1);
    },
  );

  test('finds its correspondence until it has lingered for as long as the profile says', () => {
    const { cycle, ...rest } = newHarness({ nodes: NODES, mayLinger: true, args: { linger: 5 } });
    const harness = { cycle, ...rest };
    const { correspondences } = cycle;
    bindOne(harness, pod('a'));
    expect(correspondences.deleteLingered(1_000)).toBe(6_000);
    bindOne(harness, pod('b'));
    expect(correspondences.deleteLingered(4_000)).toBe(9_000);
    expect(correspondences.deleteLingered(8_999)).toBe(9_000);
    expect(correspondences.size).toBe(1);
    expect(correspondences.deleteLingered(9_000)).toBeUndefined();
    expect(correspondences.size).toBe(0);
    bindOne(harness, pod('c'));
    expect(correspondences.passes).toBe(2);
  });

  test.each([
    { args: { linger: 0 }, mayLinger: true },
    { args: {}, mayLinger: false },
  ])('finds none where nothing lingers: $args, $mayLinger', (options) => {
    const harness = newHarness({ nodes: NODES, ...options });
    bindOne(harness, pod('a'));
    expect(harness.cycle.correspondences.size).toBe(0);
  });

  test('of many classes those linger whose pods came last', () => {
    const harness = newHarness({ nodes: NODES, mayLinger: true });
    for (let n = 0; n < 200; n++) bindOne(harness, pod(`p${n}`, { cpu: `${n + 1}m` }));
    const { correspondences } = harness.cycle;
    expect(correspondences.size).toBe(64);
    bindOne(harness, pod('again', { cpu: '200m' }));
    expect(correspondences.passes).toBe(200);
    bindOne(harness, pod('first', { cpu: '1m' }));
    expect(correspondences.passes).toBe(201);
    correspondences.deleteLingered(0);
    correspondences.deleteLingered(60_000);
    expect(correspondences.size).toBe(0);
  });
});

const NAMES = NODES.map(({ metadata }) => metadata!.name!);
const change = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('bind' as const), spec: fc.constantFrom(...Object.keys(SPECS)) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), n: fc.nat(30) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('setNode' as const),
      name: fc.constantFrom(...NAMES, 'new'),
      n: fc.nat(5),
      cpu: fc.constantFrom('2', '4', '8'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('removeNode' as const), name: fc.constantFrom(...NAMES) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('service' as const), isThere: fc.boolean() }) },
);

test('whatever happens between two pods, the second one gets the node that it would have had', () => {
  fc.assert(
    fc.property(fc.array(change, { minLength: 8, maxLength: 30 }), (changes) => {
      const harnesses = [true, false].map((mayLinger) => newHarness({ nodes: NODES, mayLinger }));
      const standing: string[] = [];
      changes.forEach((each, at) => {
        const gone = each.do === 'remove' ? standing[each.n] : undefined;
        const nodes = harnesses.map((harness) => {
          const { cluster } = harness;
          if (each.do === 'bind')
            return bindOne(
              harness,
              pod(`p${at}`, { cpu: '1', labels: { app: 'web' }, spec: SPECS[each.spec] }),
            );
          if (gone !== undefined) cluster.removePod(gone);
          if (each.do === 'setNode') cluster.setNode(zoned(each.name, each.n, each.cpu));
          if (each.do === 'removeNode') cluster.removeNode(each.name);
          if (each.do === 'service') cluster.setObject(service('s', { app: 'web' }), each.isThere);
          return undefined;
        });
        expect(nodes[0], `${at}: ${JSON.stringify(each)}`).toBe(nodes[1]);
        if (nodes[0] !== undefined) standing.push(`ns/p${at}`);
        if (gone !== undefined) standing.splice(standing.indexOf(gone), 1);
      });
    }),
    { numRuns: 150 },
  );
});
