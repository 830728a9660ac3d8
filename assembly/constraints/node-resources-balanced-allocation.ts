// NodeResourcesBalancedAllocation: how even the used fractions of a node's resources are, with the pod against without
// it. The order of the operations is the reference's; the result is truncated, so that a last bit counts.
import {
  RESOURCE_ALLOCATABLE_AT,
  RESOURCE_AMOUNT_AT,
  RESOURCE_SIZE,
  RESOURCE_USED_AT,
  TURN_BALANCED_RESOURCES_AT,
  TURN_BALANCED_RESOURCE_COUNT_AT,
} from '../layout';

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

// @ts-ignore: decorator
@inline
function evennessOfTwo(one: v128, two: v128, both: v128): v128 {
  const apart = f64x2.abs(f64x2.div(f64x2.sub(one, two), f64x2.splat(2)));
  const deviation = v128.and(apart, both);
  return f64x2.trunc(f64x2.mul(f64x2.sub(f64x2.splat(1), deviation), f64x2.splat(100)));
}

/** The balance score of the two rows from `row` on, for exactly two resources. */
export function balancedOfTwo2(turn: usize, row: u32): v128 {
  const at = <usize>row << 3;
  const a = <usize>load<u32>(turn, TURN_BALANCED_RESOURCES_AT);
  const b = a + RESOURCE_SIZE;
  const zero = f64x2.splat(0);
  const unit = f64x2.splat(1);
  const capacityA = v128.load(<usize>load<u32>(a, RESOURCE_ALLOCATABLE_AT) + at);
  const capacityB = v128.load(<usize>load<u32>(b, RESOURCE_ALLOCATABLE_AT) + at);
  const usedA = v128.load(<usize>load<u32>(a, RESOURCE_USED_AT) + at);
  const usedB = v128.load(<usize>load<u32>(b, RESOURCE_USED_AT) + at);
  const both = v128.and(f64x2.ne(capacityA, zero), f64x2.ne(capacityB, zero));
  const withA = f64x2.min(unit, f64x2.div(f64x2.add(usedA, v128.load64_splat(a + RESOURCE_AMOUNT_AT)), capacityA));
  const withB = f64x2.min(unit, f64x2.div(f64x2.add(usedB, v128.load64_splat(b + RESOURCE_AMOUNT_AT)), capacityB));
  const without = evennessOfTwo(
    f64x2.min(unit, f64x2.div(usedA, capacityA)),
    f64x2.min(unit, f64x2.div(usedB, capacityB)),
    both,
  );
  const difference = f64x2.sub(f64x2.add(f64x2.splat(50), evennessOfTwo(withA, withB, both)), without);
  return f64x2.add(f64x2.splat(50), f64x2.trunc(f64x2.div(difference, f64x2.splat(2))));
}
