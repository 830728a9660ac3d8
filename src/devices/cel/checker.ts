// Checks the types of an expression and finds the functions that its calls can mean.
import type { Expression, Fold } from './ast.ts';
import { DEVICE, FIELDS, FUNCTIONS, TYPES } from './environment.ts';
import type { Overload } from './library.ts';
import { regularExpression } from './regular-expressions.ts';
import { Duration, Timestamp } from './time.ts';
import {
  areSame,
  BOOL,
  DYN,
  ERROR,
  INT,
  listOf,
  mapOf,
  optionalOf,
  parameter,
  textOf,
  typeOf,
  type Type,
} from './types.ts';
import { Unification } from './unification.ts';
import { typeNameOf } from './values.ts';

export interface Fault {
  message: string;
  at: number;
}

/** What the checker found out about each expression. */
export interface Checked {
  type: Type;
  types: ReadonlyMap<Expression, Type>;
  /** The overloads that a call can mean; without one where the arguments decide. */
  overloads: ReadonlyMap<Expression, readonly Overload[]>;
  /** Calls whose target is part of the function's name, by it. */
  qualified: ReadonlySet<Expression>;
  /** Expressions that name a type. */
  typeNames: ReadonlyMap<Expression, string>;
  faults: Fault[];
}

export function check(expression: Expression): Checked {
  const checker = new Checker();
  checker.check(expression);
  return checker.finish(expression);
}

class Checker {
  readonly #types = new Map<Expression, Type>();
  readonly #overloads = new Map<Expression, readonly Overload[]>();
  readonly #qualified = new Set<Expression>();
  readonly #typeNames = new Map<Expression, string>();
  readonly #faults: Fault[] = [];
  readonly #unification = new Unification();
  readonly #scopes: Map<string, Type>[] = [new Map([['device', DEVICE]])];
  #variables = 0;
  /** How many calls of format() are around: the values for one may be of many types. */
  #formats = 0;

  finish(expression: Expression): Checked {
    const types = new Map(Array.from(this.#types, ([node, type]) => [node, this.#unification.resolve(type)]));
    return {
      type: this.#unification.resolve(types.get(expression)!),
      types,
      overloads: this.#overloads,
      qualified: this.#qualified,
      typeNames: this.#typeNames,
      faults: this.#faults.sort((one, two) => one.at - two.at),
    };
  }

  /** An expression that macros put into two places is checked once. */
  check(expression: Expression): Type {
    let type = this.#types.get(expression);
    if (type === undefined) {
      type = this.#typeOf(expression);
      this.#types.set(expression, type);
    }
    return type;
  }

  #fault(message: string, { at }: Expression): Type {
    this.#faults.push({ message, at });
    return ERROR;
  }

  #undeclared(name: string, expression: Expression): Type {
    return this.#fault(`undeclared reference to '${name}' (in container '')`, expression);
  }

