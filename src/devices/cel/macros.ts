// Macros: calls that become other expressions before anything is checked.
import { ACCUMULATOR, SyntaxFault, type Expression, type Fold } from './ast.ts';
import type { Value } from './values.ts';

interface MacroCall {
  name: string;
  target?: Expression;
  args: Expression[];
  at: number;
}

type Macro = (call: MacroCall & { target: Expression }) => Expression | undefined;

/** What the call becomes when it is one of a macro. Throws SyntaxFault. */
export function expandMacro(call: MacroCall): Expression | undefined {
  const { name, target, args, at } = call;
  if (target === undefined) return name === 'has' && args.length === 1 ? presence(args[0]!, at) : undefined;
  const macro = Object.hasOwn(RECEIVER_MACROS, name) ? RECEIVER_MACROS[name]![args.length] : undefined;
  return macro?.({ ...call, target });
}

function presence(argument: Expression, at: number): Expression {
  if (argument.kind !== 'select') throw new SyntaxFault('invalid argument to has() macro', argument.at);
  return { ...argument, testOnly: true, at };
}

/** Macros that are called on something, by name and number of arguments. */
const RECEIVER_MACROS: Record<string, Record<number, Macro>> = {
  all: { 2: quantifier(1, all), 3: quantifier(2, all) },
  exists: { 2: quantifier(1, exists), 3: quantifier(2, exists) },
  exists_one: { 2: quantifier(1, existsOne), 3: quantifier(2, existsOne) },
  existsOne: { 3: quantifier(2, existsOne) },
  map: { 2: transformation(1, append), 3: transformation(1, append) },
  filter: { 2: filter },
  transformList: { 3: transformation(2, append), 4: transformation(2, append) },
  transformMap: { 3: transformation(2, insert), 4: transformation(2, insert) },
  transformMapEntry: { 3: transformation(2, insertEntry), 4: transformation(2, insertEntry) },
  sortBy: { 2: sortBy },
  bind: { 3: bind },
  optMap: { 2: (call) => optionalMap(call, true) },
  optFlatMap: { 2: (call) => optionalMap(call, false) },
};

// What follows builds expressions at one place.
const literal = (at: number, value: Value): Expression => ({ kind: 'literal', value, at });
const identifier = (at: number, name: string): Expression => ({ kind: 'identifier', name, at });
const call = (at: number, name: string, ...args: Expression[]): Expression => ({
  kind: 'call',
  name,
  args,
  at,
});
const method = (at: number, target: Expression, name: string, ...args: Expression[]): Expression => ({
  kind: 'call',
  target,
  name,
  args,
  at,
});
const list = (at: number, ...elements: Expression[]): Expression => ({
  kind: 'list',
  elements,
  optional: elements.map(() => false),
  at,
});
const accumulated = (at: number) => identifier(at, ACCUMULATOR);

function fold(at: number, parts: Omit<Fold, 'accumulator' | 'result'> & Partial<Fold>): Expression {
  return { kind: 'fold', accumulator: ACCUMULATOR, result: accumulated(at), at, ...parts };
}

/** The names of the first arguments. */
function variablesOf(
  args: readonly Expression[],
  count: number,
  fault = 'argument must be a simple name',
): string[] {
  const names = args.slice(0, count).map((argument) => {
    if (argument.kind !== 'identifier') throw new SyntaxFault(fault, argument.at);
    return argument.name;
  });
  if (count === 2 && names[0] === names[1])
    throw new SyntaxFault(`duplicate variable name: ${names[0]!}`, args[1]!.at);
  return names;
}

const NOT_AN_IDENTIFIER = 'argument is not an identifier';

type Quantifier = (
  at: number,
  predicate: Expression,
) => Pick<Fold, 'initial' | 'condition' | 'step'> & Partial<Fold>;

function quantifier(variables: number, parts: Quantifier): Macro {
  return ({ target, args, at }) =>
    fold(at, { range: target, variables: variablesOf(args, variables), ...parts(at, args[variables]!) });
}

function all(at: number, predicate: Expression): ReturnType<Quantifier> {
  return {
    initial: literal(at, true),
    condition: call(at, '@not_strictly_false', accumulated(at)),
    step: call(at, '_&&_', accumulated(at), predicate),
  };
}

