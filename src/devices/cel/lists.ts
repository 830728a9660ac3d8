// Lists and sets: cel-go's extensions (lists version 3, sets) and Kubernetes' own functions on lists.
import { fn, listCost, method, traversal, type Cost, type Library, type Overload } from './library.ts';
import { int, uint } from './numbers.ts';
import { DURATION, TIMESTAMP, Duration } from './time.ts';
import { A, BOOL, BYTES, DOUBLE, DYN, INT, listOf, STRING, UINT, type Type } from './types.ts';
import {
  areEqual,
  CelError,
  compare,
  isList,
  sizeOf,
  typeNameOf,
  Uint,
  type Meter,
  type Value,
} from './values.ts';

type List = readonly Value[];

const LIST = listOf(A);
const LONGEST_RANGE = 1_000_000n;
const COMPARABLE: Type[] = [INT, UINT, DOUBLE, BOOL, DURATION, TIMESTAMP, STRING, BYTES];

function contains(list: List, value: Value, meter: Meter): boolean {
  return list.some((item) => areEqual(item, value, meter));
}

function containsAll(list: List, part: List, meter: Meter): boolean {
  return part.every((item) => contains(list, item, meter));
}

function slice(list: List, start: bigint, end: bigint, meter: Meter): List {
  const range = `cannot slice(${start}, ${end})`;
  if (start < 0n || end < 0n) throw new CelError(`${range}, negative indexes not supported`);
  if (start > end) throw new CelError(`${range}, start index must be less than or equal to end index`);
  if (BigInt(list.length) < end) throw new CelError(`${range}, list is length ${list.length}`);
  meter.work(Number(end - start));
  return list.slice(Number(start), Number(end));
}

function flatten(list: List, depth: bigint, meter: Meter): List {
  if (depth < 0n) throw new CelError('level must be non-negative');
  const flat: Value[] = [];
  const visit = (items: List, left: bigint) => {
    for (const item of items) {
      meter.work(1);
      if (isList(item) && left > 0n) visit(item, left - 1n);
      else flat.push(item);
    }
  };
  visit(list, depth);
  return flat;
}

function range(size: bigint, meter: Meter): List {
  if (size < 0n) throw new CelError(`lists.range: size must be non-negative, got ${size}`);
  if (size > LONGEST_RANGE)
    throw new CelError(`lists.range: size ${size} exceeds maximum allowed (${LONGEST_RANGE})`);
  meter.work(5 * Number(size));
  return Array.from({ length: Number(size) }, (_value, n) => BigInt(n));
}

function sortedBy(list: List, keys: List, meter: Meter): List {
  if (keys.length !== list.length)
    throw new CelError(
      `@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got ${list.length} and ${keys.length} elements respectively`,
    );
  if (keys.some((key) => typeNameOf(key) !== typeNameOf(keys[0]!)))
    throw new CelError('list elements must have the same type');
  const places = list.map((_item, n) => n);
  places.sort((one, two) => {
    meter.work(3);
    return compare(keys[one]!, keys[two]!);
  });
  return places.map((n) => list[n]!);
}

function distinct(list: List, meter: Meter): List {
  const kept: Value[] = [];
  for (const item of list) if (!contains(kept, item, meter)) kept.push(item);
  return kept;
}

function extreme(name: string, list: List, sign: 1 | -1): Value {
  if (list.length === 0) throw new CelError(`${name} called on empty list`);
  return list.reduce((best, item) => (compare(item, best) * sign > 0 ? item : best));
}

function isSorted(list: List): boolean {
  return list.every((item, n) => n === 0 || compare(list[n - 1]!, item) <= 0);
}

function indexOf(list: List, value: Value, meter: Meter): bigint {
  return BigInt(list.findIndex((item) => areEqual(item, value, meter)));
}

function lastIndexOf(list: List, value: Value, meter: Meter): bigint {
  return BigInt(list.findLastIndex((item) => areEqual(item, value, meter)));
}

const resultSize: Cost = (_args, result) => listCost(sizeOf(result));
const flatteningCost: Cost = ([list, depth]) => listCost(sizeOf(list!), Number(depth ?? 1));

