// A pod that was assumed and is seen bound counts as it is by then, whatever has changed about it meanwhile.
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { Pod } from '../../src/model/types.ts';
import { neighbours, podOf } from '../classes/arbitrary.ts';
import { node, on, newHarness, service, type Harness } from '../cycle/fixtures.ts';
import { packedBuckets, packedNodes } from './packed.ts';

// many cases, on a machine that may be busy
vi.setConfig({ testTimeout: 60_000 });

/** More than the container of any pod asks for. */
const ALLOCATED = {
  ...{ name: 'main', image: '', imageID: '', ready: true, restartCount: 0 },
  allocatedResources: { cpu: '5' },
};

const VOLUMES = [
  [],
  [{ name: 'scratch', emptyDir: {} }],
  [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
];
/** Reads the labels in every cluster: a key without readers may stay or not. */
const SETUP = {
  nodes: [node('a')],
  objects: [service('reader', { app: 'x', tier: 'x', ordinal: 'x' }, 'elsewhere')],
};

const volumes = fc.constantFrom(...VOLUMES);

function told({ cluster }: Harness): unknown {
  const { usage, ports, selectors, affinity, volumes: seen, labels, assumed } = cluster.pod('ns/one')!;
  const record = { usage, ports, selectors, affinity, seen, labels, assumed };
  return { nodes: packedNodes(cluster), buckets: packedBuckets(cluster), record };
}

function podWith(fields: Parameters<typeof podOf>[1], ofIt: NonNullable<Pod['spec']>['volumes']): Pod {
  const made = podOf('one', { ...fields, namespace: 'ns', nodeName: undefined });
  return { ...made, spec: { ...made.spec!, volumes: ofIt } };
}

test('a pod that is confirmed is the same as one that was never assumed', () => {
  fc.assert(
    fc.property(neighbours, volumes, volumes, fc.boolean(), ({ one, two }, before, after, isRunning) => {
      const harness = newHarness(SETUP);
      harness.cluster.assume(podWith(one, before), harness.cluster.nodes.rowOf('a')!, false);
      const bound = on('a', podWith(two, after));
      if (isRunning) bound.status = { containerStatuses: [ALLOCATED] };
      harness.cluster.setPod(bound);
      expect(told(harness)).toEqual(told(newHarness({ ...SETUP, pods: [bound] })));
    }),
    { numRuns: 1500, seed: 7 },
  );
});
