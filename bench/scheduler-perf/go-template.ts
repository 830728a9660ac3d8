// The part of Go's text/template that the templates of scheduler_perf are written in: fields and variables, if and range,
// pipelines, and the functions that they call.

export type Values = Readonly<Record<string, unknown>>;

type Part = string | Output | Declaration | Condition | Loop;

interface Output {
  pipeline: Pipeline;
}

interface Declaration {
  declares: string;
  value: Pipeline;
}

interface Condition {
  condition: Pipeline;
  then: Part[];
  else: Part[];
}

interface Loop {
  over: Pipeline;
  variable?: string;
  body: Part[];
}

/** Commands, each of which is given what the one before it makes as its last argument. */
type Pipeline = Operand[][];
/** A word as it stands in the template, or what stands in parentheses. */
type Operand = string | { inner: Pipeline };

interface Scope {
  dot: unknown;
  variables: Map<string, unknown>;
}

const TOKEN = /\s*(?:(:=)|([()|])|("(?:[^"\\]|\\.)*")|([^\s()|"]+))/y;

const FUNCTIONS: Readonly<Record<string, (...args: unknown[]) => unknown>> = {
  AddInt: (a, b) => whole(a) + whole(b),
  DivideInt: (a, b) => Math.trunc(whole(a) / whole(b)),
  Mod: (a, b) => whole(a) % whole(b),
  Int: (value) => whole(value),
  JSON: (value) => JSON.stringify(value ?? null),
  eq: (a, b) => a === b,
  ge: (a, b) => whole(a) >= whole(b),
  or: (...values) => values.find(isTrue) ?? values.at(-1),
};

export class GoTemplate {
  readonly #parts: Part[];

  /** @throws Error when the text is no template, or one of another kind */
  constructor(text: string) {
    this.#parts = new Parser(text).parts();
  }

  /** @throws Error when a value is missing that something is reckoned from */
  expand(values: Values): string {
    return expandAll(this.#parts, { dot: values, variables: new Map() });
  }
}

class Parser {
  /** Texts and actions in turn. */
  readonly #pieces: string[];
  #at = 0;

  constructor(text: string) {
    this.#pieces = text.split(/\{\{(.*?)\}\}/s);
  }

  parts(): Part[] {
    const { parts, end } = this.#until();
    if (end !== undefined) throw new Error(`{{${end}}} ends nothing`);
    return parts;
  }

  /** The parts up to an `end` or `else` of their own, or up to the end of the text. */
  #until(): { parts: Part[]; end: string | undefined } {
    const parts: Part[] = [];
    while (this.#at < this.#pieces.length) {
      const isAction = this.#at % 2 === 1;
      const piece = this.#pieces[this.#at++]!;
      if (!isAction) {
        parts.push(piece);
        continue;
      }
      const action = piece.trim();
      if (action === 'end' || action === 'else') return { parts, end: action };
      parts.push(this.#action(action));
    }
    return { parts, end: undefined };
  }

  #action(action: string): Part {
    const [, keyword, rest] = /^(if|range)\s+(.*)$/s.exec(action) ?? [];
    const [, variable, value] = /^\$(\w+)\s*:=\s*(.*)$/s.exec(rest ?? action) ?? [];
    if (keyword === 'if') {
      const then = this.#until();
      const otherwise = then.end === 'else' ? this.#until() : undefined;
      if ((otherwise ?? then).end !== 'end') throw new Error(`{{${action}}} has no end`);
      return { condition: pipeline(rest!), then: then.parts, else: otherwise?.parts ?? [] };
    }
    if (keyword === 'range') {
      const body = this.#until();
      if (body.end !== 'end') throw new Error(`{{${action}}} has no end`);
      return {
        over: pipeline(value ?? rest!),
        body: body.parts,
        ...(variable !== undefined && { variable }),
      };
    }
    if (variable !== undefined) return { declares: variable, value: pipeline(value!) };
    return { pipeline: pipeline(action) };
  }
}

function pipeline(text: string): Pipeline {
  const tokens = [...tokensOf(text)];
  const parsed = commands(tokens);
  if (tokens.length > 0) throw new Error(`{{${text}}} has a parenthesis too many`);
  return parsed;
}

function* tokensOf(text: string): Iterable<string> {
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (match === null) throw new Error(`{{${text}}} is not understood`);
    yield match[0].trim();
  }
}

/** Takes tokens up to a closing parenthesis, which is left, or all. */
function commands(tokens: string[]): Pipeline {
  const all: Pipeline = [[]];
  while (tokens.length > 0 && tokens[0] !== ')') {
    const token = tokens.shift()!;
    if (token === '|') all.push([]);
    else all.at(-1).push(token === '(' ? { inner: inParentheses(tokens) } : token);
  }
  return all;
}

function inParentheses(tokens: string[]): Pipeline {
  const inner = commands(tokens);
  if (tokens.shift() === undefined) throw new Error('a parenthesis is not closed');
  return inner;
}

function expandAll(parts: readonly Part[], scope: Scope): string {
  return parts.map((part) => (typeof part === 'string' ? part : expandOne(part, scope))).join('');
}

function expandOne(part: Exclude<Part, string>, scope: Scope): string {
  if ('pipeline' in part) return shown(evaluate(part.pipeline, scope));
  if ('declares' in part) {
    scope.variables.set(part.declares, evaluate(part.value, scope));
    return '';
  }
  if ('condition' in part)
    return expandAll(isTrue(evaluate(part.condition, scope)) ? part.then : part.else, scope);
  const count = whole(evaluate(part.over, scope));
  let text = '';
  for (let n = 0; n < count; n++) {
    const variables = new Map(scope.variables);
    if (part.variable !== undefined) variables.set(part.variable, n);
    text += expandAll(part.body, { dot: n, variables });
  }
  return text;
}

function evaluate(all: Pipeline, scope: Scope): unknown {
  let piped: unknown[] = [];
  for (const [first, ...rest] of all) {
    const called = typeof first === 'string' ? FUNCTIONS[first] : undefined;
    const args = [...rest.map((operand) => valueOf(operand, scope)), ...piped];
    piped = [called === undefined ? valueOf(first!, scope) : called(...args)];
  }
  return piped[0];
}

function valueOf(operand: Operand, { dot, variables }: Scope): unknown {
  if (typeof operand !== 'string') return evaluate(operand.inner, { dot, variables });
  if (operand === 'nil') return undefined;
  if (operand === '.') return dot;
  if (operand.startsWith('.')) return (dot as Values)[operand.slice(1)];
  if (operand.startsWith('$') && variables.has(operand.slice(1))) return variables.get(operand.slice(1));
  if (/^\d+$|^"/.test(operand)) return JSON.parse(operand) as unknown;
  throw new Error(`{{${operand}}} is not known`);
}

function isTrue(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && value !== 0 && value !== false;
}

function whole(value: unknown): number {
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number))
    throw new Error(`${String(value)} is no whole number`);
  return number;
}

function shown(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  throw new Error('a value is missing');
}
