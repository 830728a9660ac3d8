// The syntax tree of an expression, after macros have been expanded. Shapes follow CEL's own (cel.expr.Expr).
import type { Value } from './values.ts';

interface Position {
  /** Where it begins in the expression, in UTF-16 units. */
  at: number;
}

export type Expression = Position &
  (
    | { kind: 'literal'; value: Value }
    | { kind: 'identifier'; name: string }
    | { kind: 'select'; operand: Expression; field: string; testOnly: boolean }
    | { kind: 'call'; target?: Expression; name: string; args: Expression[] }
    | { kind: 'list'; elements: Expression[]; optional: boolean[] }
    | { kind: 'map'; entries: MapEntry[] }
    | ({ kind: 'fold' } & Fold)
  );

export interface MapEntry {
  key: Expression;
  value: Expression;
  optional: boolean;
}

/** A comprehension: what every macro over a list or a map becomes, and cel.bind. */
export interface Fold {
  range: Expression;
  variables: string[];
  accumulator: string;
  initial: Expression;
  condition: Expression;
  step: Expression;
  result: Expression;
}

/** The accumulator of macros; no expression can name it. */
export const ACCUMULATOR = '@result';

/** An error in an expression, and where it is. */
export class SyntaxFault extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}
