// Scores by how full a node's resources are. The order of the operations is the reference's, since results are truncated:
// the floor of a quotient equals its int64 division below 9.0e13.
import { addressOf, F64s, next } from '../columns';
import { STRATEGY_BALANCED, STRATEGY_LEAST, STRATEGY_MOST } from '../layout';
import { FIFTY, goRound, HALF, HUNDRED, lanesOf, ONE, ZERO } from '../number';
import { ResourceScore, ScoredResource } from '../records';

/** The score of the row, 0 to 100. */
export function resourceScore(score: ResourceScore, row: u32): f64 {
  if (score.strategy == STRATEGY_BALANCED) return balance(score, row);
  return score.strategy == STRATEGY_LEAST || score.strategy == STRATEGY_MOST
    ? fullness(score, row)
    : byUtilization(score, row);
}

/** The weighted mean of how empty, or how full, the resources are. */
function fullness(score: ResourceScore, row: u32): f64 {
  let sum: f64 = 0;
  let weights: f64 = 0;
  for (let n = score.resourceCount, resource = score.resources; n > 0; n--, resource = next(resource)) {
    const capacity = resource.allocatable[row];
    if (capacity == 0) continue;
    const requested = resource.used[row] + resource.amount;
    if (score.strategy == STRATEGY_MOST) {
      sum += floor<f64>((min<f64>(requested, capacity) * 100) / capacity) * resource.weight;
    } else if (requested <= capacity) {
      sum += floor<f64>(((capacity - requested) * 100) / capacity) * resource.weight;
    }
    weights += resource.weight;
  }
  return weights == 0 ? 0 : floor<f64>(sum / weights);
}

/** The weighted mean of what the shape says of each resource; a resource of which it says 0 does not count. */
function byUtilization(score: ResourceScore, row: u32): f64 {
  const shape = changetype<F64s>(score.shape);
  let sum: f64 = 0;
  let weights: f64 = 0;
  for (let n = score.resourceCount, resource = score.resources; n > 0; n--, resource = next(resource)) {
    const capacity = resource.allocatable[row];
    if (capacity == 0) continue;
    const requested = resource.used[row] + resource.amount;
    const value = shape[requested > capacity ? 100 : <u32>floor<f64>((requested * 100) / capacity)];
    if (value <= 0) continue;
    sum += value * resource.weight;
    weights += resource.weight;
  }
  return weights == 0 ? 0 : goRound(sum / weights);
}

/** How much more evenly the resources are used with the pod than without it: 50 to 100. */
function balance(score: ResourceScore, row: u32): f64 {
  return 50 + trunc<f64>((50 + evenness(score, row, 1) - evenness(score, row, 0)) / 2);
}

// @ts-ignore: decorator
@inline
function fraction(resource: ScoredResource, row: u32, withPod: f64): f64 {
  return min<f64>(1, (resource.used[row] + resource.amount * withPod) / resource.allocatable[row]);
}

function evenness(score: ResourceScore, row: u32, withPod: f64): f64 {
  let known: u32 = 0;
  let total: f64 = 0;
  let one: f64 = 0;
  let two: f64 = 0;
  for (let n = score.resourceCount, resource = score.resources; n > 0; n--, resource = next(resource)) {
    if (resource.allocatable[row] == 0) continue;
    const value = fraction(resource, row, withPod);
    total += value;
    if (known == 0) one = value;
    else two = value;
    known++;
  }
  let deviation: f64 = 0;
  if (known == 2) {
    deviation = abs<f64>((one - two) / 2);
  } else if (known > 2) {
    const mean = total / <f64>known;
    let sum: f64 = 0;
    for (let n = score.resourceCount, resource = score.resources; n > 0; n--, resource = next(resource)) {
      if (resource.allocatable[row] == 0) continue;
      const value = fraction(resource, row, withPod);
      sum += (value - mean) * (value - mean);
    }
    deviation = sqrt<f64>(sum / <f64>known);
  }
  return trunc<f64>((1 - deviation) * 100);
}

