// How a library declares its functions: overloads by name, with types, an implementation and a cost.
import type { Type } from './types.ts';
import { isList, CelMap, sizeOf, type Meter, type Value } from './values.ts';

/** What a call costs, of its arguments and its result. The meter counts what it takes to tell. */
export type Cost = (args: readonly Value[], result: Value, meter: Meter) => number;

export interface Overload {
  /** As the reference names it; what it costs may depend on it. */
  id: string;
  method: boolean;
  args: readonly Type[];
  result: Type;
  call: (...args: readonly (Value | Meter)[]) => Value;
  cost: Cost;
}

/** Functions by name. A method's first argument is what it is called on. */
export type Library = Record<string, Overload[]>;

type ValuesOf<Types extends readonly Type[]> = {
  [N in keyof Types]: Types[N] extends Type<infer T> ? T : never;
};
type Implementation<Types extends readonly Type[]> = (...args: [...ValuesOf<Types>, Meter]) => Value;

export const ONE: Cost = () => 1;

function declare<const Types extends readonly Type[]>(
  isMethod: boolean,
  id: string,
  args: Types,
  result: Type,
  call: Implementation<Types>,
  cost: Cost,
): Overload {
  return {
    id,
    method: isMethod,
    args,
    result,
    call: call as Overload['call'],
    cost,
  };
}

export function fn<const Types extends readonly Type[]>(
  id: string,
  args: Types,
  result: Type,
  call: Implementation<Types>,
  cost: Cost = ONE,
): Overload {
  return declare(false, id, args, result, call, cost);
}

export function method<const Types extends readonly Type[]>(
  id: string,
  args: Types,
  result: Type,
  call: Implementation<Types>,
  cost: Cost = ONE,
): Overload {
  return declare(true, id, args, result, call, cost);
}

const STRING_FACTOR = 0.1;
const utf8 = new TextEncoder();

/** A pass over the n-th argument, `times` times. */
export function passOver(n: number, times = 1): Cost {
  return (args) => Math.ceil(sizeOf(args[n]!) * times * STRING_FACTOR);
}

/** A pass over the result. */
export function passOverResult(times = 1): Cost {
  return (_args, result) => Math.ceil(sizeOf(result) * times * STRING_FACTOR);
}

/** A pass over the shorter of two. */
export const passOverShorter: Cost = ([one, two]) =>
  Math.ceil(Math.min(sizeOf(one!), sizeOf(two!)) * STRING_FACTOR);

/** A search for a pattern of so many characters. */
export function regularExpressionCost(text: Value, patternLength: number): number {
  return Math.ceil((1 + sizeOf(text)) * STRING_FACTOR) * Math.ceil(patternLength * 0.25);
}

/** A visit of all that the first argument holds. */
export const traversal: Cost = ([value], _result, meter) => traversalCost(value!, meter);

function traversalCost(value: Value, meter: Meter): number {
  meter.work(3);
  if (typeof value === 'string') return Math.floor(utf8.encode(value).length * STRING_FACTOR);
  if (value instanceof Uint8Array) return Math.floor(value.length * STRING_FACTOR);
  if (isList(value)) return value.reduce<number>((sum, item) => sum + traversalCost(item, meter), 0);
  if (value instanceof CelMap)
    return value
      .entries()
      .reduce((sum, [key, item]) => sum + traversalCost(key, meter) + traversalCost(item, meter), 0);
  return 1;
}

/** A call that creates a list of so many elements. */
export function listCost(elements: number, factor = 1): number {
  return Math.floor(elements * (factor < 0 ? 1 : factor)) + 1 + LIST_COST;
}

export const LIST_COST = 10;
export const MAP_COST = 30;