/** Every element with every other, as a bound. */
function comparisonCost(n: number): Cost {
  return (args) => {
    const list = args[n] as List;
    const first = list[0];
    const factor = typeof first === 'string' || first instanceof Uint8Array ? 2.1 : 2;
    return listCost(list.length * list.length, factor);
  };
}

function ofComparable(
  id: string,
  result: Type | 'list' | 'item',
  call: (list: List, meter: Meter) => Value,
  cost: Cost,
): Overload[] {
  return COMPARABLE.map((item) => {
    const type = result === 'list' ? listOf(item) : result === 'item' ? item : result;
    return method(`list_${item.name}_${id}`, [listOf(item)], type, call, cost);
  });
}

const sets: Library = {
  'sets.contains': [fn('list_sets_contains_list', [LIST, LIST], BOOL, containsAll, productCost(1))],
  'sets.equivalent': [
    fn(
      'list_sets_equivalent_list',
      [LIST, LIST],
      BOOL,
      (one, two, meter) => containsAll(one, two, meter) && containsAll(two, one, meter),
      productCost(2),
    ),
  ],
  'sets.intersects': [
    fn(
      'list_sets_intersects_list',
      [LIST, LIST],
      BOOL,
      (one, two, meter) => one.some((item) => contains(two, item, meter)),
      productCost(1),
    ),
  ],
};

function productCost(factor: number): Cost {
  return ([one, two]) => 1 + sizeOf(one!) * sizeOf(two!) * factor;
}

const sums: Overload[] = [
  method(
    'list_int_sum_int',
    [listOf(INT)],
    INT,
    (list) => list.reduce((sum, item) => int(sum + item), 0n),
    traversal,
  ),
  method(
    'list_uint_sum_uint',
    [listOf(UINT)],
    UINT,
    (list) => list.reduce((sum, item) => uint(sum.value + item.value), new Uint(0n)),
    traversal,
  ),
  method(
    'list_double_sum_double',
    [listOf(DOUBLE)],
    DOUBLE,
    (list) => list.reduce((sum, item) => sum + item, 0),
    traversal,
  ),
  method(
    'list_duration_sum_duration',
    [listOf(DURATION)],
    DURATION,
    (list) => list.reduce((sum, item) => Duration.of(sum.nanos + item.nanos), Duration.of(0n)),
    traversal,
  ),
];

export const lists: Library = {
  ...sets,
  slice: [method('list_slice', [LIST, INT, INT], LIST, slice, resultSize)],
  flatten: [
    method('list_flatten', [listOf(LIST)], LIST, (list, meter) => flatten(list, 1n, meter), flatteningCost),
    method('list_flatten_int', [listOf(DYN), INT], listOf(DYN), flatten, flatteningCost),
  ],
  sort: ofComparable('sort', 'list', (list, meter) => sortedBy(list, list, meter), comparisonCost(0)),
  '@sortByAssociatedKeys': COMPARABLE.map((key) =>
    method(`list_${key.name}_sortByAssociatedKeys`, [LIST, listOf(key)], LIST, sortedBy, comparisonCost(1)),
  ),
  'lists.range': [fn('lists_range', [INT], listOf(INT), range, resultSize)],
  reverse: [method('list_reverse', [LIST], LIST, (list) => list.toReversed(), resultSize)],
  distinct: [method('list_distinct', [LIST], LIST, distinct, comparisonCost(0))],
  isSorted: ofComparable('is_sorted_bool', BOOL, isSorted, traversal),
  sum: sums,
  max: ofComparable('max', 'item', (list) => extreme('max', list, 1), traversal),
  min: ofComparable('min', 'item', (list) => extreme('min', list, -1), traversal),
  indexOf: [method('list_a_index_of_int', [LIST, A], INT, indexOf, traversal)],
  lastIndexOf: [method('list_a_last_index_of_int', [LIST, A], INT, lastIndexOf, traversal)],
  includes: [
    method(
      'list_includes_dyn_dyn',
      [DYN, DYN],
      BOOL,
      (value, item, meter) => (isList(value) ? contains(value, item, meter) : areEqual(value, item, meter)),
      traversal,
    ),
  ],
};