/** Sets the score of every row to `base` and its weighted STRATEGY_LEAST of two resources. */
export function setLeastOfTwo(score: ResourceScore, base: f64, rows: u32, scores: F64s): void {
  const out = addressOf(scores);
  const bases = f64x2.splat(base);
  const weight = f64x2.splat(score.weight);
  const a = score.resources;
  const b = next(a);
  const capacityA = addressOf(a.allocatable);
  const capacityB = addressOf(b.allocatable);
  const usedA = addressOf(a.used);
  const usedB = addressOf(b.used);
  const amountA = f64x2.splat(a.amount);
  const amountB = f64x2.splat(b.amount);
  const weightA = f64x2.splat(a.weight);
  const weightB = f64x2.splat(b.weight);
  // a half is exact where a division by 2 is, and quicker
  const halves = a.weight + b.weight == 2;
  const half = lanesOf(HALF);
  const zero = lanesOf(ZERO);
  for (let row: u32 = 0; row < rows; row += 2) {
    const at = <usize>row << 3;
    const ofA = v128.load(capacityA + at);
    const ofB = v128.load(capacityB + at);
    const scoreA = leastOf(ofA, f64x2.add(v128.load(usedA + at), amountA));
    const scoreB = leastOf(ofB, f64x2.add(v128.load(usedB + at), amountB));
    let mean: v128;
    if (halves && !v128.any_true(v128.or(f64x2.eq(ofA, zero), f64x2.eq(ofB, zero)))) {
      mean = f64x2.floor(f64x2.mul(f64x2.add(f64x2.mul(scoreA, weightA), f64x2.mul(scoreB, weightB)), half));
    } else {
      // what a node has nothing of is not scored
      const knownA = f64x2.ne(ofA, zero);
      const knownB = f64x2.ne(ofB, zero);
      const weights = f64x2.add(v128.and(weightA, knownA), v128.and(weightB, knownB));
      const weighted = f64x2.add(
        v128.and(f64x2.mul(scoreA, weightA), knownA),
        v128.and(f64x2.mul(scoreB, weightB), knownB),
      );
      mean = v128.and(f64x2.floor(f64x2.div(weighted, weights)), f64x2.ne(weights, zero));
    }
    v128.store(out + at, f64x2.add(bases, f64x2.mul(weight, mean)));
  }
}

// @ts-ignore: decorator
@inline
function leastOf(capacity: v128, requested: v128): v128 {
  const free = f64x2.mul(f64x2.sub(capacity, requested), lanesOf(HUNDRED));
  return v128.and(f64x2.floor(f64x2.div(free, capacity)), f64x2.le(requested, capacity));
}

/** By how far two used fractions of each row are apart, as far as both are known. */
// @ts-ignore: decorator
@inline
function apart(one: v128, two: v128, both: v128): v128 {
  const unit = lanesOf(ONE);
  // the lesser of 1 and what is no number is 1: of a node that has nothing of the resource
  return v128.and(f64x2.abs(f64x2.sub(f64x2.pmin(unit, one), f64x2.pmin(unit, two))), both);
}

// @ts-ignore: decorator
@inline
function evennessOf(apart: v128): v128 {
  // a half is exact where a division by 2 is, and quicker
  return f64x2.trunc(f64x2.mul(f64x2.sub(lanesOf(ONE), f64x2.mul(apart, lanesOf(HALF))), lanesOf(HUNDRED)));
}

/** Adds to the score of every row its weighted STRATEGY_BALANCED of two resources. */
export function addBalanceOfTwo(score: ResourceScore, rows: u32, scores: F64s): void {
  const out = addressOf(scores);
  const weight = f64x2.splat(score.weight);
  const a = score.resources;
  const b = next(a);
  const capacityA = addressOf(a.allocatable);
  const capacityB = addressOf(b.allocatable);
  const usedA = addressOf(a.used);
  const usedB = addressOf(b.used);
  const amountA = f64x2.splat(a.amount);
  const amountB = f64x2.splat(b.amount);
  const fifty = lanesOf(FIFTY);
  const half = lanesOf(HALF);
  const zero = lanesOf(ZERO);
  for (let row: u32 = 0; row < rows; row += 2) {
    const at = <usize>row << 3;
    const ofA = v128.load(capacityA + at);
    const ofB = v128.load(capacityB + at);
    const takenA = v128.load(usedA + at);
    const takenB = v128.load(usedB + at);
    const both = v128.and(f64x2.ne(ofA, zero), f64x2.ne(ofB, zero));
    const nowA = f64x2.div(takenA, ofA);
    const nowB = f64x2.div(takenB, ofB);
    const thenA = f64x2.div(f64x2.add(takenA, amountA), ofA);
    const thenB = f64x2.div(f64x2.add(takenB, amountB), ofB);
    const withPod = evennessOf(apart(thenA, thenB, both));
    const without = evennessOf(apart(nowA, nowB, both));
    const difference = f64x2.sub(f64x2.add(fifty, withPod), without);
    const value = f64x2.add(fifty, f64x2.trunc(f64x2.mul(difference, half)));
    v128.store(out + at, f64x2.add(v128.load(out + at), f64x2.mul(weight, value)));
  }
}
