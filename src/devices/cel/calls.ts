// Calls of functions and operators.
import { ACCUMULATOR, type Expression } from './ast.ts';
import { Budget } from './budget.ts';
import { LIST_COST, type Overload } from './library.ts';
import { valueOf } from './optionals.ts';
import type { Plan, Planner, Step } from './plan.ts';
import { regularExpression } from './regular-expressions.ts';
import { CONVERSIONS } from './standard.ts';
import { accepts, type Type } from './types.ts';
import { CelError, CelMap, isKey, isList, Optional, typeNameOf, weightOf, type Value } from './values.ts';

type Call = Expression & { kind: 'call' };

export function planCall(call: Call, planner: Planner): Plan {
  const { name, target } = call;
  const isMethod = target !== undefined && !planner.checked.qualified.has(call);
  const args = isMethod ? [target, ...call.args] : call.args;
  switch (name) {
    case '_&&_':
    case '_||_':
      return {
        step: planLogic(
          args.map((argument) => planner.step(argument)),
          name === '_||_',
        ),
      };
    case '@not_strictly_false':
      return { step: planNotStrictlyFalse(planner.step(args[0]!)) };
    case 'or':
    case 'orValue':
      return { step: planAlternative(name, planner.step(args[0]!), planner.step(args[1]!)) };
  }
  const overloads = planner.checked.overloads.get(call)!;
  return (
    planAppend(call, overloads, planner) ??
    planMembership(args, overloads, planner) ??
    planConversion(name, args, overloads, planner) ?? {
      step: planFunction(name, args, overloads, planner),
    }
  );
}

/** The first error counts when no term decides. */
function planLogic(terms: readonly Step[], decisive: boolean): Step {
  return (frame) => {
    let fault: CelError | undefined;
    for (const term of terms) {
      try {
        const value = term(frame);
        if (value === decisive) return decisive;
        if (typeof value !== 'boolean') fault ??= new CelError('no such overload');
      } catch (error) {
        if (!(error instanceof CelError)) throw error;
        frame.caught();
        fault ??= error;
      }
    }
    if (fault !== undefined) throw fault;
    return !decisive;
  };
}

function planNotStrictlyFalse(argument: Step): Step {
  return (frame) => {
    try {
      return argument(frame) !== false;
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      frame.caught();
      return true;
    } finally {
      frame.charge(1);
    }
  };
}

function planAlternative(name: 'or' | 'orValue', first: Step, second: Step): Step {
  return (frame) => {
    const optional = first(frame);
    if (!(optional instanceof Optional)) throw new CelError('no such overload');
    if (optional.value === undefined) return second(frame);
    return name === 'or' ? optional : valueOf(optional);
  };
}

/** What a macro collects: its list is its own, and grows in place. */
function planAppend(
  { name, args }: Call,
  overloads: readonly Overload[],
  planner: Planner,
): Plan | undefined {
  const [list, item] = args;
  if (name !== '_+_' || list?.kind !== 'identifier' || list.name !== ACCUMULATOR || item?.kind !== 'list')
    return undefined;
  if (!overloads.some(({ id }) => id === 'add_list')) return undefined;
  const read = planner.step(list);
  const isConstant = planner.plan(item).constant !== undefined;
  const element = planner.step(item.elements[0]!);
  return {
    step: (frame) => {
      const collected = read(frame) as Value[];
      collected.push(element(frame));
      frame.charge(1 + (isConstant ? 0 : LIST_COST));
      return collected;
    },
  };
}

/** A search of a list of constants costs nothing. */
function planMembership(
  args: readonly Expression[],
  overloads: readonly Overload[],
  planner: Planner,
): Plan | undefined {
  if (overloads.length !== 1 || overloads[0]!.id !== 'in_list') return undefined;
  const list = planner.plan(args[1]!).constant;
  if (list === undefined || !isList(list) || !list.every((item) => isKey(item))) return undefined;
  if (list.length === 0) return { constant: false };
  const known = CelMap.of(list.map((item) => [item, true] as const));
  const value = planner.step(args[0]!);
  return { step: (frame) => known.has(value(frame)) };
}

/** A constant is converted once. */
function planConversion(
  name: string,
  args: readonly Expression[],
  overloads: readonly Overload[],
  planner: Planner,
): Plan | undefined {
  if (!CONVERSIONS.has(name) || args.length !== 1 || overloads.length !== 1) return undefined;
  const value = planner.plan(args[0]!).constant;
  return value === undefined ? undefined : { constant: overloads[0]!.call(value, new Budget()) };
}

/** Operators and functions whose cost the reference knows by the overload; it is 1 when several are possible. */
const COSTS_BY_OVERLOAD = /^[_@]|^(?:slice|flatten|sort|reverse|distinct|format|string|bytes)$/;
const PATTERN_FUNCTIONS = new Set(['matches', 'find', 'findAll']);

function planFunction(
  name: string,
  args: readonly Expression[],
  overloads: readonly Overload[],
  planner: Planner,
): Step {
  const steps = args.map((argument) => planner.step(argument));
  const pattern = PATTERN_FUNCTIONS.has(name) ? planner.plan(args[1]!).constant : undefined;
  if (typeof pattern === 'string') regularExpression(pattern);
  const unsure = args.flatMap((argument, n) => (isCertain(planner.checked.types.get(argument)!) ? [] : [n]));
  const only = overloads.length === 1 ? overloads[0] : undefined;
  const costsOne = only === undefined && COSTS_BY_OVERLOAD.test(name);
  const fits = ({ args: types }: Overload, values: readonly Value[]) =>
    unsure.length === 0 || unsure.every((n) => accepts(types[n]!, values[n]!));
  return (frame) => {
    try {
      const values: Value[] = [];
      for (const step of steps) values.push(step(frame));
      const overload = only ?? overloads.find((candidate) => fits(candidate, values));
      if (overload === undefined || (only !== undefined && !fits(only, values)))
        throw noOverload(name, values);
      for (const value of values) frame.work(weightOf(value));
      const result = overload.call(...values, frame);
      frame.charge(costsOne ? 1 : overload.cost(values, result, frame));
      return result;
    } catch (error) {
      // A call costs something also when there is an error instead of a value.
      if (error instanceof CelError) frame.charge(1);
      throw error;
    }
  };
}

/** Functions whose values look for the right implementation themselves. */
const WITHOUT_NAME = /\W|_|^(?:size|matches|contains|startsWith|endsWith)$/;

function noOverload(name: string, values: readonly Value[]): CelError {
  if (WITHOUT_NAME.test(name)) return new CelError('no such overload');
  return new CelError(`no such overload: ${name}(${values.map(typeNameOf).join(', ')})`);
}

/** Whether a value of the type is known to be one when it is met. */
function isCertain(type: Type): boolean {
  return type.kind !== 'dyn' && type.kind !== 'parameter' && type.parameters.every(isCertain);
}
