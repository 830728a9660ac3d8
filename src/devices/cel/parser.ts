// Reads an expression. The grammar is CEL's (cel-spec, doc/langdef.md), with the optional syntax.
import { SyntaxFault, type Expression, type MapEntry } from './ast.ts';
import { tokensOf, type Token } from './lexer.ts';
import { expandMacro } from './macros.ts';
import { MAX_INT, Uint, type Value } from './values.ts';

/** The reference's limit of nesting, in the text as in the tree. */
const DEPTH_LIMIT = 250;

const RELATIONS: Record<string, string> = {
  '<': '_<_',
  '<=': '_<=_',
  '>': '_>_',
  '>=': '_>=_',
  '==': '_==_',
  '!=': '_!=_',
  in: '@in',
};
const SUMS: Record<string, string> = { '+': '_+_', '-': '_-_' };
const PRODUCTS: Record<string, string> = { '*': '_*_', '/': '_/_', '%': '_%_' };
const RESERVED = new Set(
  'as break const continue else false for function if import in let loop package namespace null return true var void while'.split(
    ' ',
  ),
);

/** Throws SyntaxFault. */
export function parse(text: string): Expression {
  const parser = new Parser(tokensOf(text));
  return parser.whole();
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #nesting = 0;
  /** How deep the tree below each expression is. */
  readonly #depths = new WeakMap<Expression, number>();

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Expression {
    const expression = this.#expression();
    if (this.#token.kind !== 'end') this.#unexpected();
    return expression;
  }

  get #token(): Token {
    return this.#tokens[this.#next]!;
  }

  #unexpected(): never {
    const { text, at } = this.#token;
    throw new SyntaxFault(`Syntax error: unexpected input '${text}'`, at);
  }

  #take(operator: string): Token | undefined {
    const token = this.#token;
    if (token.text !== operator || token.kind === 'literal' || token.kind === 'quotedName') return undefined;
    this.#next++;
    return token;
  }

  #expect(operator: string): Token {
    return this.#take(operator) ?? this.#unexpected();
  }

  /** Counts how deep the tree is; one that is too deep would be too deep for those who walk it. */
  #node<T extends Expression>(expression: T, ...below: Expression[]): T {
    const depth = 1 + Math.max(0, ...below.map((child) => this.#depths.get(child) ?? 0));
    if (depth > DEPTH_LIMIT + 1) throw new SyntaxFault('max recursion depth exceeded', -1);
    this.#depths.set(expression, depth);
    return expression;
  }

  #call(at: number, name: string, args: Expression[]): Expression {
    return this.#node({ kind: 'call', name, args, at }, ...args);
  }

  #expression(): Expression {
    if (++this.#nesting > DEPTH_LIMIT)
      throw new SyntaxFault(`expression recursion limit exceeded: ${DEPTH_LIMIT}`, -1);
    const condition = this.#logical('||', '_||_', () => this.#logical('&&', '_&&_', () => this.#relation()));
    const question = this.#take('?');
    let expression = condition;
    if (question !== undefined) {
      const whenTrue = this.#logical('||', '_||_', () => this.#logical('&&', '_&&_', () => this.#relation()));
      this.#expect(':');
      expression = this.#call(question.at, '_?_:_', [condition, whenTrue, this.#expression()]);
    }
    this.#nesting--;
    return expression;
  }

  /** A chain of && or || is one call of all its terms. */
  #logical(operator: string, name: string, operand: () => Expression): Expression {
    const terms = [operand()];
    let first: Token | undefined;
    for (let token = this.#take(operator); token !== undefined; token = this.#take(operator)) {
      first ??= token;
      terms.push(operand());
    }
    return first === undefined ? terms[0]! : this.#call(first.at, name, terms);
  }

  #relation(): Expression {
    return this.#binary(RELATIONS, () =>
      this.#binary(SUMS, () => this.#binary(PRODUCTS, () => this.#unary())),
    );
  }

  #binary(operators: Record<string, string>, operand: () => Expression): Expression {
    let left = operand();
    for (;;) {
      const { text, kind, at } = this.#token;
      if ((kind !== 'operator' && kind !== 'name') || !Object.hasOwn(operators, text)) return left;
      this.#next++;
      left = this.#call(at, operators[text]!, [left, operand()]);
    }
  }

  /** Pairs of the same operator cancel each other. */
  #unary(): Expression {
    for (const [operator, name] of [
      ['!', '!_'],
      ['-', '-_'],
    ] as const) {
      const first = this.#token;
      let count = 0;
      while (this.#token.kind === 'operator' && this.#token.text === operator) {
        if (operator === '-' && this.#startsNumber(count)) break;
        this.#next++;
        count++;
      }
      if (count === 0) continue;
      const operand = this.#member();
      return count % 2 === 0 ? operand : this.#call(first.at, name, [operand]);
    }
    return this.#member();
  }

  /** Whether a minus sign belongs to the number after it. */
  #startsNumber(signsBefore: number): boolean {
    const after = this.#tokens[this.#next + 1]!;
    return (
      signsBefore === 0 &&
      after.kind === 'literal' &&
      /^[\d.]/.test(after.text) &&
      !(after.value instanceof Uint)
    );
  }

  #member(): Expression {
    let expression = this.#primary();
    for (;;) {
      const { at } = this.#token;
      if (this.#take('.')) expression = this.#afterDot(expression, at);
      else if (this.#take('[')) {
        const name = this.#take('?') ? '_[?_]' : '_[_]';
        const index = this.#expression();
        this.#expect(']');
        expression = this.#call(at, name, [expression, index]);
      } else return expression;
    }
  }

  #afterDot(operand: Expression, at: number): Expression {
    const optional = this.#take('?') !== undefined;
    const { kind, text: field } = this.#token;
    if (kind !== 'name' && kind !== 'quotedName') this.#unexpected();
    if (field === 'in' && kind === 'name') this.#unexpected();
    this.#next++;
    if (optional) {
      const name: Expression = { kind: 'literal', value: field, at };
      return this.#call(at, '_?._', [operand, name]);
    }
    const open = kind === 'name' ? this.#take('(') : undefined;
    if (open === undefined)
      return this.#node({ kind: 'select', operand, field, testOnly: false, at }, operand);
    if (RESERVED.has(field)) throw new SyntaxFault(`reserved identifier: ${field}`, at);
    return this.#macroOrCall({ name: field, target: operand, args: this.#until(')'), at: open.at });
  }

  #macroOrCall(call: { name: string; target?: Expression; args: Expression[]; at: number }): Expression {
    const expression: Expression = expandMacro(call) ?? { kind: 'call', ...call };
    return this.#node(expression, ...(call.target ? [call.target] : []), ...call.args);
  }

  #primary(): Expression {
    const token = this.#token;
    if (token.kind === 'literal') return this.#literal(token.at, false);
    if (this.#take('-')) return this.#literal(token.at, true);
    if (this.#take('(')) {
      const expression = this.#expression();
      this.#expect(')');
      return expression;
    }
    if (this.#take('[')) return this.#list(token.at);
    if (this.#take('{')) return this.#map(token.at);
    const dot = this.#take('.');
    const { kind, text: name, at } = this.#token;
    if (kind !== 'name' || name === 'in') this.#unexpected();
    if (RESERVED.has(name)) throw new SyntaxFault(`reserved identifier: ${name}`, at);
    this.#next++;
    const open = this.#take('(');
    if (open === undefined) return this.#node({ kind: 'identifier', name, at: dot?.at ?? at });
    return this.#macroOrCall({ name, args: this.#until(')'), at: open.at });
  }

  #literal(at: number, negative: boolean): Expression {
    const literal = this.#token;
    if (literal.kind !== 'literal') this.#unexpected();
    this.#next++;
    let value: Value = literal.value!;
    if (negative) value = -(value as bigint | number);
    if (typeof value === 'bigint' && value > MAX_INT) throw new SyntaxFault('invalid int literal', at);
    return this.#node({ kind: 'literal', value, at });
  }

  #until(close: string): Expression[] {
    const args: Expression[] = [];
    if (this.#take(close)) return args;
    do args.push(this.#expression());
    while (this.#take(','));
    this.#expect(close);
    return args;
  }

  /** Whether a list of elements ends here; its last comma may be followed by none. */
  #atEndOf(close: string, hasElements: boolean): boolean {
    if (this.#take(close)) return true;
    if (hasElements) this.#expect(',');
    else if (!this.#take(',')) return false;
    if (this.#take(close)) return true;
    return hasElements ? false : this.#unexpected();
  }

  #list(at: number): Expression {
    const elements: Expression[] = [];
    const optional: boolean[] = [];
    while (!this.#atEndOf(']', elements.length > 0)) {
      optional.push(this.#take('?') !== undefined);
      elements.push(this.#expression());
    }
    return this.#node({ kind: 'list', elements, optional, at }, ...elements);
  }

  #map(at: number): Expression {
    const entries: MapEntry[] = [];
    while (!this.#atEndOf('}', entries.length > 0)) {
      const optional = this.#take('?') !== undefined;
      const key = this.#expression();
      this.#expect(':');
      entries.push({ key, value: this.#expression(), optional });
    }
    return this.#node({ kind: 'map', entries, at }, ...entries.flatMap(({ key, value }) => [key, value]));
  }
}
