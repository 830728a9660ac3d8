// Numbers as the reference computes them.

/**
 * math.Log as Go computes it (FreeBSD's e_log.c): the spread weights are rounded after a product, so that a last bit
 * of another logarithm could move a score. `x` is a positive, normal number.
 */
export function goLog(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  let f1 = reinterpret<f64>((bits & 0x000f_ffff_ffff_ffff) | 0x3fe0_0000_0000_0000);
  let k = <f64>(<i32>((bits >> 52) & 0x7ff) - 0x3fe);
  if (f1 < 0.7071067811865476) {
    f1 *= 2;
    k -= 1;
  }
  const f = f1 - 1;
  const s = f / (2 + f);
  const s2 = s * s;
  const s4 = s2 * s2;
  const t1 =
    s2 *
    (6.66666666666673513e-1 +
      s4 * (2.857142874366239149e-1 + s4 * (1.818357216161805012e-1 + s4 * 1.479819860511658591e-1)));
  const t2 = s4 * (3.999999999940941908e-1 + s4 * (2.222219843214978396e-1 + s4 * 1.531383769920937332e-1));
  const r = t1 + t2;
  const hfsq = 0.5 * f * f;
  return k * 6.9314718036912381649e-1 - (hfsq - (s * (hfsq + r) + k * 1.90821492927058770002e-10) - f);
}

/** math.Round as Go rounds: half away from zero. `x` is not negative. */
// @ts-ignore: decorator
@inline
export function goRound(x: f64): f64 {
  const whole = trunc<f64>(x);
  return x - whole >= 0.5 ? whole + 1 : whole;
}

/** The next number of the splitmix64 generator whose state stands at `pointer`, below `bound`. */
export function randomBelow(pointer: usize, bound: u32): u32 {
  const state = load<u64>(pointer) + 0x9e3779b97f4a7c15;
  store<u64>(pointer, state);
  let z = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  z ^= z >> 31;
  return <u32>(((z >> 32) * <u64>bound) >> 32);
}

/** Of lanes: loaded, since V8 builds a literal one anew at each use, which in a loop over rows costs more than a load. */
const LANES = memory.data<f64>([100, 50, 1, 0.5, 0, -1, Infinity, -Infinity]);
export const HUNDRED = 0;
export const FIFTY = 8;
export const ONE = 16;
export const HALF = 24;
export const ZERO = 32;
export const MINUS_ONE = 40;
export const INFINITY = 48;
export const MINUS_INFINITY = 56;

/** Two lanes of one of these numbers. */
// @ts-ignore: decorator
@inline
export function lanesOf(number: usize): v128 {
  return v128.load64_splat(LANES + number);
}

/** All ones in the lanes of the four rows whose codes (u8) at `codes` are not CODE_FEASIBLE. */
// @ts-ignore: decorator
@inline
export function rejected4(codes: usize): v128 {
  const wide = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(codes)));
  return i32x4.ne(wide, lanesOf(ZERO));
}
