// The values of CEL: what JavaScript has, and classes for the rest. An int is a bigint, a double a number.

export const MAX_INT = 2n ** 63n - 1n;
export const MIN_INT = -(2n ** 63n);
export const MAX_UINT = 2n ** 64n - 1n;

export type Value =
  | boolean
  | bigint
  | number
  | string
  | null
  | Uint8Array
  | readonly Value[]
  | Uint
  | CelMap
  | TypeName
  | Optional
  | CelObject;

/** An error of an evaluation. Its message is the reference's. */
export class CelError extends Error {}

export class Uint {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

/** A type as a value, as in type(1) == int. */
export class TypeName {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export class Optional {
  static readonly none = new Optional(undefined);
  readonly value: Value | undefined;

  constructor(value: Value | undefined) {
    this.value = value;
  }
}

/** A value of a type that a library adds. */
export interface CelObject {
  readonly typeName: string;
  /** What the cost of a call is counted by; 1 without it. */
  readonly size?: number;
  /** How long it takes to look at it as a whole, in steps. */
  readonly weight?: number;
  equals(other: CelObject): boolean;
  /** Negative, 0 or positive; only for types with an order. */
  compare?(other: CelObject): number;
}

type Key = boolean | bigint | number | string | Uint;

/** A map. Numbers are the same key when they are equal, whatever their type. */
export class CelMap {
  readonly #entries = new Map<string | number | bigint | boolean, { key: Key; value: Value }>();

