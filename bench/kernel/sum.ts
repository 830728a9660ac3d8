/* eslint-disable -- AssemblyScript: asc checks it, when bare-sum.ts compiles it */
// @ts-nocheck
// It stands beside what uses it, not in assembly/, because it is no part of the kernel.

/**
 * The sum over the columns at `columns` ({pointer, bytes per entry, bytes}, u32 each); `bytes` is a multiple of 16. Bare,
 * each addition waits for the one before it; unrolled to four accumulators it is bound by what it reads.
 */
export function sum(columns: usize, count: u32, unrolled: bool): f64 {
  let total: f64 = 0;
  for (let n: u32 = 0; n < count; n++) {
    const record = columns + <usize>n * 12;
    const begin = <usize>load<u32>(record);
    const end = begin + load<u32>(record, 8);
    const width = load<u32>(record, 4);
    if (width == 8) total += unrolled ? unrolledF64(begin, end) : sumF64(begin, end);
    else if (width == 4) total += unrolled ? unrolledU32(begin, end) : sumU32(begin, end);
    else total += sumU8(begin, end);
  }
  return total;
}

function sumF64(begin: usize, end: usize): f64 {
  let a = f64x2.splat(0);
  for (let at = begin; at < end; at += 16) a = f64x2.add(a, v128.load(at));
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

function sumU32(begin: usize, end: usize): f64 {
  let a = i32x4.splat(0);
  for (let at = begin; at < end; at += 16) a = i32x4.add(a, v128.load(at));
  return foldU32(a);
}

function unrolledF64(begin: usize, end: usize): f64 {
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let at = begin;
  for (; at + 64 <= end; at += 64) {
    a = f64x2.add(a, v128.load(at));
    b = f64x2.add(b, v128.load(at, 16));
    c = f64x2.add(c, v128.load(at, 32));
    d = f64x2.add(d, v128.load(at, 48));
  }
  for (; at < end; at += 16) a = f64x2.add(a, v128.load(at));
  a = f64x2.add(f64x2.add(a, b), f64x2.add(c, d));
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

function unrolledU32(begin: usize, end: usize): f64 {
  let a = i32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let at = begin;
  for (; at + 64 <= end; at += 64) {
    a = i32x4.add(a, v128.load(at));
    b = i32x4.add(b, v128.load(at, 16));
    c = i32x4.add(c, v128.load(at, 32));
    d = i32x4.add(d, v128.load(at, 48));
  }
  for (; at < end; at += 16) a = i32x4.add(a, v128.load(at));
  a = i32x4.add(i32x4.add(a, b), i32x4.add(c, d));
  return foldU32(a);
}

function foldU32(a: v128): f64 {
  return <f64>(
    (<u32>(
      (i32x4.extract_lane(a, 0) +
        i32x4.extract_lane(a, 1) +
        i32x4.extract_lane(a, 2) +
        i32x4.extract_lane(a, 3))
    ))
  );
}

function sumU8(begin: usize, end: usize): f64 {
  let a = i8x16.splat(0);
  for (let at = begin; at < end; at += 16) a = i8x16.add(a, v128.load(at));
  return <f64>i32x4.extract_lane(a, 0);
}
