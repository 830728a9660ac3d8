// The functions and operators of CEL itself, without those of time and regular expressions.
import {
  fn,
  method,
  ONE,
  passOver,
  passOverShorter,
  type Cost,
  type Library,
  type Overload,
} from './library.ts';
import {
  boolOfText,
  doubleOfText,
  int,
  intOfDouble,
  intOfText,
  textOfDouble,
  uint,
  uintOfDouble,
  uintOfText,
} from './numbers.ts';
import { DURATION, TIMESTAMP, Duration, Timestamp } from './time.ts';
import {
  A,
  B,
  BOOL,
  BYTES,
  DOUBLE,
  DYN,
  INT,
  listOf,
  mapOf,
  STRING,
  typeOf,
  UINT,
  type Type,
} from './types.ts';
import type { CelMap } from './values.ts';
import {
  areEqual,
  CelError,
  compare,
  isObject,
  lengthOf,
  sizeOf,
  textOf,
  TypeName,
  typeNameOf,
  type Uint,
  type Value,
} from './values.ts';

const LIST_OF_A = listOf(A);
const MAP_OF_A_TO_B = mapOf(A, B);
const KUBERNETES_TYPE = /^(?:kubernetes|net)\./;

const equalityCost: Cost = (args, result, meter) =>
  isObject(args[0]!) && KUBERNETES_TYPE.test(args[0].typeName) ? 1 : passOverShorter(args, result, meter);

function joinBytes(one: Uint8Array, two: Uint8Array): Uint8Array {
  const joined = new Uint8Array(one.length + two.length);
  joined.set(one);
  joined.set(two, one.length);
  return joined;
}

const passOverBoth: Cost = ([one, two]) => Math.ceil((sizeOf(one!) + sizeOf(two!)) * 0.1);

const addition: Overload[] = [
  fn('add_bytes', [BYTES, BYTES], BYTES, joinBytes, passOverBoth),
  fn('add_double', [DOUBLE, DOUBLE], DOUBLE, (one, two) => one + two),
  fn('add_duration_duration', [DURATION, DURATION], DURATION, (one, two) =>
    Duration.of(one.nanos + two.nanos),
  ),
  fn('add_duration_timestamp', [DURATION, TIMESTAMP], TIMESTAMP, (one, two) =>
    Timestamp.of(one.nanos + two.nanos),
  ),
  fn('add_timestamp_duration', [TIMESTAMP, DURATION], TIMESTAMP, (one, two) =>
    Timestamp.of(one.nanos + two.nanos),
  ),
  fn('add_int64', [INT, INT], INT, (one, two) => int(one + two)),
  fn('add_list', [LIST_OF_A, LIST_OF_A], LIST_OF_A, (one, two, meter) => {
    meter.work(2 * (one.length + two.length));
    return one.concat(two);
  }),
  fn(
    'add_string',
    [STRING, STRING],
    STRING,
    (one, two, meter) => {
      meter.work(two.length);
      return one + two;
    },
    passOverBoth,
  ),
  fn('add_uint64', [UINT, UINT], UINT, (one, two) => uint(one.value + two.value)),
];

const subtraction: Overload[] = [
  fn('subtract_double', [DOUBLE, DOUBLE], DOUBLE, (one, two) => one - two),
  fn('subtract_duration_duration', [DURATION, DURATION], DURATION, (one, two) =>
    Duration.of(one.nanos - two.nanos),
  ),
  fn('subtract_int64', [INT, INT], INT, (one, two) => int(one - two)),
  fn('subtract_timestamp_duration', [TIMESTAMP, DURATION], TIMESTAMP, (one, two) =>
    Timestamp.of(one.nanos - two.nanos),
  ),
  fn('subtract_timestamp_timestamp', [TIMESTAMP, TIMESTAMP], DURATION, (one, two) =>
    Duration.of(one.nanos - two.nanos),
  ),
  fn('subtract_uint64', [UINT, UINT], UINT, (one, two) => uint(one.value - two.value)),
];

function notZero(divisor: bigint, message: string): bigint {
  if (divisor === 0n) throw new CelError(message);
  return divisor;
}

const uints =
  (of: (one: bigint, two: bigint) => bigint) =>
  (one: Uint, two: Uint): Uint =>
    uint(of(one.value, two.value));
