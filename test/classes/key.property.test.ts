// The promise of the class key: pods of one class have the same nodes, with the same scores, for the same reasons.
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { Pod } from '../../src/model/types.ts';
import { Correspondence } from '../../src/determination/correspondence.ts';
import { Matches } from '../../src/kernel/program/match.ts';
import { featuresOf } from '../../src/classes/features.ts';
import type { KernelBuild } from '../../src/kernel/builds.ts';
import { loadKernel } from '../../src/kernel/builds.ts';
import { passOf } from '../cycle/answers.ts';
import { newHarness, type Harness } from '../cycle/fixtures.ts';
import { anyCluster, anyPodFields, neighbours, podOf, type ClusterShape } from './arbitrary.ts';

// many cases, on a machine that may be busy
vi.setConfig({ testTimeout: 60_000 });

function harnessOf(shape: ClusterShape, waiting: readonly Pod[], build: KernelBuild): Harness {
  const harness = newHarness({ ...shape, kernel: loadKernel(build) });
  for (const pod of waiting) harness.cluster.setPending(pod);
  return harness;
}

test.each<KernelBuild>(['scalar', 'simd'])(
  'two pods that differ in one field and share a class have the same full pass (%s)',
  (build) => {
    const shared = new Map<string, number>();
    fc.assert(
      fc.property(anyCluster, neighbours, (shape, { one, two, field }) => {
        const pods = [podOf('one', one), podOf('two', two)] as const;
        const harness = harnessOf(shape, pods, build);
        if (harness.cycle.classify(pods[0])?.class !== harness.cycle.classify(pods[1])?.class) return;
        shared.set(field, (shared.get(field) ?? 0) + 1);
        expect(passOf(harness, pods[1])).toEqual(passOf(harness, pods[0]));
      }),
      { numRuns: 600, seed: 7 },
    );
    // otherwise the property holds of nothing
    expect([...shared.keys()]).toEqual(
      expect.arrayContaining(['ordinal', 'cpu', 'memory', 'env', 'hostname']),
    );
  },
);

test('a class that was remembered for a template is the one that the features of each of its pods say', () => {
  fc.assert(
    fc.property(anyCluster, fc.array(neighbours, { minLength: 1, maxLength: 6 }), (shape, pairs) => {
      const pods = pairs.flatMap(({ one, two }, n) => [podOf(`one-${n}`, one), podOf(`two-${n}`, two)]);
      const harness = harnessOf(shape, pods, 'simd');
      for (const pod of pods) {
        expect(harness.cycle.classify(pod)!.class.features).toEqual(featuresOf(pod, harness.context));
      }
    }),
    { numRuns: 200, seed: 17 },
  );
});

test('two pods of any kind that share a class have the same full pass', () => {
  fc.assert(
    fc.property(anyCluster, fc.array(anyPodFields, { minLength: 8, maxLength: 8 }), (shape, fields) => {
      const pods = fields.map((each, n) => podOf(`pod-${n}`, each));
      const harness = harnessOf(shape, pods, 'simd');
      const passes = new Map<string, ReturnType<typeof passOf>>();
      for (const pod of pods) {
        const { index } = harness.cycle.classify(pod)!.class;
        const pass = passOf(harness, pod);
        expect(pass).toEqual(passes.get(index) ?? pass);
        passes.set(index, pass);
      }
    }),
    { numRuns: 150, seed: 11 },
  );
});

test('a node taken by one pod of a class changes the same for another', () => {
  fc.assert(
    fc.property(anyCluster, neighbours, (shape, { one, two }) => {
      const pods = [podOf('one', one), podOf('two', two)] as const;
      const harness = harnessOf(shape, pods, 'simd');
      if (harness.cycle.classify(pods[0])?.class !== harness.cycle.classify(pods[1])?.class) return;
      const correspondence = new Correspondence(
        { kernel: harness.kernel, matches: new Matches(harness.kernel), withDetail: false },
        harness.cycle.classify(pods[0])!.class,
        pods[0],
      );
      const [assignment] = correspondence.assign(1);
      correspondence.dispose();
      if (assignment !== undefined) harness.cluster.assume(pods[0], assignment.row, true);
      expect(passOf(harness, pods[1])).toEqual(passOf(harness, pods[0]));
    }),
    { numRuns: 200, seed: 13 },
  );
});
