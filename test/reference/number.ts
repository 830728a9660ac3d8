// Go's math, and the generator that breaks ties.

/** math.Log of a positive, normal number: the same operations in the same order, none of them fused. */
export function goLog(x: number): number {
  let fraction = x;
  let exponent = 0;
  for (; fraction >= 1; exponent++) fraction /= 2;
  for (; fraction < 0.5; exponent--) fraction *= 2;
  if (fraction < Math.SQRT1_2) {
    fraction *= 2;
    exponent--;
  }
  const f = fraction - 1;
  const s = f / (2 + f);
  const s2 = s * s;
  const s4 = s2 * s2;
  const odd =
    0.6666666666666735 + s4 * (0.2857142874366239 + s4 * (0.1818357216161805 + s4 * 0.14798198605116586));
  const even = 0.3999999999940942 + s4 * (0.22222198432149784 + s4 * 0.15313837699209373);
  const r = s2 * odd + s4 * even;
  const half = 0.5 * f * f;
  return exponent * 0.6931471803691238 - (half - (s * (half + r) + exponent * 1.9082149292705877e-10) - f);
}

/** math.Round: halves go away from zero. */
export function goRound(x: number): number {
  const down = Math.floor(Math.abs(x));
  return Math.sign(x) * (Math.abs(x) - down < 0.5 ? down : down + 1);
}

/** The next state of splitmix64 and the number below `bound` that it gives: the upper half, scaled. */
export function randomBelow(state: bigint, bound: number): { state: bigint; value: number } {
  const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
  const next = u64(state + 0x9e3779b97f4a7c15n);
  let mixed = u64((next ^ (next >> 30n)) * 0xbf58476d1ce4e5b9n);
  mixed = u64((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
  mixed ^= mixed >> 31n;
  return { state: next, value: Number(((mixed >> 32n) * BigInt(bound)) >> 32n) };
}
