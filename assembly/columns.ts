// Values and records one after another in linear memory. A value of one of these types is the address of the first.

/** Bytes, by row or by code. */
@unmanaged
export class U8s {
  @inline
  @operator('[]')
  get(index: u32): u32 {
    return load<u8>(changetype<usize>(this) + index);
  }

  @inline
  @operator('[]=')
  set(index: u32, value: u32): void {
    store<u8>(changetype<usize>(this) + index, <u8>value);
  }
}

/** Whole numbers, by row or by code. */
@unmanaged
export class U32s {
  @inline
  @operator('[]')
  get(index: u32): u32 {
    return load<u32>(changetype<usize>(this) + (<usize>index << 2));
  }

  @inline
  @operator('[]=')
  set(index: u32, value: u32): void {
    store<u32>(changetype<usize>(this) + (<usize>index << 2), value);
  }
}

/** Numbers, by row or by code. */
@unmanaged
export class F64s {
  @inline
  @operator('[]')
  get(index: u32): f64 {
    return load<f64>(changetype<usize>(this) + (<usize>index << 3));
  }

  @inline
  @operator('[]=')
  set(index: u32, value: f64): void {
    store<f64>(changetype<usize>(this) + (<usize>index << 3), value);
  }
}

/** The record of that index in a list. */
// @ts-ignore: decorator
@inline
export function at<T>(records: T, index: u32): T {
  return changetype<T>(changetype<usize>(records) + <usize>index * offsetof<T>());
}

/** The record behind this one in a list. */
// @ts-ignore: decorator
@inline
export function next<T>(record: T): T {
  return changetype<T>(changetype<usize>(record) + offsetof<T>());
}

/** Where values begin, for lanes. */
// @ts-ignore: decorator
@inline
export function addressOf<T>(values: T): usize {
  return changetype<usize>(values);
}
