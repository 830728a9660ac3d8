// NodeResourcesFit: what is left of each requested resource, and the score of how full a node is. The number of pods is
// a resource like the others. Quantities are whole numbers in f64: exact below 2^53, and the floor of a quotient equals
// the reference's int64 division below 9.0e13.
import { reject } from '../codes';
import {
  REQUEST_ALLOCATABLE_AT,
  REQUEST_AMOUNT_AT,
  REQUEST_SIZE,
  REQUEST_USED_AT,
  RESOURCE_ALLOCATABLE_AT,
  RESOURCE_AMOUNT_AT,
  RESOURCE_SIZE,
  RESOURCE_USED_AT,
  RESOURCE_WEIGHT_AT,
  STRATEGY_LEAST,
  STRATEGY_MOST,
  STRATEGY_RATIO,
  TURN_BASE_AT,
  TURN_FIT_CODE_AT,
  TURN_FIT_RESOURCES_AT,
  TURN_FIT_RESOURCE_COUNT_AT,
  TURN_FIT_SHAPE_AT,
  TURN_FIT_STRATEGY_AT,
  TURN_FIT_WEIGHT_AT,
  TURN_REQUESTS_AT,
  TURN_REQUEST_COUNT_AT,
  TURN_USAGE_AT,
  TURN_USAGE_COUNT_AT,
  USAGE_AMOUNT_AT,
  USAGE_SIZE,
  USAGE_USED_AT,
} from '../layout';
import { goRound, HALF, HUNDRED, lanesOf, ZERO } from '../number';

/** Whether the row has room for what the class asks for. */
export function fits(turn: usize, row: u32): bool {
  const at = <usize>row << 3;
  let request = <usize>load<u32>(turn, TURN_REQUESTS_AT);
  for (let n = load<u32>(turn, TURN_REQUEST_COUNT_AT); n > 0; n--) {
    const free =
      load<f64>(<usize>load<u32>(request, REQUEST_ALLOCATABLE_AT) + at) -
      load<f64>(<usize>load<u32>(request, REQUEST_USED_AT) + at);
    if (load<f64>(request, REQUEST_AMOUNT_AT) > free) return false;
    request += REQUEST_SIZE;
  }
  return true;
}

/** Rejects each row before `rows` that has no room. */
export function rejectLacking(turn: usize, rows: u32, codes: usize): void {
  const fitCode = load<u32>(turn, TURN_FIT_CODE_AT);
  let request = <usize>load<u32>(turn, TURN_REQUESTS_AT);
  for (let n = load<u32>(turn, TURN_REQUEST_COUNT_AT); n > 0; n--) {
    const allocatable = <usize>load<u32>(request, REQUEST_ALLOCATABLE_AT);
    const used = <usize>load<u32>(request, REQUEST_USED_AT);
    const amount = v128.load64_splat(request + REQUEST_AMOUNT_AT);
    for (let row: u32 = 0; row < rows; row += 4) {
      const at = <usize>row << 3;
      const one = f64x2.gt(amount, f64x2.sub(v128.load(allocatable + at), v128.load(used + at)));
      const two = f64x2.gt(amount, f64x2.sub(v128.load(allocatable + at, 16), v128.load(used + at, 16)));
      if (!v128.any_true(v128.or(one, two))) continue;
      const lacking = i64x2.bitmask(one) | (i64x2.bitmask(two) << 2);
      for (let n: u32 = 0; n < 4; n++) if (((lacking >> n) & 1) != 0) reject(codes + row + n, fitCode);
    }
    request += REQUEST_SIZE;
  }
}

/** Adds to the row what a pod of the class uses. */
export function takeResources(turn: usize, row: u32): void {
  let usage = <usize>load<u32>(turn, TURN_USAGE_AT);
  for (let n = load<u32>(turn, TURN_USAGE_COUNT_AT); n > 0; n--) {
    const used = <usize>load<u32>(usage, USAGE_USED_AT) + (<usize>row << 3);
    store<f64>(used, load<f64>(used) + load<f64>(usage, USAGE_AMOUNT_AT));
    usage += USAGE_SIZE;
  }
}

