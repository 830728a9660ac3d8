// Where kube-scheduler breaks the last tie of a preemption at random, its outcomes are listed as they were seen; coset
// lists all that are as good.
import { isDeepStrictEqual } from 'node:util';
import type { Decision } from '../../src/model/types.ts';

/** Coset's decision with those of its outcomes that kube-scheduler was seen to have: equal when both decide alike. */
export function withSeenOutcomes(actual: Decision, { preemption: seen }: Decision): Decision {
  if (actual.preemption === undefined || seen === undefined) return actual;
  const isSeen = (outcome: unknown) => seen.some((other) => isDeepStrictEqual(other, outcome));
  return { ...actual, preemption: actual.preemption.filter(isSeen) };
}

/** Whether the decisions differ by the outcome that was carried out alone: the pods after it are in other clusters. */
export function differByTie(actual: Decision, expected: Decision): boolean {
  const { node, ...rest } = withSeenOutcomes(actual, expected);
  const { node: other, ...others } = expected;
  return node !== other && rest.preemption !== undefined && isDeepStrictEqual(rest, others);
}
