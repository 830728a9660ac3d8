// A cluster's columns depend on what there is, not on how it came about.
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { ApiObject, Node, Pod } from '../../src/model/types.ts';
import { anyNode, anyPodFields, nodeOf, podOf } from '../classes/arbitrary.ts';
import { on, newHarness, service, type Harness } from '../cycle/fixtures.ts';
import { packedBuckets, packedNodes } from './packed.ts';

// many cases, on a machine that may be busy
vi.setConfig({ testTimeout: 60_000 });

const NODE_NAMES = ['n1', 'n2', 'n3', 'n4'];
const SERVICES = [service('web', { app: 'web' }), service('tiers', { tier: 'front' })];

const nodeName = fc.constantFrom(...NODE_NAMES);
const podName = fc.constantFrom('p1', 'p2', 'p3', 'p4', 'p5', 'p6');

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('setNode' as const), name: nodeName, fields: anyNode }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('removeNode' as const), name: nodeName }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('setPod' as const, 'assume' as const),
      name: podName,
      node: nodeName,
      fields: anyPodFields,
      terminating: fc.constantFrom(false, false, true),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('removePod' as const), name: podName }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('setObject' as const),
      object: fc.constantFrom(...SERVICES),
      present: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('followKeys' as const) }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What there is in the end. */
interface Final {
  nodes: Map<string, Node>;
  pods: Map<string, Pod>;
  objects: Map<string, ApiObject>;
}

/** Tells the cluster of the step, and keeps in `final` what there is now. */
function take(harness: Harness, final: Final, each: Step): void {
  switch (each.do) {
    case 'setNode': {
      const node = nodeOf(each.name, each.fields);
      harness.cluster.setNode(node);
      final.nodes.set(each.name, node);
      break;
    }
    case 'removeNode':
      harness.cluster.removeNode(each.name);
      final.nodes.delete(each.name);
      break;
    case 'setPod':
    case 'assume': {
      const pod = podOf(each.name, { ...each.fields, namespace: 'ns', nodeName: undefined });
      if (each.terminating) pod.metadata!.deletionTimestamp = '2026-01-01T00:00:00Z';
      const row = harness.cluster.nodes.rowOf(each.node);
      if (each.do === 'assume' && row !== undefined) harness.cluster.assume(pod, row, false);
      else harness.cluster.setPod(on(each.node, pod));
      final.pods.set(each.name, on(each.node, pod));
      break;
    }
    case 'removePod':
      harness.cluster.removePod(`ns/${each.name}`);
      final.pods.delete(each.name);
      break;
    case 'setObject':
      harness.cluster.setObject(each.object, each.present);
      if (each.present) final.objects.set(each.object.metadata!.name!, each.object);
      else final.objects.delete(each.object.metadata!.name!);
      break;
    case 'followKeys':
      harness.cluster.followKeys();
  }
}

/** Reads the same label keys in every cluster: a key without readers may stay or not. */
const READER = service(
  'reader',
  { app: 'x', tier: 'x', ordinal: 'x', 'controller-revision-hash': 'x' },
  'elsewhere',
);

test('the columns after any history are those of a fresh cluster with the same nodes and pods', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
      const harness = newHarness({ objects: [READER] });
      const final: Final = { nodes: new Map(), pods: new Map(), objects: new Map() };
      for (const each of steps) take(harness, final, each);

      const fresh = newHarness({
        nodes: [...final.nodes.values()],
        pods: [...final.pods.values()],
        objects: [READER, ...final.objects.values()],
      });
      expect(packedNodes(harness.cluster)).toEqual(packedNodes(fresh.cluster));
      expect(packedBuckets(harness.cluster)).toEqual(packedBuckets(fresh.cluster));
      expect(harness.cluster.podCount).toBe(final.pods.size);
    }),
    { numRuns: 200, seed: 5 },
  );
});
