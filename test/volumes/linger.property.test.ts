// A class of pods with claims finds its correspondence again after its last pod: each pod gets the node that it would have
// had without it, whatever has become of claims, volumes and drivers meanwhile.
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { ApiObject } from '../../src/model/types.ts';
import { newHarness, node, nodesByPod, on, type Harness } from '../cycle/fixtures.ts';
import { boundPair, claim, csiNode, podWith, storageClass, volume } from './objects.ts';

// many cases, on a machine that may be busy
vi.setConfig({ testTimeout: 60_000 });

const ZONE = 'topology.kubernetes.io/zone';
const NODES = ['a', 'b', 'c', 'd'].map((name, n) =>
  node(name, { cpu: '8', labels: { [ZONE]: `zone-${n % 2}`, 'kubernetes.io/hostname': name } }),
);
const NAMES = NODES.map(({ metadata }) => metadata!.name!);
const OBJECTS = [
  storageClass('made'),
  storageClass('shelf', { provisioner: 'kubernetes.io/no-provisioner' }),
  ...boundPair('common', { accessModes: ['ReadWriteMany'] }),
  ...NAMES.map((name) => csiNode(name, 3)),
];

const change = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('bind' as const),
      kind: fc.constantFrom('waiting', 'static', 'zonal', 'anywhere', 'shared'),
      zone: fc.nat(1),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('provision' as const), n: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const), n: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('limit' as const),
      name: fc.constantFrom(...NAMES),
      most: fc.option(fc.integer({ min: 1, max: 5 })),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('shelve' as const), name: fc.constantFrom(...NAMES) }),
  },
);

/** The pod's claim and what it needs. */
function neededBy(name: string, kind: string, zone: number): { claims: string[]; objects: ApiObject[] } {
  if (kind === 'waiting') return { claims: [name], objects: [claim(name, 'made')] };
  if (kind === 'static') return { claims: [name], objects: [claim(name, 'shelf')] };
  if (kind === 'shared') return { claims: ['common'], objects: [] };
  const [bound, held] = boundPair(name);
  if (kind === 'zonal') {
    const matchExpressions = [{ key: ZONE, operator: 'In', values: [`zone-${zone}`] }];
    held.spec!.nodeAffinity = { required: { nodeSelectorTerms: [{ matchExpressions }] } };
  }
  return { claims: [name], objects: [bound, held] };
}

/** A pod comes with what it needs, is decided and, where it finds a node, bound. */
function bindOne({ cluster, ...harness }: Harness, name: string, kind: string, zone: number) {
  const { claims, objects } = neededBy(name, kind, zone);
  for (const object of objects) cluster.setObject(object, true);
  const waiting = podWith(name, claims, { cpu: '500m' });
  harness.submit(waiting);
  const chosen = nodesByPod(harness.run())[name];
  if (chosen === undefined) harness.queue.delete(`ns/${name}`);
  else harness.cycle.bound(`ns/${name}`);
  cluster.dropPending(`ns/${name}`);
  if (chosen !== undefined) cluster.setPod(on(chosen, waiting));
  return chosen;
}

test('whatever happens between two pods, the second one gets the node that it would have had', () => {
  fc.assert(
    fc.property(fc.array(change, { minLength: 8, maxLength: 30 }), (changes) => {
      const harnesses = [true, false].map((mayLinger) =>
        newHarness({ nodes: NODES, objects: OBJECTS, mayLinger }),
      );
      const standing: string[] = [];
      changes.forEach((each, at) => {
        const gone = each.do === 'leave' ? standing[each.n] : undefined;
        const nodes = harnesses.map((harness) => {
          const { cluster } = harness;
          if (each.do === 'bind') return bindOne(harness, `p${at}`, each.kind, each.zone);
          if (gone !== undefined) cluster.removePod(`ns/${gone}`);
          if (each.do === 'limit') cluster.setObject(csiNode(each.name, each.most ?? 0), each.most !== null);
          if (each.do === 'shelve') cluster.setObject(volume(`static-${at}`, 'shelf', each.name), true);
          if (each.do === 'provision' && standing[each.n] !== undefined)
            for (const object of boundPair(standing[each.n]!)) cluster.setObject(object, true);
          return undefined;
        });
        expect(nodes[0], `${at}: ${JSON.stringify(each)}`).toBe(nodes[1]);
        if (nodes[0] !== undefined) standing.push(`p${at}`);
        if (gone !== undefined) standing.splice(standing.indexOf(gone), 1);
      });
      const passes = harnesses.map(({ cycle }) => cycle.correspondences.passes);
      expect(passes[0]).toBeLessThanOrEqual(passes[1]!);
    }),
    { numRuns: 150 },
  );
});