  #newVariable(): Type {
    return parameter(`_var${this.#variables++}`);
  }

  #assignable(expected: Type, type: Type): boolean {
    return this.#unification.assign([expected], [type]);
  }

  #mismatch(expected: Type, found: Type, expression: Expression): Type {
    return this.#fault(`expected type '${textOf(expected)}' but found '${textOf(found)}'`, expression);
  }

  #typeOf(expression: Expression): Type {
    switch (expression.kind) {
      case 'literal':
        return TYPES.get(typeNameOf(expression.value))!;
      case 'identifier':
        return this.#identifier(expression.name, expression) ?? this.#undeclared(expression.name, expression);
      case 'select':
        return this.#select(expression);
      case 'call':
        return this.#call(expression);
      case 'list':
        return this.#list(expression);
      case 'map':
        return this.#map(expression);
      case 'fold':
        return this.#fold(expression);
    }
  }

  #identifier(name: string, expression: Expression): Type | undefined {
    for (let n = this.#scopes.length - 1; n >= 0; n--) {
      const type = this.#scopes[n]!.get(name);
      if (type !== undefined) return type;
    }
    const type = TYPES.get(name);
    if (type === undefined) return undefined;
    this.#typeNames.set(expression, name);
    return typeOf(type);
  }

  #select(expression: Expression & { kind: 'select' }): Type {
    const name = expression.testOnly ? undefined : qualifiedName(expression);
    if (name !== undefined && TYPES.has(name)) return this.#identifier(name, expression)!;
    const type = this.#field(expression, expression.operand, expression.field, false);
    return expression.testOnly ? BOOL : this.#unification.resolve(type);
  }

  /** The type of a field of the operand; optional when the operand or the access is. */
  #field(expression: Expression, operand: Expression, field: string, isOptional: boolean): Type {
    const operandType = this.#unification.resolve(this.check(operand));
    const wrapped = operandType.name === 'optional_type';
    const type = wrapped ? operandType.parameters[0]! : operandType;
    let result = DYN;
    if (type.name === 'map') result = type.parameters[1]!;
    else if (type.kind === 'struct')
      result = FIELDS[type.name]?.[field] ?? this.#fault(`undefined field '${field}'`, expression);
    else if (type.kind === 'parameter') this.#assignable(DYN, type);
    else if (type.kind !== 'dyn' && type.kind !== 'error')
      this.#fault(`type '${textOf(type)}' does not support field selection`, expression);
    return wrapped || isOptional ? optionalOf(result) : result;
  }

  #call(expression: Expression & { kind: 'call' }): Type {
    const { name, target, args } = expression;
    if (name === '_?._') {
      const field = args[1]!;
      const type = this.#field(expression, args[0]!, (field as { value: string }).value, true);
      return this.#unification.resolve(type);
    }
    const isFormat = name === 'format' && target !== undefined;
    this.#formats += Number(isFormat);
    for (const argument of args) this.check(argument);
    this.#formats -= Number(isFormat);
    const prefix = target && qualifiedName(target);
    const qualified = prefix === undefined ? undefined : FUNCTIONS.get(`${prefix}.${name}`);
    if (qualified !== undefined) {
      this.#qualified.add(expression);
      return this.#resolve(expression, qualified, `${prefix!}.${name}`, args, false);
    }
    if (target !== undefined) this.check(target);
    const overloads = FUNCTIONS.get(name);
    if (overloads === undefined) return this.#undeclared(name, expression);
    return this.#resolve(
      expression,
      overloads,
      name,
      target ? [target, ...args] : args,
      target !== undefined,
    );
  }

  #resolve(
    expression: Expression,
    overloads: readonly Overload[],
    name: string,
    args: readonly Expression[],
    isMethod: boolean,
  ): Type {
    const types = args.map((argument) => this.check(argument));
    if (name === '_&&_' || name === '_||_') {
      types.forEach((type, n) => {
        if (!this.#assignable(BOOL, type)) this.#mismatch(BOOL, this.#unification.resolve(type), args[n]!);
      });
      return BOOL;
    }
    let result: Type | undefined;
    const matching = overloads.filter((overload) => {
      if (overload.method !== isMethod || overload.args.length !== args.length) return false;
      const { args: expected, result: declared } = this.#instance(overload);
      if (!this.#unification.assign(types, expected)) return false;
      const type = this.#unification.resolve(declared);
      if (result === undefined) result = type;
      else if (result.kind !== 'dyn' && !areSame(type, result)) result = DYN;
      return true;
    });
    if (result === undefined) {
      const [first, ...rest] = types.map((type) => textOf(this.#unification.resolve(type, true)));
      const given = isMethod ? `${first!}.(${rest.join(', ')})` : `(${[first, ...rest].join(', ')})`;
      return this.#fault(`found no matching overload for '${name}' applied to '${given}'`, expression);
    }
    this.#overloads.set(expression, matching);
    this.#checkConstant(name, args);
    return result;
  }

  /** The overload with type parameters of its own. */
  #instance({ args, result }: Overload): { args: Type[]; result: Type } {
    const variables = new Map<string, Type>();
    const instance = (type: Type): Type => {
      if (type.kind === 'parameter') {
        const variable = variables.get(type.name) ?? this.#newVariable();
        variables.set(type.name, variable);
        return variable;
      }
      if (type.parameters.length === 0) return type;
      return { ...type, parameters: type.parameters.map(instance) };
    };
    return { args: args.map(instance), result: instance(result) };
  }

  /** Constants that are wrong are found before anything is evaluated. */
  #checkConstant(name: string, args: readonly Expression[]): void {
    const parse = Object.hasOwn(CONSTANT_CHECKS, name) ? CONSTANT_CHECKS[name]! : undefined;
    const constant = args.at(-1);
    if (parse === undefined || constant?.kind !== 'literal' || typeof constant.value !== 'string') return;
    try {
      parse(constant.value);
    } catch {
      this.#fault(`invalid ${name} argument`, constant);
    }
  }

  /** The type of a list's elements, or of a map's keys or values: one type, but in format(). */
  #typeOfAll(items: readonly { type: Type; at: Expression }[]): Type {
    let joined: Type | undefined;
    let isReported = this.#formats > 0;
    for (const { type, at } of items) {
      if (joined === undefined) {
        joined = type;
        continue;
      }
      const isAssignable = this.#assignable(joined, type);
      const [one, two] = [joined, type].map((each) => this.#unification.resolve(each)) as [Type, Type];
      if (!isReported && !areSame(one, two)) {
        this.#mismatch(one, two, at);
        isReported = true;
      }
      joined = isAssignable ? this.#unification.moreGeneral(one, two) : DYN;
    }
    return joined ?? this.#newVariable();
  }

  /** The type of an element; that of what is in it when the element is optional. */
  #element(expression: Expression, isOptional: boolean): Type {
    const type = this.check(expression);
    if (!isOptional || type.kind === 'dyn') return type;
    if (type.name === 'optional_type') return type.parameters[0]!;
    return this.#mismatch(optionalOf(type), type, expression);
  }

  #list({ elements, optional }: Expression & { kind: 'list' }): Type {
    const items = elements.map((at, n) => ({ type: this.#element(at, optional[n]!), at }));
    return listOf(this.#typeOfAll(items));
  }

  #map({ entries }: Expression & { kind: 'map' }): Type {
    const keys = entries.map(({ key }) => ({ type: this.check(key), at: key }));
    const values = entries.map(({ value, optional }) => ({
      type: this.#element(value, optional),
      at: value,
    }));
    return mapOf(this.#typeOfAll(keys), this.#typeOfAll(values));
  }

  #fold(fold: Expression & { kind: 'fold' }): Type {
    const range = this.#unification.resolve(this.check(fold.range));
    const accumulated = this.check(fold.initial);
    this.#scopes.push(new Map([[fold.accumulator, accumulated]]));
    const types = this.#variablesOver(range, fold);
    this.#scopes.push(new Map(fold.variables.map((name, n) => [name, types[n]!])));
    this.#assert(fold.condition, BOOL);
    this.#assert(fold.step, accumulated);
    this.#scopes.pop();
    const result = this.#unification.resolve(this.check(fold.result));
    this.#scopes.pop();
    return result;
  }

  #assert(expression: Expression, expected: Type): void {
    const type = this.check(expression);
    if (!this.#assignable(expected, type))
      this.#mismatch(this.#unification.resolve(expected), this.#unification.resolve(type), expression);
  }

  /** The types of one or two variables over a range. */
  #variablesOver(range: Type, fold: Fold): Type[] {
    const two = fold.variables.length === 2;
    if (range.name === 'list') return two ? [INT, range.parameters[0]!] : [range.parameters[0]!];
    if (range.name === 'map') return [...range.parameters];
    if (range.kind === 'parameter' || range.kind === 'dyn' || range.kind === 'error') {
      this.#assignable(DYN, range);
      return [DYN, DYN];
    }
    const message = `expression of type '${textOf(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`;
    this.#fault(message, fold.range);
    return [ERROR, ERROR];
  }
}

const CONSTANT_CHECKS: Record<string, (text: string) => unknown> = {
  matches: regularExpression,
  duration: (text) => Duration.parse(text),
  timestamp: (text) => Timestamp.parse(text),
};

/** "a.b.c" of a chain of names. */
function qualifiedName(expression: Expression): string | undefined {
  if (expression.kind === 'identifier') return expression.name;
  if (expression.kind !== 'select' || expression.testOnly) return undefined;
  const prefix = qualifiedName(expression.operand);
  return prefix === undefined ? undefined : `${prefix}.${expression.field}`;
}
