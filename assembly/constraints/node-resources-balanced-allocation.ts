// NodeResourcesBalancedAllocation: how even the used fractions of a node's resources are, with the pod against without
// it. The order of the operations is the reference's; the result is truncated, so that a last bit counts.
import {
  RESOURCE_ALLOCATABLE_AT,
  RESOURCE_AMOUNT_AT,
  RESOURCE_SIZE,
  RESOURCE_USED_AT,
  TURN_BALANCED_RESOURCES_AT,
  TURN_BALANCED_RESOURCE_COUNT_AT,
  TURN_BALANCED_WEIGHT_AT,
} from '../layout';
import { FIFTY, HALF, HUNDRED, lanesOf, ONE, ZERO } from '../number';

// @ts-ignore: decorator
@inline
function fraction(resource: usize, at: usize, amount: f64): f64 {
  const used = load<f64>(<usize>load<u32>(resource, RESOURCE_USED_AT) + at) + amount;
  return min<f64>(1, used / load<f64>(<usize>load<u32>(resource, RESOURCE_ALLOCATABLE_AT) + at));
}

function evenness(turn: usize, at: usize, withPod: f64): f64 {
  const first = <usize>load<u32>(turn, TURN_BALANCED_RESOURCES_AT);
  const count = load<u32>(turn, TURN_BALANCED_RESOURCE_COUNT_AT);
  let known: u32 = 0;
  let total: f64 = 0;
  let one: f64 = 0;
  let two: f64 = 0;
  for (let n: u32 = 0, resource = first; n < count; n++, resource += RESOURCE_SIZE) {
    if (load<f64>(<usize>load<u32>(resource, RESOURCE_ALLOCATABLE_AT) + at) == 0) continue;
    const value = fraction(resource, at, load<f64>(resource, RESOURCE_AMOUNT_AT) * withPod);
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
    for (let n: u32 = 0, resource = first; n < count; n++, resource += RESOURCE_SIZE) {
      if (load<f64>(<usize>load<u32>(resource, RESOURCE_ALLOCATABLE_AT) + at) == 0) continue;
      const value = fraction(resource, at, load<f64>(resource, RESOURCE_AMOUNT_AT) * withPod);
      sum += (value - mean) * (value - mean);
    }
    deviation = sqrt<f64>(sum / <f64>known);
  }
  return trunc<f64>((1 - deviation) * 100);
}

/** The balance score of the row: 50 to 100. */
export function balancedScore(turn: usize, row: u32): f64 {
  const at = <usize>row << 3;
  return 50 + trunc<f64>((50 + evenness(turn, at, 1) - evenness(turn, at, 0)) / 2);
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

/** Adds to the score of every row its weighted balance of two resources. */
export function addBalanced(turn: usize, rows: u32, scores: usize): void {
  const weight = v128.load64_splat(turn + TURN_BALANCED_WEIGHT_AT);
  const a = <usize>load<u32>(turn, TURN_BALANCED_RESOURCES_AT);
  const b = a + RESOURCE_SIZE;
  const capacityA = <usize>load<u32>(a, RESOURCE_ALLOCATABLE_AT);
  const capacityB = <usize>load<u32>(b, RESOURCE_ALLOCATABLE_AT);
  const usedA = <usize>load<u32>(a, RESOURCE_USED_AT);
  const usedB = <usize>load<u32>(b, RESOURCE_USED_AT);
  const amountA = v128.load64_splat(a + RESOURCE_AMOUNT_AT);
  const amountB = v128.load64_splat(b + RESOURCE_AMOUNT_AT);
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
    const score = f64x2.add(fifty, f64x2.trunc(f64x2.mul(difference, half)));
    v128.store(scores + at, f64x2.add(v128.load(scores + at), f64x2.mul(weight, score)));
  }
}