const divide = (one: bigint, two: bigint) => one / notZero(two, 'division by zero');
const modulo = (one: bigint, two: bigint) => one % notZero(two, 'modulus by zero');

const arithmetic: Library = {
  '_+_': addition,
  '_-_': subtraction,
  '_*_': [
    fn('multiply_double', [DOUBLE, DOUBLE], DOUBLE, (one, two) => one * two),
    fn('multiply_int64', [INT, INT], INT, (one, two) => int(one * two)),
    fn(
      'multiply_uint64',
      [UINT, UINT],
      UINT,
      uints((one, two) => one * two),
    ),
  ],
  '_/_': [
    fn('divide_double', [DOUBLE, DOUBLE], DOUBLE, (one, two) => one / two),
    fn('divide_int64', [INT, INT], INT, (one, two) => int(divide(one, two))),
    fn('divide_uint64', [UINT, UINT], UINT, uints(divide)),
  ],
  '_%_': [
    fn('modulo_int64', [INT, INT], INT, (one, two) => int(modulo(one, two))),
    fn('modulo_uint64', [UINT, UINT], UINT, uints(modulo)),
  ],
  '-_': [
    fn('negate_double', [DOUBLE], DOUBLE, (value) => -value),
    fn('negate_int64', [INT], INT, (value) => int(-value)),
  ],
};

const COMPARABLE: (readonly [Type, Type])[] = [
  ...[BOOL, INT, UINT, DOUBLE, STRING, BYTES, TIMESTAMP, DURATION].map((type) => [type, type] as const),
  ...[INT, UINT, DOUBLE].flatMap((one, _n, all) =>
    all.filter((two) => two !== one).map((two) => [one, two] as const),
  ),
];

function order(name: string, holds: (order: number) => boolean): Overload[] {
  return COMPARABLE.map(([one, two]) =>
    fn(
      `${name}_${one.name}_${two.name}`,
      [one, two],
      BOOL,
      (left, right, meter) => {
        meter.work(1);
        return holds(compare(left, right));
      },
      one === STRING || one === BYTES ? passOverShorter : ONE,
    ),
  );
}

const logic: Library = {
  '_&&_': [fn('logical_and', [BOOL, BOOL], BOOL, (one, two) => one && two)],
  '_||_': [fn('logical_or', [BOOL, BOOL], BOOL, (one, two) => one || two)],
  '_?_:_': [fn('conditional', [BOOL, A, A], A, (condition, one, two) => (condition ? one : two))],
  '!_': [fn('logical_not', [BOOL], BOOL, (value) => !value)],
  '@not_strictly_false': [fn('not_strictly_false', [BOOL], BOOL, (value) => value)],
  '_==_': [fn('equals', [A, A], BOOL, areEqual, equalityCost)],
  '_!=_': [fn('not_equals', [A, A], BOOL, (one, two, meter) => !areEqual(one, two, meter), passOverShorter)],
  '_<_': order('less', (sign) => sign < 0),
  '_<=_': order('less_equals', (sign) => sign <= 0),
  '_>_': order('greater', (sign) => sign > 0),
  '_>=_': order('greater_equals', (sign) => sign >= 0),
};

const size = (value: Value) => BigInt(sizeOf(value));

const aggregates: Library = {
  '_[_]': [
    fn('index_list', [LIST_OF_A, INT], A, (list, index) => list[Number(index)]!),
    fn('index_map', [MAP_OF_A_TO_B, A], B, (map, key) => map.get(key)!),
  ],
  '@in': [
    fn(
      'in_list',
      [A, LIST_OF_A],
      BOOL,
      (value, list, meter) => list.some((item) => areEqual(value, item, meter)),
      ([, list]) => sizeOf(list!),
    ),
    fn('in_map', [A, MAP_OF_A_TO_B], BOOL, (key, map) => map.has(key)),
  ],
  size: [BYTES, LIST_OF_A, MAP_OF_A_TO_B, STRING].flatMap((type) => [
    fn(`size_${type.name}`, [type as Type], INT, size),
    method(`${type.name}_size`, [type as Type], INT, size),
  ]),
  'cel.@mapInsert': [
    fn('@mapInsert_map_key_value', [MAP_OF_A_TO_B, A, B], MAP_OF_A_TO_B, (map, key, value) =>
      inserted(map, [[key, value]]),
    ),
    fn('@mapInsert_map_map', [MAP_OF_A_TO_B, MAP_OF_A_TO_B], MAP_OF_A_TO_B, (map, other) =>
      inserted(map, other.entries()),
    ),
  ],
};

