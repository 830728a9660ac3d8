// The scores of all feasible nodes together, in int64 where the reference scheduler computes in it.
import * as layout from '../../assembly/layout.ts';
import { goLog, goRound } from './number.ts';
import {
  amountOf,
  domainOf,
  type DomainScore,
  type DomainTable,
  type Normalized,
  type Program,
  type Resource,
  type ResourceScore,
} from './program.ts';

/** Weighted scores by detail slot and row. */
export type Scores = Map<number, Map<number, number>>;

/** Every weighted score of each of the feasible rows. */
export function scoresOf(program: Program, feasible: readonly number[]): Scores {
  const scores: Scores = new Map();
  const add = (slot: number, weight: number, score: (row: number) => number): void => {
    scores.set(slot, new Map(feasible.map((row) => [row, weight * score(row)])));
  };
  for (const score of program.resourceScores)
    add(score.slot, score.weight, (row) => resourceScoreOf(program, score, row));
  for (const score of program.normalized) add(score.slot, score.weight, normalize(program, score, feasible));
  for (const score of program.domainScores)
    add(score.slot, score.weight, domainScores(program, score, feasible));
  return scores;
}

interface Share {
  requested: bigint;
  allocatable: bigint;
  weight: bigint;
}

/** What is asked for of each resource that the node has, with the pod or without it. */
function sharesOf(
  { memory }: Program,
  resources: readonly Resource[],
  row: number,
  withPod: boolean,
): Share[] {
  return resources
    .map(({ allocatable, used, amount, weight }) => ({
      requested: memory.int64Of(used, row) + (withPod ? amount : 0n),
      allocatable: memory.int64Of(allocatable, row),
      weight,
    }))
    .filter(({ allocatable }) => allocatable !== 0n);
}

function resourceScoreOf(program: Program, score: ResourceScore, row: number): number {
  return score.strategy === layout.STRATEGY_BALANCED
    ? balancedScore(program, score, row)
    : fitScore(program, score, row);
}

function fitScore(program: Program, { strategy, resources, shape }: ResourceScore, row: number): number {
  let score = 0n;
  let weights = 0n;
  for (const { requested, allocatable, weight } of sharesOf(program, resources, row, true)) {
    const resourceScore = resourceFitScore(program, strategy, shape, requested, allocatable);
    // a resource without a score does not count in RequestedToCapacityRatio
    if (strategy === layout.STRATEGY_RATIO && resourceScore <= 0n) continue;
    score += resourceScore * weight;
    weights += weight;
  }
  if (weights === 0n) return 0;
  return strategy === layout.STRATEGY_RATIO
    ? goRound(Number(score) / Number(weights))
    : Number(score / weights);
}

function resourceFitScore(
  { memory }: Program,
  strategy: number,
  shape: number,
  requested: bigint,
  allocatable: bigint,
): bigint {
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

function balancedScore(program: Program, { resources }: ResourceScore, row: number): number {
  const evenness = (withPod: boolean): bigint => {
    const fractions = sharesOf(program, resources, row, withPod).map(({ requested, allocatable }) =>
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
  { memory }: Program,
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

/** The scores by what the rows' domains hold. */
function domainScores(
  program: Program,
  score: DomainScore,
  feasible: readonly number[],
): (row: number) => number {
  return score.normalizer === layout.NORMALIZE_FEWEST
    ? spreadScores(program, score, feasible)
    : rangeScores(program, score, feasible);
}

function spreadScores(
  program: Program,
  { tables, requiresAll }: DomainScore,
  feasible: readonly number[],
): (row: number) => number {
  const scored = feasible.filter(
    (row) => !requiresAll || tables.every((table) => domainOf(program, table, row) !== 0),
  );
  const weights = tables.map((table) => goLog(sizeOf(program, table, scored) + 2));
  const raws = new Map(
    scored.map((row): [number, bigint] => {
      const parts = tables.map((table, n) => {
        const amount = amountOf(program, table, row);
        return amount === undefined ? 0 : amount * weights[n]! + table.offset;
      });
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
function sizeOf(program: Program, table: DomainTable, scored: readonly number[]): number {
  if (table.byRow) return scored.length;
  return new Set(scored.map((row) => domainOf(program, table, row))).size;
}

function rangeScores(
  program: Program,
  { tables }: DomainScore,
  feasible: readonly number[],
): (row: number) => number {
  const raws = new Map(
    feasible.map((row) => [
      row,
      tables.reduce((sum, table) => sum + (amountOf(program, table, row) ?? 0), 0),
    ]),
  );
  const least = Math.min(...raws.values());
  const span = Math.max(...raws.values()) - least;
  return (row) => (span > 0 ? Math.trunc(100 * ((raws.get(row)! - least) / span)) : 0);
}
