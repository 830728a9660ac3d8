// Optional values: cel-go's optional types, version 2.
import { fn, method, type Library } from './library.ts';
import { A, B, BOOL, DYN, INT, listOf, mapOf, optionalOf, STRING } from './types.ts';
import { CelError, CelMap, isList, Optional, typeNameOf, Uint, type Value } from './values.ts';

const OPTIONAL = optionalOf(A);
const LIST_OF_OPTIONALS = listOf(OPTIONAL);

/** Throws when there is none. */
export function valueOf({ value }: Optional): Value {
  if (value === undefined) throw new CelError('optional.none() dereference');
  return value;
}

function isZero(value: Value): boolean {
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Uint8Array || isList(value)) return value.length === 0;
  if (value instanceof CelMap) return value.size === 0;
  if (value instanceof Optional) return value.value === undefined || isZero(value.value);
  return value === null || value === false || value === 0 || value === 0n || value === '';
}

function unwrap(optionals: readonly Value[]): Value[] {
  return optionals.flatMap((item) => {
    if (!(item instanceof Optional)) throw new CelError(`value of type ${typeNameOf(item)} is not optional`);
    return item.value === undefined ? [] : [item.value];
  });
}

/** Calls of `or` and `orValue`, and of the operators, are evaluated where they stand; these are their types. */
const declared = (): never => {
  throw new CelError('no such overload');
};

export const optionals: Library = {
  'optional.of': [fn('optional_of', [A], OPTIONAL, (value) => new Optional(value))],
  'optional.ofNonZeroValue': [
    fn('optional_ofNonZeroValue', [A], OPTIONAL, (value) =>
      isZero(value) ? Optional.none : new Optional(value),
    ),
  ],
  'optional.none': [fn('optional_none', [], OPTIONAL, () => Optional.none)],
  'optional.unwrap': [fn('optional_unwrap', [LIST_OF_OPTIONALS], listOf(A), unwrap)],
  unwrapOpt: [method('optional_unwrapOpt', [LIST_OF_OPTIONALS], listOf(A), unwrap)],
  value: [method('optional_value', [OPTIONAL], A, valueOf)],
  hasValue: [method('optional_hasValue', [OPTIONAL], BOOL, ({ value }) => value !== undefined)],
  or: [method('optional_or_optional', [OPTIONAL, OPTIONAL], OPTIONAL, declared)],
  orValue: [method('optional_orValue_value', [OPTIONAL, A], A, declared)],
  first: [
    method('list_first', [listOf(A)], OPTIONAL, (list) =>
      list.length === 0 ? Optional.none : new Optional(list[0]),
    ),
  ],
  last: [
    method('list_last', [listOf(A)], OPTIONAL, (list) =>
      list.length === 0 ? Optional.none : new Optional(list.at(-1)),
    ),
  ],
  '_?._': [fn('select_optional_field', [DYN, STRING], OPTIONAL, declared)],
  '_[?_]': [
    fn('list_optindex_optional_int', [listOf(A), INT], OPTIONAL, declared),
    fn('optional_list_optindex_optional_int', [optionalOf(listOf(A)), INT], OPTIONAL, declared),
    fn('map_optindex_optional_value', [mapOf(A, B), A], optionalOf(B), declared),
    fn('optional_map_optindex_optional_value', [optionalOf(mapOf(A, B)), A], optionalOf(B), declared),
  ],
  '_[_]': [
    fn('optional_list_index_int', [optionalOf(listOf(A)), INT], OPTIONAL, declared),
    fn('optional_map_index_value', [optionalOf(mapOf(A, B)), A], optionalOf(B), declared),
  ],
};
