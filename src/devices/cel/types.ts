// The types of CEL, and how a checker makes two of them one.
import { CelMap, Optional, isList, typeNameOf, type TypeName, type Uint, type Value } from './values.ts';

/**
 * A type: its name and what it is made of. A parameter stands for any one type, `dyn` for all. T is what its values
 * are in JavaScript.
 */
export interface Type<T extends Value = Value> {
  readonly values?: T;
  kind: 'plain' | 'dyn' | 'error' | 'parameter' | 'struct' | 'opaque';
  name: string;
  parameters: readonly Type[];
}

export const plain = <T extends Value>(name: string): Type<T> => ({ kind: 'plain', name, parameters: [] });

export const BOOL = plain<boolean>('bool');
export const INT = plain<bigint>('int');
export const UINT = plain<Uint>('uint');
export const DOUBLE = plain<number>('double');
export const STRING = plain<string>('string');
export const BYTES = plain<Uint8Array>('bytes');
export const NULL = plain<null>('null_type');
export const DYN: Type = { kind: 'dyn', name: 'dyn', parameters: [] };
export const ERROR: Type = { kind: 'error', name: '*error*', parameters: [] };

const opaque = <T extends Value>(name: string, ...parameters: Type[]): Type<T> => ({
  kind: 'opaque',
  name,
  parameters,
});

export const listOf = <T extends Value>(item: Type<T>): Type<readonly T[]> => opaque('list', item);
export const mapOf = (key: Type, value: Type): Type<CelMap> => opaque('map', key, value);
export const optionalOf = (item: Type): Type<Optional> => opaque('optional_type', item);
export const typeOf = (type: Type): Type<TypeName> => opaque('type', type);
export const parameter = (name: string): Type => ({ kind: 'parameter', name, parameters: [] });
/** A type of an object; null may stand for it. */
export const objectType = <T extends Value>(name: string): Type<T> => ({
  kind: 'struct',
  name,
  parameters: [],
});
/** A type that a library adds without fields. */
export const opaqueType = <T extends Value>(name: string): Type<T> => opaque(name);

export const [A, B] = [parameter('A'), parameter('B')];

/** The type as messages write it. */
export function textOf(type: Type): string {
  if (type.name === 'null_type') return 'null';
  if (type.parameters.length === 0) return type.name;
  return `${type.name}(${type.parameters.map(textOf).join(', ')})`;
}

export function areSame(one: Type, two: Type): boolean {
  if (one === two) return true;
  if (one.kind !== two.kind || one.name !== two.name || one.parameters.length !== two.parameters.length)
    return false;
  return one.parameters.every((item, n) => areSame(item, two.parameters[n]!));
}

/** Whether a value that is met at run time is one of the type. Of a list or a map only the first item is looked at. */
export function accepts(type: Type, value: Value): boolean {
  if (type.kind === 'dyn' || type.kind === 'parameter') return true;
  if (type.name !== typeNameOf(value)) return false;
  if (isList(value)) return value.length === 0 || accepts(type.parameters[0]!, value[0]!);
  if (value instanceof Optional)
    return value.value === undefined || accepts(type.parameters[0]!, value.value);
  if (!(value instanceof CelMap) || value.first === undefined) return true;
  const { key, value: item } = value.first;
  return accepts(type.parameters[0]!, key) && accepts(type.parameters[1]!, item);
}
