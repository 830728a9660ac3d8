// Small scenarios that have the shape of public bug reports, with what kube-scheduler decides on them.
import { describe, expect, it } from 'vitest';
import { KERNELS } from '../kernel/kernels.ts';
import { withSeenOutcomes } from './outcomes.ts';
import { planned } from './planned.ts';
import { vectorsOf } from './vectors.ts';

/** Those that ask for what is not built yet: an error about a claim on one node blocks the pod everywhere. */
const AWAITED = ['report-09', 'report-31'];
const vectors = vectorsOf('reports').filter(({ name }) => !AWAITED.includes(name));

describe.each(KERNELS)('on the $name kernel', ({ load }) => {
  it.each(vectors)('$name is decided as by kube-scheduler', ({ scenario, expected }) => {
    const decisions = planned(scenario(), load(), 'strict', 'detail');
    expect(decisions.map((decision, n) => withSeenOutcomes(decision, expected[n]!))).toEqual(expected);
  });
});
