// Paths: from a variable or a value over fields and indexes to what is there.
import type { Expression } from './ast.ts';
import { isPath, type Frame, type Path, type Qualifier, type Planner, type Step } from './plan.ts';
import { CelError, CelMap, isList, Optional, textOf, typeNameOf, Uint, type Value } from './values.ts';

export function pathOf(expression: Expression, planner: Planner): Path {
  if (!isPath(expression) || planner.checked.typeNames.has(expression))
    return pathFrom(planner.step(expression), [], 1);
  if (expression.kind === 'identifier') return pathFrom(planner.variable(expression.name), [], 1);
  if (expression.kind === 'call' && expression.name === '_?_:_')
    return pathFrom(choice(expression.args, planner), [], 0);
  const [operand, qualifier] = lastStep(expression, planner);
  const { root, qualifiers, cost } = planner.path(operand);
  return pathFrom(root, [...qualifiers, qualifier], cost);
}

function lastStep(expression: Expression, planner: Planner): [operand: Expression, qualifier: Qualifier] {
  if (expression.kind === 'select')
    return [expression.operand, { key: () => expression.field, optional: false }];
  const { args, name } = expression as Expression & { kind: 'call' };
  return [args[0]!, { key: keyOf(args[1]!, planner), optional: name !== '_[_]' }];
}

/** A key that is itself a path costs its steps only. */
function keyOf(expression: Expression, planner: Planner): Step {
  const isVariable = isPath(expression) && planner.plan(expression).constant === undefined;
  return isVariable ? planner.path(expression).resolve : planner.step(expression);
}

/** The reference does not charge for where the path of a branch begins. */
function choice([condition, whenTrue, whenFalse]: Expression[], planner: Planner): Step {
  const test = planner.step(condition!);
  const [one, other] = [whenTrue!, whenFalse!].map((branch) => keyOf(branch, planner));
  return (frame) => {
    const value = test(frame);
    if (typeof value !== 'boolean') throw new CelError('no such overload');
    return value ? one!(frame) : other!(frame);
  };
}

function pathFrom(root: Step, qualifiers: readonly Qualifier[], cost: 0 | 1): Path {
  if (qualifiers.length === 0) return { root, qualifiers, cost, resolve: root };
  const resolve = (frame: Frame): Value => {
    const start = unwrapped(root(frame));
    if (start === undefined) return Optional.none;
    let { value, optional } = start;
    for (const qualifier of qualifiers) {
      optional ||= qualifier.optional;
      if (!optional) frame.charge(1);
      const found = lookUp(value, qualifier.key(frame), optional);
      if (found === undefined) return Optional.none;
      if (optional) frame.charge(1);
      value = found;
    }
    return optional ? new Optional(value) : value;
  };
  return { root, qualifiers, cost, resolve };
}

/** A value that may be an optional; undefined when there is none in it. */
function unwrapped(value: Value): { value: Value; optional: boolean } | undefined {
  if (!(value instanceof Optional)) return { value, optional: false };
  return value.value === undefined ? undefined : { value: value.value, optional: true };
}

/** What is at the key; undefined when nothing is and that is no error. */
function lookUp(value: Value, key: Value, optional: boolean): Value | undefined {
  if (value instanceof CelMap) {
    const found = value.get(key);
    if (found === undefined && !optional) throw new CelError(`no such key: ${textOf(key)}`);
    return found;
  }
  if (isList(value)) {
    const index = indexOf(key);
    const found = index >= 0 && index < value.length ? value[index] : undefined;
    if (found === undefined && !optional) throw new CelError(`index out of bounds: ${textOf(key)}`);
    return found;
  }
  if (optional) return undefined;
  throw new CelError(`no such key: ${textOf(key)}`);
}

function indexOf(key: Value): number {
  if (typeof key === 'bigint') return Number(key);
  if (key instanceof Uint) return Number(key.value);
  if (typeof key === 'number') {
    if (Number.isInteger(key)) return key;
    throw new CelError(`unsupported index value ${key} in list`);
  }
  throw new CelError(`unsupported index type '${typeNameOf(key)}' in list`);
}

/** has(): whether a field is there. The beginning of its path costs nothing. */
export function presenceOf(expression: Expression & { kind: 'select' }, planner: Planner): Step {
  const { resolve } = planner.path(expression.operand);
  return (frame) => {
    const operand = unwrapped(resolve(frame));
    const { value } = operand ?? {};
    const isPresent = value instanceof CelMap && value.get(expression.field) !== undefined;
    if (isPresent || operand?.optional === false) frame.charge(1);
    return isPresent;
  };
}
