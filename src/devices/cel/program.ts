// Turns a checked expression into a function of the device. Costs follow the reference's runtime cost: 1 for a
// variable and for each step from it to a field, what its library says for a call, nothing for a constant.
import { ACCUMULATOR, type Expression } from './ast.ts';
import { pathOf, presenceOf } from './access.ts';
import { planCall } from './calls.ts';
import { Frame, isPath, type Path, type Plan, type Planner, type Step } from './plan.ts';
import type { Checked } from './checker.ts';
import { LIST_COST, MAP_COST } from './library.ts';
import {
  CelError,
  CelMap,
  isKey,
  isList,
  Optional,
  textOf,
  TypeName,
  typeNameOf,
  type Value,
} from './values.ts';

/** Plans the parts of one expression. */
export class ExpressionPlanner implements Planner {
  readonly checked: Checked;
  readonly #plans = new Map<Expression, Plan>();
  readonly #paths = new Map<Expression, Path>();
  /** Where the variables are that are in scope. */
  #slots = new Map<string, Step>();
  #depth = 0;

  constructor(checked: Checked) {
    this.checked = checked;
  }

  /** Throws CelError when a constant part cannot be evaluated. */
  plan(expression: Expression): Plan {
    let plan = this.#plans.get(expression);
    if (plan === undefined) {
      plan = this.#planOf(expression);
      this.#plans.set(expression, plan);
    }
    return plan;
  }

  step(expression: Expression): Step {
    const plan = this.plan(expression);
    return plan.constant === undefined ? plan.step : () => plan.constant;
  }

  /** The path of an expression that leads somewhere from a variable or a value. */
  path(expression: Expression): Path {
    let path = this.#paths.get(expression);
    if (path === undefined) {
      path = pathOf(expression, this);
      this.#paths.set(expression, path);
    }
    return path;
  }

  /** Reads a variable. */
  variable(name: string): Step {
    return this.#slots.get(name) ?? ((frame) => frame.device);
  }

  #planOf(expression: Expression): Plan {
    const typeName = this.checked.typeNames.get(expression);
    if (typeName !== undefined) return { constant: new TypeName(typeName) };
    switch (expression.kind) {
      case 'literal':
        return { constant: expression.value };
      case 'list':
        return this.#list(expression);
      case 'map':
        return this.#map(expression);
      case 'fold':
        return { step: this.#fold(expression) };
      case 'call':
        if (!isPath(expression)) return planCall(expression, this);
        break;
      case 'select':
        if (expression.testOnly) return { step: presenceOf(expression, this) };
        break;
      case 'identifier':
    }
    const { resolve, cost } = this.path(expression);
    if (cost === 0) return { step: resolve };
    return {
      step: (frame) => {
        frame.charge(cost);
        return resolve(frame);
      },
    };
  }

  #list({ elements, optional }: Expression & { kind: 'list' }): Plan {
    const plans = elements.map((element) => this.plan(element));
    const constants = plans.flatMap(({ constant }) => (constant === undefined ? [] : [constant]));
    if (constants.length === plans.length && !optional.includes(true)) return { constant: constants };
    const steps = elements.map((element) => this.step(element));
    return {
      step: (frame) => {
        frame.charge(LIST_COST);
        frame.work(steps.length);
        const list: Value[] = [];
        steps.forEach((step, n) => {
          const value = optional[n] ? contentOf(step(frame)) : step(frame);
          if (value !== undefined) list.push(value);
        });
        return list;
      },
    };
  }

  #map({ entries }: Expression & { kind: 'map' }): Plan {
    const steps = entries.map(({ key, value, optional }) => ({
      key: this.step(key),
      value: this.step(value),
      optional,
    }));
    const build = (frame: Frame) => {
      const map = new CelMap();
      for (const { key, value, optional } of steps) {
        const at = key(frame);
        const item = optional ? contentOf(value(frame)) : value(frame);
        if (!isKey(at)) throw new CelError(`unsupported key type: ${typeNameOf(at)}`);
        if (item !== undefined) map.set(at, item);
      }
      return map;
    };
    const isConstant = entries.every(
      ({ key, value, optional }) =>
        !optional && this.plan(key).constant !== undefined && this.plan(value).constant !== undefined,
    );
    if (isConstant) return { constant: build(new Frame(new CelMap())) };
    return {
      step: (frame) => {
        frame.charge(MAP_COST);
        frame.work(steps.length);
        return build(frame);
      },
    };
  }

  #fold(fold: Expression & { kind: 'fold' }): Step {
    const initial = this.step(fold.initial);
    const range = this.step(fold.range);
    const outer = this.#slots;
    const first = this.#depth;
    const accumulator = first;
    this.#depth += 1 + fold.variables.length;
    const isMacro = fold.accumulator === ACCUMULATOR;
    this.#slots = new Map(outer).set(fold.accumulator, readAccumulator(accumulator, initial, isMacro));
    const result = this.step(fold.result);
    fold.variables.forEach((name, n) => this.#slots.set(name, readSlot(accumulator + 1 + n)));
    const condition = this.step(fold.condition);
    const step = this.step(fold.step);
    this.#slots = outer;
    this.#depth = first;
    const two = fold.variables.length === 2;
    return (frame) => {
      const { slots } = frame;
      const entries = entriesOf(range(frame), two, frame);
      slots[accumulator] = undefined;
      for (const [one, other] of entries) {
        slots[accumulator + 1] = one;
        slots[accumulator + 2] = two ? other : slots[accumulator + 2];
        frame.work(1);
        if (attempt(condition, frame) === false) break;
        slots[accumulator] = attempt(step, frame);
      }
      return result(frame);
    };
  }
}

/** What an optional holds, if anything. */
function contentOf(value: Value): Value | undefined {
  if (value instanceof Optional) return value.value;
  throw new CelError(`cannot initialize optional entry from non-optional value ${textOf(value)}`);
}

function attempt(step: Step, frame: Frame): Value | CelError {
  try {
    return step(frame);
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    frame.caught();
    return error;
  }
}

function readSlot(slot: number): Step {
  return ({ slots }) => {
    const value = slots[slot]!;
    if (value instanceof CelError) throw value;
    return value;
  };
}

/** An accumulator begins with its initial value when it is read first. What a macro collects grows in place. */
function readAccumulator(slot: number, initial: Step, isMacro: boolean): Step {
  const read = readSlot(slot);
  return (frame) => {
    if (frame.slots[slot] === undefined) {
      const value = attempt(initial, frame);
      frame.slots[slot] = isMacro ? freshCopy(value) : value;
    }
    return read(frame);
  };
}

function freshCopy(value: Value | CelError): Value | CelError {
  if (value instanceof CelError) return value;
  if (isList(value)) return [...value];
  return value instanceof CelMap ? CelMap.of(value.entries() as [string, Value][]) : value;
}

function entriesOf(range: Value, two: boolean, frame: Frame): Iterable<readonly [Value, Value?]> {
  if (isList(range)) {
    frame.work(range.length);
    return range.map((item, n) => (two ? [BigInt(n), item] : [item]));
  }
  if (!(range instanceof CelMap)) {
    const name = typeNameOf(range);
    throw new CelError(`got 'types.${name[0]!.toUpperCase()}${name.slice(1)}', expected iterable type`);
  }
  frame.work(range.size);
  return range.entries();
}