  static of(entries: Iterable<readonly [Key, Value]>): CelMap {
    const map = new CelMap();
    for (const [key, value] of entries) map.set(key, value);
    return map;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Undefined when there is no such key. */
  get(key: Value): Value | undefined {
    const index = indexOfKey(key);
    return index === undefined ? undefined : this.#entries.get(index)?.value;
  }

  has(key: Value): boolean {
    const index = indexOfKey(key);
    return index !== undefined && this.#entries.has(index);
  }

  set(key: Key, value: Value): void {
    this.#entries.set(indexOfKey(key)!, { key, value });
  }

  get first(): { key: Key; value: Value } | undefined {
    return this.#entries.values().next().value;
  }

  entries(): [Key, Value][] {
    return Array.from(this.#entries.values(), ({ key, value }) => [key, value]);
  }
}

/** A map in which each key is found, with an empty map as its value at worst. */
export class MapOfMaps extends CelMap {
  static readonly #empty = new CelMap();

  override get(key: Value): Value {
    return super.get(key) ?? MapOfMaps.#empty;
  }
}

export function isKey(value: Value): value is Key {
  return ['boolean', 'bigint', 'number', 'string'].includes(typeof value) || value instanceof Uint;
}

function indexOfKey(key: Value): string | number | bigint | boolean | undefined {
  if (typeof key === 'number') return Number.isInteger(key) ? BigInt(key) : key;
  if (key instanceof Uint) return key.value;
  return typeof key === 'string' || typeof key === 'bigint' || typeof key === 'boolean' ? key : undefined;
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isObject(value: Value): value is CelObject {
  return typeof value === 'object' && value !== null && 'typeName' in value;
}

/** The name of the value's type. */
export function typeNameOf(value: Value): string {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
    default:
      if (value === null) return 'null_type';
      if (isList(value)) return 'list';
      if (value instanceof CelMap) return 'map';
      if (value instanceof Uint) return 'uint';
      if (value instanceof Uint8Array) return 'bytes';
      if (value instanceof Optional) return 'optional_type';
      return value instanceof TypeName ? 'type' : value.typeName;
  }
}

/** The number of characters of a string. */
export function lengthOf(text: string): number {
  let length = text.length;
  for (let n = 0; n < text.length - 1; n++) if (isPairAt(text, n)) length--;
  return length;
}

function isPairAt(text: string, n: number): boolean {
  return (text.charCodeAt(n) & 0xfc00) === 0xd800 && (text.charCodeAt(n + 1) & 0xfc00) === 0xdc00;
}

/** What costs are counted by: characters, bytes, elements or entries; 1 for everything else. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return lengthOf(value);
  if (value instanceof Uint8Array || isList(value)) return value.length;
  if (value instanceof CelMap) return value.size;
  if (value instanceof Optional) return value.value === undefined ? 1 : sizeOf(value.value);
  return value !== null && isObject(value) ? (value.size ?? 1) : 1;
}

/** About how many steps it takes to look at the value once, without what is inside of what it holds. */
export function weightOf(value: Value): number {
  if (typeof value === 'string') return value.length / 4;
  if (typeof value !== 'object' || value === null) return 0;
  if (value instanceof Uint8Array || isList(value)) return value.length / 4;
  if (value instanceof CelMap) return value.size;
  return isObject(value) ? (value.weight ?? 0) : 0;
}

/** Counts what an evaluation does besides what the reference counts as its cost. Throws when it is too much. */
export interface Meter {
  work(steps: number): void;
}

/** Whether two values are equal. Values of types that have nothing in common are not; objects of libraries refuse. */
export function areEqual(one: Value, two: Value, meter: Meter): boolean {
  meter.work(3 + (typeof one === 'string' ? one.length / 16 : 0));
  if (one === two && typeof one !== 'number') return true;
  if (one === null || two === null) return false;
  if (isNumeric(one) && isNumeric(two)) return compareNumbers(one, two) === 0;
  if (typeof one !== 'object' || typeof two !== 'object') return isObject(one) ? refuse(one) : false;
  if (isObject(one)) {
    meter.work(one.weight ?? 0);
    return isObject(two) && two.typeName === one.typeName ? one.equals(two) : refuse(one);
  }
  if (isList(one))
    return isList(two) && one.length === two.length && one.every((item, n) => areEqual(item, two[n]!, meter));
  if (one instanceof CelMap) return two instanceof CelMap && areMapsEqual(one, two, meter);
  if (one instanceof Uint8Array) return two instanceof Uint8Array && compareBytes(one, two) === 0;
  if (one instanceof TypeName) return two instanceof TypeName && one.name === two.name;
  if (!(one instanceof Optional && two instanceof Optional)) return false;
  if (one.value === undefined || two.value === undefined) return one.value === two.value;
  return areEqual(one.value, two.value, meter);
}

/** Durations and timestamps differ from other types; the types of Kubernetes' libraries cannot be compared with them. */
function refuse(value: CelObject): false {
  if (value.typeName.startsWith('google.protobuf.')) return false;
  throw new CelError('no such overload');
}

function areMapsEqual(one: CelMap, two: CelMap, meter: Meter): boolean {
  if (one.size !== two.size) return false;
  return one.entries().every(([key, value]) => {
    const other = two.get(key);
    return other !== undefined && areEqual(value, other, meter);
  });
}

function isNumeric(value: Value): value is bigint | number | Uint {
  return typeof value === 'bigint' || typeof value === 'number' || value instanceof Uint;
}

/** Negative, 0 or positive; NaN when one of them is. JavaScript compares bigints and numbers exactly. */
function compareNumbers(one: bigint | number | Uint, two: bigint | number | Uint): number {
  const [left, right] = [one, two].map((number) => (number instanceof Uint ? number.value : number));
  if (Number.isNaN(left) || Number.isNaN(right)) return NaN;
  return left! < right! ? -1 : left! > right! ? 1 : 0;
}

function compareBytes(one: Uint8Array, two: Uint8Array): number {
  for (let n = 0; n < Math.min(one.length, two.length); n++) if (one[n] !== two[n]) return one[n]! - two[n]!;
  return one.length - two.length;
}

/** The order of UTF-8, which is that of characters; UTF-16 puts some of them elsewhere. */
export function compareStrings(one: string, two: string): number {
  let n = 0;
  while (n < one.length && one[n] === two[n]) n++;
  if (n === one.length || n === two.length) return one.length - two.length;
  const [left, right] = [one.charCodeAt(n), two.charCodeAt(n)].map((unit) =>
    unit >= 0xe000 ? unit - 0x2000 : unit >= 0xd800 ? unit + 0x2000 : unit,
  );
  return left! - right!;
}

/** Negative, 0 or positive. Throws when the values have no order. */
export function compare(one: Value, two: Value): number {
  if (isNumeric(one) && isNumeric(two)) {
    const order = compareNumbers(one, two);
    if (Number.isNaN(order)) throw new CelError('NaN values cannot be ordered');
    return order;
  }
  if (typeof one === 'string' && typeof two === 'string') return compareStrings(one, two);
  if (typeof one === 'boolean' && typeof two === 'boolean') return Number(one) - Number(two);
  if (one instanceof Uint8Array && two instanceof Uint8Array) return compareBytes(one, two);
  if (one !== null && two !== null && isObject(one) && isObject(two) && one.typeName === two.typeName)
    if (one.compare !== undefined) return one.compare(two);
  throw new CelError('no such overload');
}

/** The value as messages have it. */
export function textOf(value: Value): string {
  if (value instanceof Uint) return String(value.value);
  return typeof value === 'object' ? typeNameOf(value) : String(value);
}
