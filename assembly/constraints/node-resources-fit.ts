// NodeResourcesFit: what is left of each requested resource, and the score of how full a node is. The number of pods is
// a resource like the others. Quantities are whole numbers in f64: exact below 2^53, and the floor of a quotient equals
// the reference's int64 division below 9.0e13.
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
  TURN_FIT_RESOURCES_AT,
  TURN_FIT_RESOURCE_COUNT_AT,
  TURN_FIT_SHAPE_AT,
  TURN_FIT_STRATEGY_AT,
  TURN_REQUESTS_AT,
  TURN_REQUEST_COUNT_AT,
  TURN_USAGE_AT,
  TURN_USAGE_COUNT_AT,
  USAGE_AMOUNT_AT,
  USAGE_SIZE,
  USAGE_USED_AT,
} from '../layout';
import { goRound } from '../number';

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

/** Like fits, for the two rows from `row` on: all ones in the lanes that have no room. */
export function lacks2(turn: usize, row: u32): v128 {
  const at = <usize>row << 3;
  let lacks = i64x2.splat(0);
  let request = <usize>load<u32>(turn, TURN_REQUESTS_AT);
  for (let n = load<u32>(turn, TURN_REQUEST_COUNT_AT); n > 0; n--) {
    const free = f64x2.sub(
      v128.load(<usize>load<u32>(request, REQUEST_ALLOCATABLE_AT) + at),
      v128.load(<usize>load<u32>(request, REQUEST_USED_AT) + at),
    );
    lacks = v128.or(lacks, f64x2.gt(v128.load64_splat(request + REQUEST_AMOUNT_AT), free));
    request += REQUEST_SIZE;
  }
  return lacks;
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

/** LeastAllocated for the two rows from `row` on. */
export function leastAllocated2(turn: usize, row: u32): v128 {
  const at = <usize>row << 3;
  const hundred = f64x2.splat(100);
  const zero = f64x2.splat(0);
  let score = zero;
  let weights = zero;
  let resource = <usize>load<u32>(turn, TURN_FIT_RESOURCES_AT);
  for (let n = load<u32>(turn, TURN_FIT_RESOURCE_COUNT_AT); n > 0; n--) {
    const capacity = v128.load(<usize>load<u32>(resource, RESOURCE_ALLOCATABLE_AT) + at);
    const requested = f64x2.add(
      v128.load(<usize>load<u32>(resource, RESOURCE_USED_AT) + at),
      v128.load64_splat(resource + RESOURCE_AMOUNT_AT),
    );
    const weight = v128.load64_splat(resource + RESOURCE_WEIGHT_AT);
    const quotient = f64x2.floor(f64x2.div(f64x2.mul(f64x2.sub(capacity, requested), hundred), capacity));
    const known = f64x2.ne(capacity, zero);
    const room = v128.and(known, f64x2.le(requested, capacity));
    score = f64x2.add(score, v128.and(f64x2.mul(quotient, weight), room));
    weights = f64x2.add(weights, v128.and(weight, known));
    resource += RESOURCE_SIZE;
  }
  return v128.and(f64x2.floor(f64x2.div(score, weights)), f64x2.ne(weights, zero));
}