/** The map is the accumulator of a macro, and changes. */
function inserted(map: CelMap, entries: [Value, Value][]): CelMap {
  for (const [key, value] of entries) {
    if (map.has(key)) throw new CelError(`insert failed: key ${textOf(key)} already exists`);
    map.set(key as string, value);
  }
  return map;
}

const utf8 = {
  encoder: new TextEncoder(),
  decoder: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }),
};

function textOfBytes(bytes: Uint8Array): string {
  try {
    return utf8.decoder.decode(bytes);
  } catch {
    throw new CelError('invalid UTF-8 in bytes, cannot convert to string');
  }
}

const same = <T extends Value>(value: T): T => value;

const conversions: Library = {
  type: [fn('type', [A], typeOf(A), (value) => new TypeName(typeNameOf(value)))],
  dyn: [fn('to_dyn', [A], DYN, same)],
  bool: [fn('bool_to_bool', [BOOL], BOOL, same), fn('string_to_bool', [STRING], BOOL, boolOfText)],
  bytes: [
    fn('bytes_to_bytes', [BYTES], BYTES, same),
    fn('string_to_bytes', [STRING], BYTES, (text) => utf8.encoder.encode(text), passOver(0)),
  ],
  double: [
    fn('double_to_double', [DOUBLE], DOUBLE, same),
    fn('int64_to_double', [INT], DOUBLE, Number),
    fn('string_to_double', [STRING], DOUBLE, doubleOfText),
    fn('uint64_to_double', [UINT], DOUBLE, ({ value }) => Number(value)),
  ],
  int: [
    fn('int64_to_int64', [INT], INT, same),
    fn('double_to_int64', [DOUBLE], INT, intOfDouble),
    fn('duration_to_int64', [DURATION], INT, ({ nanos }) => nanos),
    fn('string_to_int64', [STRING], INT, intOfText),
    fn('timestamp_to_int64', [TIMESTAMP], INT, ({ seconds }) => seconds),
    fn('uint64_to_int64', [UINT], INT, ({ value }) => int(value)),
  ],
  string: [
    fn('string_to_string', [STRING], STRING, same),
    fn('bool_to_string', [BOOL], STRING, String),
    fn('bytes_to_string', [BYTES], STRING, textOfBytes, passOver(0)),
    fn('double_to_string', [DOUBLE], STRING, textOfDouble),
    fn('duration_to_string', [DURATION], STRING, String),
    fn('int64_to_string', [INT], STRING, String),
    fn('timestamp_to_string', [TIMESTAMP], STRING, String),
    fn('uint64_to_string', [UINT], STRING, ({ value }) => String(value)),
  ],
  uint: [
    fn('uint64_to_uint64', [UINT], UINT, same),
    fn('double_to_uint64', [DOUBLE], UINT, uintOfDouble),
    fn('int64_to_uint64', [INT], UINT, uint),
    fn('string_to_uint64', [STRING], UINT, uintOfText),
  ],
};

const texts: Library = {
  contains: [
    method(
      'contains_string',
      [STRING, STRING],
      BOOL,
      (text, part, meter) => {
        meter.work(text.length);
        return text.includes(part);
      },
      ([text, part]) => Math.ceil(lengthOf(text as string) * 0.1) * Math.ceil(lengthOf(part as string) * 0.1),
    ),
  ],
  startsWith: [
    method(
      'starts_with_string',
      [STRING, STRING],
      BOOL,
      (text, start) => text.startsWith(start),
      passOver(1),
    ),
  ],
  endsWith: [
    method('ends_with_string', [STRING, STRING], BOOL, (text, end) => text.endsWith(end), passOver(1)),
  ],
};

export const standard: Library = { ...logic, ...arithmetic, ...aggregates, ...conversions, ...texts };

/** Functions whose calls with a constant are made once, when the expression is compiled. */
export const CONVERSIONS = new Set([...Object.keys(conversions), 'duration', 'timestamp']);
