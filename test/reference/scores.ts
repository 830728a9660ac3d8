// The scores of all feasible nodes together, in int64 where the reference scheduler computes in it.
import * as layout from '../../assembly/layout.ts';
import { goLog, goRound } from './number.ts';
import {
  amountOf,
  countOf,
  domainOf,
  type Normalized,
  type Resource,
  type SoftSpread,
  type Turn,
} from './turn.ts';

/** Weighted scores by detail slot and row. A plugin that does not score the class is left out. */
export type Scores = Map<number, Map<number, number>>;

/** Every plugin's weighted score of each of the feasible rows. */
export function scoresOf(turn: Turn, feasible: readonly number[]): Scores {
  const { weights } = turn;
  const scores: Scores = new Map();
  const add = (slot: number, weight: number, score: (row: number) => number): void => {
    scores.set(slot, new Map(feasible.map((row) => [row, weight * score(row)])));
  };
  if (turn.strategy !== layout.STRATEGY_NONE)
    add(layout.DETAIL_FIT, weights.fit, (row) => fitScore(turn, row));
  if (turn.balancedResources.length > 0) {
    add(layout.DETAIL_BALANCED, weights.balanced, (row) => balancedScore(turn, row));
  }
  for (const score of turn.normalized) add(score.slot, score.weight, normalize(turn, score, feasible));
  if (turn.soft.length > 0) add(layout.DETAIL_SPREAD, weights.spread, spreadScores(turn, feasible));
  if (turn.preferences.length > 0) {
    add(layout.DETAIL_INTER_POD_AFFINITY, weights.preference, preferenceScores(turn, feasible));
  }
  return scores;
}

interface Share {
  requested: bigint;
  allocatable: bigint;
  weight: bigint;
}

/** What is asked for of each resource that the node has, with the pod or without it. */
function sharesOf({ memory }: Turn, resources: readonly Resource[], row: number, withPod: boolean): Share[] {
  return resources
    .map(({ allocatable, used, amount, weight }) => ({
      requested: memory.int64Of(used, row) + (withPod ? amount : 0n),
      allocatable: memory.int64Of(allocatable, row),
      weight,
    }))
    .filter(({ allocatable }) => allocatable !== 0n);
}

function fitScore(turn: Turn, row: number): number {
  let score = 0n;
  let weights = 0n;
  for (const { requested, allocatable, weight } of sharesOf(turn, turn.fitResources, row, true)) {
    const resourceScore = resourceFitScore(turn, requested, allocatable);
    // a resource without a score does not count in RequestedToCapacityRatio
    if (turn.strategy === layout.STRATEGY_RATIO && resourceScore <= 0n) continue;
    score += resourceScore * weight;
    weights += weight;
  }
  if (weights === 0n) return 0;
  return turn.strategy === layout.STRATEGY_RATIO
    ? goRound(Number(score) / Number(weights))
    : Number(score / weights);
}

function resourceFitScore({ memory, strategy, shape }: Turn, requested: bigint, allocatable: bigint): bigint {
  const isOver = requested > allocatable;
  switch (strategy) {
    case layout.STRATEGY_LEAST:
      return isOver ? 0n : ((allocatable - requested) * 100n) / allocatable;
    case layout.STRATEGY_MOST:
      return ((isOver ? allocatable : requested) * 100n) / allocatable;
    default:
      return BigInt(memory.f64Of(shape, isOver ? 100 : Number((requested * 100n) / allocatable)));
  }
}

function balancedScore(turn: Turn, row: number): number {
  const evenness = (withPod: boolean): bigint => {
    const fractions = sharesOf(turn, turn.balancedResources, row, withPod).map(({ requested, allocatable }) =>
      Math.min(1, Number(requested) / Number(allocatable)),
    );
    return BigInt(Math.trunc((1 - deviationOf(fractions)) * 100));
  };
  return Number(50n + (50n + evenness(true) - evenness(false)) / 2n);
}

function deviationOf(fractions: readonly number[]): number {
  if (fractions.length < 2) return 0;
  if (fractions.length === 2) return Math.abs((fractions[0]! - fractions[1]!) / 2);
  const mean = fractions.reduce((sum, fraction) => sum + fraction, 0) / fractions.length;
  const squares = fractions.reduce((sum, fraction) => sum + (fraction - mean) * (fraction - mean), 0);
  return Math.sqrt(squares / fractions.length);
}

function normalize(
  { memory }: Turn,
  { raw, reverse }: Normalized,
  feasible: readonly number[],
): (row: number) => number {
  const greatest = feasible.reduce((most, row) => {
    const value = memory.int64Of(raw, row);
    return value > most ? value : most;
  }, 0n);
  return (row) => {
    const score = greatest === 0n ? 0 : Number((100n * memory.int64Of(raw, row)) / greatest);
    return reverse ? 100 - score : score;
  };
}

function spreadScores(turn: Turn, feasible: readonly number[]): (row: number) => number {
  const { soft, softNeedsAll } = turn;
  const scored = feasible.filter(
    (row) => !softNeedsAll || soft.every((constraint) => domainOf(turn, constraint, row) !== 0),
  );
  const weights = soft.map((constraint) => goLog(sizeOf(turn, constraint, scored) + 2));
  const raws = new Map(
    scored.map((row): [number, bigint] => {
      const parts = soft.map((constraint, n) =>
        domainOf(turn, constraint, row) === 0
          ? 0
          : countOf(turn, constraint, row) * weights[n]! + constraint.skew,
      );
      return [row, BigInt(goRound(parts.reduce((sum, part) => sum + part, 0)))];
    }),
  );
  const values = [...raws.values()];
  const greatest = values.reduce((most, raw) => (raw > most ? raw : most), 0n);
  const least = values.reduce((fewest, raw) => (raw < fewest ? raw : fewest), greatest);
  return (row) => {
    const raw = raws.get(row);
    if (raw === undefined) return 0;
    return greatest === 0n ? 100 : Number((100n * (greatest + least - raw)) / greatest);
  };
}

/** How many domains the scored rows have; a node without the label is a domain too. */
function sizeOf(turn: Turn, constraint: SoftSpread, scored: readonly number[]): number {
  if (constraint.byRow) return scored.length;
  return new Set(scored.map((row) => domainOf(turn, constraint, row))).size;
}

function preferenceScores(turn: Turn, feasible: readonly number[]): (row: number) => number {
  const raws = new Map(
    feasible.map((row) => [
      row,
      turn.preferences.reduce((sum, preference) => sum + amountOf(turn, preference, row), 0),
    ]),
  );
  const least = Math.min(...raws.values());
  const span = Math.max(...raws.values()) - least;
  return (row) => (span > 0 ? Math.trunc(100 * ((raws.get(row)! - least) / span)) : 0);
}