/** NodeResourcesFit's score of the row, 0 to 100. */
export function fitScore(turn: usize, row: u32): f64 {
  const at = <usize>row << 3;
  const strategy = load<u32>(turn, TURN_FIT_STRATEGY_AT);
  let score: f64 = 0;
  let weights: f64 = 0;
  let resource = <usize>load<u32>(turn, TURN_FIT_RESOURCES_AT);
  for (let n = load<u32>(turn, TURN_FIT_RESOURCE_COUNT_AT); n > 0; n--) {
    const capacity = load<f64>(<usize>load<u32>(resource, RESOURCE_ALLOCATABLE_AT) + at);
    if (capacity != 0) {
      const requested =
        load<f64>(<usize>load<u32>(resource, RESOURCE_USED_AT) + at) + load<f64>(resource, RESOURCE_AMOUNT_AT);
      const weight = load<f64>(resource, RESOURCE_WEIGHT_AT);
      if (strategy == STRATEGY_LEAST) {
        if (requested <= capacity) score += floor<f64>(((capacity - requested) * 100) / capacity) * weight;
        weights += weight;
      } else if (strategy == STRATEGY_MOST) {
        score += floor<f64>((min<f64>(requested, capacity) * 100) / capacity) * weight;
        weights += weight;
      } else if (strategy == STRATEGY_RATIO) {
        const utilization = requested > capacity ? 100 : <u32>floor<f64>((requested * 100) / capacity);
        const value = load<f64>(<usize>load<u32>(turn, TURN_FIT_SHAPE_AT) + (<usize>utilization << 3));
        if (value > 0) {
          score += value * weight;
          weights += weight;
        }
      }
    }
    resource += RESOURCE_SIZE;
  }
  if (weights == 0) return 0;
  return strategy == STRATEGY_RATIO ? goRound(score / weights) : floor<f64>(score / weights);
}

/** Sets the score of every row to what all have in common and its weighted LeastAllocated of two resources. */
export function scoreLeastAllocated(turn: usize, rows: u32, scores: usize): void {
  const base = v128.load64_splat(turn + TURN_BASE_AT);
  const weight = v128.load64_splat(turn + TURN_FIT_WEIGHT_AT);
  const a = <usize>load<u32>(turn, TURN_FIT_RESOURCES_AT);
  const b = a + RESOURCE_SIZE;
  const capacityA = <usize>load<u32>(a, RESOURCE_ALLOCATABLE_AT);
  const capacityB = <usize>load<u32>(b, RESOURCE_ALLOCATABLE_AT);
  const usedA = <usize>load<u32>(a, RESOURCE_USED_AT);
  const usedB = <usize>load<u32>(b, RESOURCE_USED_AT);
  const amountA = v128.load64_splat(a + RESOURCE_AMOUNT_AT);
  const amountB = v128.load64_splat(b + RESOURCE_AMOUNT_AT);
  const weightA = v128.load64_splat(a + RESOURCE_WEIGHT_AT);
  const weightB = v128.load64_splat(b + RESOURCE_WEIGHT_AT);
  // a half is exact where a division by 2 is, and quicker
  const halves = load<f64>(a, RESOURCE_WEIGHT_AT) + load<f64>(b, RESOURCE_WEIGHT_AT) == 2;
  const half = lanesOf(HALF);
  const zero = lanesOf(ZERO);
  for (let row: u32 = 0; row < rows; row += 2) {
    const at = <usize>row << 3;
    const ofA = v128.load(capacityA + at);
    const ofB = v128.load(capacityB + at);
    const scoreA = leastOf(ofA, f64x2.add(v128.load(usedA + at), amountA));
    const scoreB = leastOf(ofB, f64x2.add(v128.load(usedB + at), amountB));
    let score: v128;
    if (halves && !v128.any_true(v128.or(f64x2.eq(ofA, zero), f64x2.eq(ofB, zero)))) {
      score = f64x2.floor(f64x2.mul(f64x2.add(f64x2.mul(scoreA, weightA), f64x2.mul(scoreB, weightB)), half));
    } else {
      // what a node has nothing of is not scored
      const knownA = f64x2.ne(ofA, zero);
      const knownB = f64x2.ne(ofB, zero);
      const weights = f64x2.add(v128.and(weightA, knownA), v128.and(weightB, knownB));
      const weighted = f64x2.add(
        v128.and(f64x2.mul(scoreA, weightA), knownA),
        v128.and(f64x2.mul(scoreB, weightB), knownB),
      );
      score = v128.and(f64x2.floor(f64x2.div(weighted, weights)), f64x2.ne(weights, zero));
    }
    v128.store(scores + at, f64x2.add(base, f64x2.mul(weight, score)));
  }
}

// @ts-ignore: decorator
@inline
function leastOf(capacity: v128, requested: v128): v128 {
  const free = f64x2.mul(f64x2.sub(capacity, requested), lanesOf(HUNDRED));
  return v128.and(f64x2.floor(f64x2.div(free, capacity)), f64x2.le(requested, capacity));
}