function exists(at: number, predicate: Expression): ReturnType<Quantifier> {
  return {
    initial: literal(at, false),
    condition: call(at, '@not_strictly_false', call(at, '!_', accumulated(at))),
    step: call(at, '_||_', accumulated(at), predicate),
  };
}

function existsOne(at: number, predicate: Expression): ReturnType<Quantifier> {
  return {
    initial: literal(at, 0n),
    condition: literal(at, true),
    step: call(at, '_?_:_', predicate, call(at, '_+_', accumulated(at), literal(at, 1n)), accumulated(at)),
    result: call(at, '_==_', accumulated(at), literal(at, 1n)),
  };
}

type Collector = (at: number, transform: Expression, key: string) => Pick<Fold, 'initial' | 'step'>;

/** Over the variables, perhaps a filter, and a transformation whose results are collected. */
function transformation(variables: number, collect: Collector): Macro {
  return ({ target, args, at }) => {
    const names = variablesOf(args, variables, variables === 1 ? NOT_AN_IDENTIFIER : undefined);
    const { initial, step } = collect(at, args.at(-1), names[0]!);
    const chosen =
      args.length === variables + 2 ? call(at, '_?_:_', args[variables]!, step, accumulated(at)) : step;
    return fold(at, { range: target, variables: names, initial, condition: literal(at, true), step: chosen });
  };
}

function append(at: number, transform: Expression): ReturnType<Collector> {
  return { initial: list(at), step: call(at, '_+_', accumulated(at), list(at, transform)) };
}

function insert(at: number, transform: Expression, key: string): ReturnType<Collector> {
  return {
    initial: { kind: 'map', entries: [], at },
    step: call(at, 'cel.@mapInsert', accumulated(at), identifier(at, key), transform),
  };
}

function insertEntry(at: number, transform: Expression): ReturnType<Collector> {
  return {
    initial: { kind: 'map', entries: [], at },
    step: call(at, 'cel.@mapInsert', accumulated(at), transform),
  };
}

function filter({ target, args, at }: MacroCall & { target: Expression }): Expression {
  const variables = variablesOf(args, 1, NOT_AN_IDENTIFIER);
  const { initial, step } = append(at, identifier(at, variables[0]!));
  return fold(at, {
    range: target,
    variables,
    initial,
    condition: literal(at, true),
    step: call(at, '_?_:_', args[1]!, step, accumulated(at)),
  });
}

/** A fold over nothing: its accumulator is a name for the initial value. */
function named(at: number, name: string, initial: Expression, result: Expression): Expression {
  return fold(at, {
    range: list(at),
    variables: ['#unused'],
    accumulator: name,
    initial,
    condition: literal(at, false),
    step: identifier(at, name),
    result,
  });
}

function bind({ target, args, at }: MacroCall & { target: Expression }): Expression | undefined {
  if (target.kind !== 'identifier' || target.name !== 'cel') return undefined;
  const [variable, initial, result] = args;
  if (variable!.kind !== 'identifier')
    throw new SyntaxFault('cel.bind() variable names must be simple identifiers', variable!.at);
  return named(at, variable!.name, initial!, result!);
}

function optionalMap(
  { name, target, args, at }: MacroCall & { target: Expression },
  wraps: boolean,
): Expression {
  const [variable, transform] = args;
  if (variable!.kind !== 'identifier')
    throw new SyntaxFault(`${name}() variable name must be a simple identifier`, variable!.at);
  const mapped = named(at, variable!.name, method(at, target, 'value'), transform!);
  return call(
    at,
    '_?_:_',
    method(at, target, 'hasValue'),
    wraps ? method(at, identifier(at, 'optional'), 'of', mapped) : mapped,
    method(at, identifier(at, 'optional'), 'none'),
  );
}

function sortBy({ target, args, at }: MacroCall & { target: Expression }): Expression {
  if (target.kind === 'literal' || target.kind === 'map')
    throw new SyntaxFault(
      'sortBy can only be applied to a list, identifier, comprehension, call or select expression',
      target.at,
    );
  const input = identifier(at, '@sorted');
  const { initial, step } = append(at, args[1]!);
  const keys = fold(at, {
    range: input,
    variables: variablesOf(args, 1, NOT_AN_IDENTIFIER),
    initial,
    condition: literal(at, true),
    step,
  });
  return named(at, '@sorted', target, method(at, input, '@sortByAssociatedKeys', keys));
}
