// Equal keys of claims mean equal decisions: pods of one class have the same nodes, whichever of them is asked for.
import { expect, it, vi } from 'vitest';
import { objectKey, type Pod } from '../../src/model/types.ts';
import { append } from '../../src/model/by-key.ts';
import { loadKernel } from '../../src/kernel/builds.ts';
import type { EquivalenceClass } from '../../src/classes/class-index.ts';
import { passOf } from '../cycle/answers.ts';
import { newHarness } from '../cycle/fixtures.ts';
import { configurationFor } from '../vectors/planned.ts';
import { vectorsOf } from '../vectors/vectors.ts';

vi.setConfig({ testTimeout: 60_000 });

/** So many pods of a class are compared with its first one. */
const COMPARED = 6;

it.each([
  ['templated', 'resourceClaims'],
  ['claimed', 'volumes'],
] as const)('pods of one class in the scenarios of %s', (family, field) => {
  const kernel = loadKernel('simd');
  let compared = 0;
  for (const { scenario } of vectorsOf(family).slice(0, 12)) {
    const { nodes, pods, objects, pending, ...rest } = scenario();
    const configuration = configurationFor({ nodes, pods, objects, pending, ...rest }, {});
    const harness = newHarness({ nodes, pods, objects, configuration, kernel });
    const { cluster, cycle } = harness;
    for (const pod of pending) cluster.setPending(pod);
    const classes = new Map<EquivalenceClass, Pod[]>();
    for (const pod of pending) append(classes, cycle.classify(pod)!.class, pod);
    for (const [first, ...others] of classes.values()) {
      if (first!.spec?.[field] === undefined) continue;
      const expected = passOf(harness, first!);
      for (const pod of others.slice(0, COMPARED)) {
        expect({ pod: objectKey(pod), pass: passOf(harness, pod) }).toEqual({
          pod: objectKey(pod),
          pass: expected,
        });
        compared++;
      }
    }
  }
  // otherwise the property holds of nothing
  expect(compared).toBeGreaterThan(50);
});
