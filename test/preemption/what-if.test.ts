// The question "what if these pods were gone" against the answer of a cluster where they are gone.
import { describe, expect, it } from 'vitest';
import { CODE_FEASIBLE } from '../../assembly/layout.ts';
import { objectKey, type Scenario } from '../../src/model/types.ts';
import { ClassIndex } from '../../src/classes/class-index.ts';
import { Correspondence } from '../../src/determination/correspondence.ts';
import { Matches } from '../../src/kernel/program/match.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import { clusterOf } from '../../src/planner/plan.ts';
import { KERNELS } from '../kernel/kernels.ts';
import { randomBelow } from '../reference/number.ts';
import { configurationFor } from '../vectors/planned.ts';
import { vectorsOf } from '../vectors/vectors.ts';

const FAMILIES = ['preemption', 'mixed'];
const CASES = 6;
const PODS_ASKED = 6;

function determined(scenario: Scenario, kernel: Kernel, pending: number): Correspondence {
  const cluster = clusterOf(scenario, kernel, 1);
  const [profile] = configurationFor(scenario, {}).profiles;
  const master = scenario.pending[pending]!;
  const of = new ClassIndex(kernel).of(master, { cluster, profile: profile! });
  return new Correspondence({ kernel, matches: new Matches(kernel), withDetail: false }, of, master);
}

/** Why the node is rejected; undefined when it is not. */
const verdictOn = (correspondence: Correspondence, node: string) => correspondence.rejections()[node];

describe.each(KERNELS)('on the $name kernel', ({ load }) => {
  it.each(FAMILIES)('%s: a node is to its pods what it would be without the others', (family) => {
    let state = 7n;
    const below = (bound: number): number => {
      const drawn = randomBelow(state, bound);
      state = drawn.state;
      return drawn.value;
    };
    let asked = 0;
    for (const vector of vectorsOf(family).slice(0, CASES)) {
      const scenario = vector.scenario();
      for (let n = 0; n < PODS_ASKED; n++) {
        const pending = below(scenario.pending.length);
        const correspondence = determined(scenario, load(), pending);
        const { cluster } = correspondence.class.context;
        const rejections = correspondence.rejections();
        const row = cluster.nodes.rowOf(scenario.nodes[below(scenario.nodes.length)]!.metadata!.name!)!;
        const node = cluster.nodes.node(row)!.name;
        const gone = cluster.podsIn(row).filter(() => below(3) > 0);
        for (const pod of gone) correspondence.suppose(pod, row, -1);
        const actual = correspondence.objectionTo(row);
        expect(correspondence.codeOf(row) === CODE_FEASIBLE).toBe(actual === undefined);
        for (const pod of gone) correspondence.suppose(pod, row, 1);
        correspondence.codeOf(row);

        const keys = new Set(gone.map(({ key }) => key));
        const left = { ...scenario, pods: scenario.pods.filter((pod) => !keys.has(objectKey(pod))) };
        expect(actual).toEqual(verdictOn(determined(left, load(), pending), node));
        asked += gone.length;
        // nothing is left of the question, here or in the cluster
        expect(correspondence.rejections()).toEqual(rejections);
        expect(determinedAgain(correspondence)).toEqual(rejections);
      }
    }
    expect(asked).toBeGreaterThan(0);
  });
});

function determinedAgain(correspondence: Correspondence) {
  correspondence.determineAgain(correspondence.master);
  return correspondence.rejections();
}
