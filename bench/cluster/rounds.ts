// What several rounds say together. In each, every contestant has its turn, so that a disturbance that lasts hits all of
// them, and only what was measured in the same round is compared.
import { timingOf, type Timing } from '../measure.ts';

export type Round<Contestant extends string, Measured> = Readonly<Record<Contestant, Measured>>;

/** The order of a round: each contestant is first in its turn. */
export function orderOf<Contestant>(contestants: readonly Contestant[], round: number): Contestant[] {
  const first = round % contestants.length;
  return [...contestants.slice(first), ...contestants.slice(0, first)];
}

/** The middle one of the rounds' ratios, which is not the ratio of the middle ones. */
export function ratio<Contestant extends string, Measured>(
  rounds: readonly Round<Contestant, Measured>[],
  [one, other]: readonly [Contestant, Contestant],
  of: (measured: Measured) => number,
): Timing {
  return timingOf(rounds.map((round) => of(round[one]) / of(round[other])));
}
