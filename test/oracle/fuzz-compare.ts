// Whether coset and kube-scheduler decide alike, and what a scenario asks for that coset has not.
import { isDeepStrictEqual } from 'node:util';
import type { Decision, Scenario } from '../../src/model/types.ts';
import { clusterOf } from '../../src/planner/plan.ts';
import { referenceKernel } from '../reference/kernel.ts';
import { configurationFor, outcomeOf, planned } from '../vectors/planned.ts';
import type { NamedKernel } from '../kernel/kernels.ts';
import { differByTie, withSeenOutcomes } from '../vectors/outcomes.ts';

export interface Mismatch {
  kernel: string;
  /** The place of the pod in the list of pending pods. */
  place: number;
  expected: Decision | undefined;
  actual: Decision | undefined;
}

/** The plugins that some pod of the scenario needs and that are not built. */
export function unsupportedBy(scenario: Scenario): string[] {
  const { profiles, registry } = configurationFor(scenario, {});
  const cluster = clusterOf(scenario, referenceKernel(), 1, registry);
  const [profile] = profiles;
  const plugins = [...scenario.pods, ...scenario.pending].flatMap(
    (pod) => registry.unsupportedIn(pod, { cluster, profile: profile! })?.plugin ?? [],
  );
  return [...new Set(plugins)].sort();
}

/**
 * The first decision that the kernel takes otherwise: explained with every score and rejection, or, as it is without, by
 * the node, its total and the number of feasible nodes.
 */
export function mismatchIn(
  scenario: Scenario,
  expected: readonly Decision[],
  { name, load }: NamedKernel,
): Mismatch | undefined {
  const kernel = `${name}, explained`;
  const detailed = firstDifference(kernel, expected, planned(scenario, load(), 'strict', 'detail'));
  if (detailed !== undefined) return detailed;
  return firstDifference(name, expected.map(outcomeOf), planned(scenario, load(), 'strict').map(outcomeOf));
}

function firstDifference(
  kernel: string,
  expected: readonly Decision[],
  actual: readonly Decision[],
): Mismatch | undefined {
  const length = Math.max(expected.length, actual.length);
  for (let place = 0; place < length; place++) {
    const [ours, theirs] = [actual[place], expected[place]];
    const areBoth = ours !== undefined && theirs !== undefined;
    if (areBoth && isDeepStrictEqual(withSeenOutcomes(ours, theirs), theirs)) continue;
    // another outcome that is as good was carried out: what follows cannot be compared
    if (areBoth && differByTie(ours, theirs)) return undefined;
    return { kernel, place, expected: theirs, actual: ours };
  }
  return undefined;
}

/** A decision without the scores and rejections in which it is like the other one. */
export function shownBeside(decision: Decision | undefined, other: Decision | undefined): object {
  const { scores = {}, rejected = {}, ...rest } = decision ?? {};
  const differing = <T>(mine: Record<string, T>, others: Record<string, T> = {}): Record<string, T> =>
    Object.fromEntries(
      Object.entries(mine).filter(([node, value]) => !isDeepStrictEqual(value, others[node])),
    );
  return {
    ...rest,
    scores: differing(scores, other?.scores),
    rejected: differing(rejected, other?.rejected),
  };
}
