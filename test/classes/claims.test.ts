// Equal keys of claims mean equal decisions: pods of one class have the same nodes, whichever of them is asked for.
import { expect, it, vi } from 'vitest';
import type { Pod } from '../../src/model/types.ts';
import { Correspondence } from '../../src/determination/correspondence.ts';
import { Matches } from '../../src/kernel/program/match.ts';
import { append } from '../../src/model/by-key.ts';
import { objectKey } from '../../src/model/types.ts';
import { loadKernel } from '../../src/kernel/builds.ts';
import type { EquivalenceClass } from '../../src/classes/class-index.ts';
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
    const { cluster, cycle } = newHarness({ nodes, pods, objects, configuration, kernel });
    for (const pod of pending) cluster.setPending(pod);
    const passOf = (pod: Pod) => {
      const known = new Correspondence(
        { kernel, matches: new Matches(kernel), withDetail: true },
        cycle.classify(pod)!.class,
        pod,
      );
      try {
        return [known.rejections(), known.scores(), known.ties(), known.refusal().message];
      } finally {
        known.dispose();
      }
    };
    const classes = new Map<EquivalenceClass, Pod[]>();
    for (const pod of pending) append(classes, cycle.classify(pod)!.class, pod);
    for (const [first, ...others] of classes.values()) {
      if (first!.spec?.[field] === undefined) continue;
      const expected = passOf(first!);
      for (const pod of others.slice(0, COMPARED)) {
        expect({ pod: objectKey(pod), pass: passOf(pod) }).toEqual({ pod: objectKey(pod), pass: expected });
        compared++;
      }
    }
  }
  // otherwise the property holds of nothing
  expect(compared).toBeGreaterThan(50);
});
