// Splits an expression into tokens.
import { SyntaxFault } from './ast.ts';
import { literalText } from './literal-text.ts';
import { MAX_INT, MAX_UINT, Uint, type Value } from './values.ts';

export interface Token {
  kind: 'literal' | 'name' | 'quotedName' | 'operator' | 'end';
  /** A name, an operator, or the source of a literal. */
  text: string;
  value?: Value;
  at: number;
  end: number;
}

const OPERATORS = ['==', '!=', '<=', '>=', '&&', '||', ...Array.from('+-*/%<>!?:.,()[]{}')];
const SPACE = /(?:[ \t\r\n\f]+|\/\/[^\n]*)+/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const QUOTED_NAME = /`[A-Za-z0-9_.\-/ ]+`/y;
const DOUBLE = /(?:\d*\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)/y;
const INTEGER = /(?:0x[0-9A-Fa-f]+|\d+)/y;
const STRING_START = /(?:[rR]?[bB]?|[bB][rR])("""|'''|"|')/y;
const CONSTANTS: Record<string, Value> = { true: true, false: false, null: null };

/** All tokens of the text, the last one its end. Throws SyntaxFault. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = afterSpace(text, 0); at < text.length; at = afterSpace(text, tokens.at(-1).end))
    tokens.push(tokenAt(text, at));
  tokens.push({ kind: 'end', text: '<EOF>', at: text.length, end: text.length });
  return tokens;
}

function afterSpace(text: string, at: number): number {
  return at + (match(SPACE, text, at)?.[0].length ?? 0);
}

/** These patterns are linear: each is anchored where it starts, and none repeats a repetition of the same letters. */
function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

function tokenAt(text: string, at: number): Token {
  const start = match(STRING_START, text, at);
  if (start !== undefined) {
    const prefix = start[0].slice(0, -start[1]!.length).toLowerCase();
    const { value, end } = literalText(text, at + start[0].length, start[1]!, {
      raw: prefix.includes('r'),
      bytes: prefix.includes('b'),
    });
    return { kind: 'literal', text: text.slice(at, end), value, at, end };
  }
  const number = numberAt(text, at);
  if (number !== undefined) return number;
  const name = match(NAME, text, at)?.[0];
  if (name !== undefined) {
    const end = at + name.length;
    if (Object.hasOwn(CONSTANTS, name))
      return { kind: 'literal', text: name, value: CONSTANTS[name]!, at, end };
    return { kind: 'name', text: name, at, end };
  }
  const quoted = match(QUOTED_NAME, text, at)?.[0];
  if (quoted !== undefined)
    return { kind: 'quotedName', text: quoted.slice(1, -1), at, end: at + quoted.length };
  const operator = OPERATORS.find((candidate) => text.startsWith(candidate, at));
  if (operator !== undefined) return { kind: 'operator', text: operator, at, end: at + operator.length };
  throw new SyntaxFault(`Syntax error: token recognition error at: '${text[at]!}'`, at);
}

function numberAt(text: string, at: number): Token | undefined {
  const double = match(DOUBLE, text, at)?.[0];
  if (double !== undefined) {
    const value = Number(double);
    if (!Number.isFinite(value)) throw new SyntaxFault('invalid double literal', at);
    return { kind: 'literal', text: double, value, at, end: at + double.length };
  }
  const digits = match(INTEGER, text, at)?.[0];
  if (digits === undefined) return undefined;
  const end = at + digits.length;
  if (text[end] === 'u' || text[end] === 'U') {
    const value = BigInt(digits);
    if (value > MAX_UINT) throw new SyntaxFault('invalid uint literal', at);
    return { kind: 'literal', text: text.slice(at, end + 1), value: new Uint(value), at, end: end + 1 };
  }
  // One more than the largest int may follow a minus sign; the parser checks.
  if (BigInt(digits) > MAX_INT + 1n) throw new SyntaxFault('invalid int literal', at);
  return { kind: 'literal', text: digits, value: BigInt(digits), at, end };
}
