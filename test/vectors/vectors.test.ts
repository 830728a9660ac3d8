import { describe, expect, it } from 'vitest';
import { objectKey, type Pod, type Scenario } from '../../src/model/types.ts';
import { ClassIndex } from '../../src/classes/class-index.ts';
import { clusterOf } from '../../src/planner/plan.ts';
import { KERNELS, type NamedKernel } from '../kernel/kernels.ts';
import { withSeenOutcomes } from './outcomes.ts';
import { configurationFor, outcomeOf, planned } from './planned.ts';
import { FAMILIES, vectorsOf } from './vectors.ts';

const TIMEOUT_MS = 60_000;
const isReference = ({ name }: NamedKernel): boolean => name === 'reference';
const reference = KERNELS.find(isReference)!;
const builds = KERNELS.filter((kernel) => !isReference(kernel));

/**
 * The pods in the order in which a grouped cycle takes them: with the others of their class and priority, or alone when
 * they have a node to try first.
 */
function regrouped(scenario: Scenario): Pod[] {
  const kernel = builds[0]!.load();
  const cluster = clusterOf(scenario, kernel, 1);
  const { profiles } = configurationFor(scenario, {});
  const classes = new ClassIndex(kernel);
  const groups = new Map<string, Pod[]>();
  for (const pod of scenario.pending) {
    const name = pod.spec?.schedulerName ?? 'default-scheduler';
    const profile = profiles.find(({ schedulerName }) => schedulerName === name) ?? profiles[0]!;
    const alike = `${pod.spec?.priority ?? 0} ${classes.of(pod, { cluster, profile }).index}`;
    const group = cluster.nominations.of(objectKey(pod)) === undefined ? alike : objectKey(pod);
    groups.set(group, [...(groups.get(group) ?? []), pod]);
  }
  return [...groups.values()].flat();
}

describe.each(FAMILIES)('%s', (family) => {
  const vectors = vectorsOf(family);

  it('holds scenarios with pods to place', () => {
    expect(vectors.length).toBeGreaterThan(0);
    for (const { expected, scenario } of vectors) expect(scenario().pending).toHaveLength(expected.length);
  });

  describe.each(KERNELS)('in strict order on the $name kernel', (kernel) => {
    it.each(vectors)('$name is decided as by kube-scheduler', { timeout: TIMEOUT_MS }, (vector) => {
      const explain = vector.hasDetail ? 'detail' : 'ties';
      const { expected } = vector;
      const decisions = planned(vector.scenario(), kernel.load(), 'strict', explain);
      expect(decisions).toHaveLength(expected.length);
      expect(decisions.map((decision, n) => withSeenOutcomes(decision, expected[n]!))).toEqual(expected);
      if (isReference(kernel)) return;
      // without an explanation the builds choose among groups of nodes
      const unexplained = planned(vector.scenario(), kernel.load(), 'strict').map(outcomeOf);
      const outcomes = expected.map(outcomeOf);
      expect(unexplained.map((decision, n) => withSeenOutcomes(decision, outcomes[n]!))).toEqual(outcomes);
    });
  });

  describe('in grouped order', () => {
    it.each(vectors)(
      '$name is decided as its regrouped list is in strict order',
      { timeout: TIMEOUT_MS },
      (vector) => {
        const scenario = vector.scenario();
        const list = { ...scenario, pending: regrouped(scenario) };
        // explained, so that every pod is a call of its own, and by the kernel that makes a pass for each
        const strict = planned(list, reference.load(), 'strict', 'ties').map(outcomeOf);
        for (const { load } of builds) {
          const grouped = planned(vector.scenario(), load(), 'grouped');
          expect(grouped.map(outcomeOf)).toEqual(strict);
        }
      },
    );

    it('takes pods out of the order of the list', () => {
      const moved = vectors.filter((vector) => {
        const scenario = vector.scenario();
        return regrouped(scenario).some((pod, n) => objectKey(pod) !== objectKey(scenario.pending[n]!));
      });
      expect(moved.length).toBeGreaterThan(0);
    });
  });
});
