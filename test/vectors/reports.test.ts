// Small scenarios that have the shape of public bug reports, with what kube-scheduler decides on them.
import { describe, expect, it } from 'vitest';
import { KERNELS } from '../kernel/kernels.ts';
import { withSeenOutcomes } from './outcomes.ts';
import { planned } from './planned.ts';
import { vectorsOf } from './vectors.ts';

/** Those that ask for what is not built yet: errors of claims by node (09, 31), CEL (15 to 20), the number limit (27). */
const AWAITED = ['09', '15', '16', '18', '20', '27', '31'].map((n) => `report-${n}`);
const vectors = vectorsOf('reports').filter(({ name }) => !AWAITED.includes(name));

describe.each(KERNELS)('on the $name kernel', ({ load }) => {
  it.each(vectors)('$name is decided as by kube-scheduler', ({ scenario, expected }) => {
    const decisions = planned(scenario(), load(), 'strict', 'detail');
    expect(decisions.map((decision, n) => withSeenOutcomes(decision, expected[n]!))).toEqual(expected);
  });
});
