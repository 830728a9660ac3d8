// What the parts of an expression become on the way to a function of the device.
import type { Expression } from './ast.ts';
import { Budget } from './budget.ts';
import type { Checked } from './checker.ts';
import type { CelError, CelMap, Value } from './values.ts';

/** The state of one evaluation. */
export class Frame extends Budget {
  readonly device: CelMap;
  /** What variables hold: a value, the error that its evaluation ended with, or nothing yet. */
  readonly slots: (Value | CelError | undefined)[] = [];

  constructor(device: CelMap) {
    super();
    this.device = device;
  }
}

export type Step = (frame: Frame) => Value;

/** How to get the value of an expression: it is constant, or a step of the evaluation. */
export type Plan = { constant: Value } | { constant?: undefined; step: Step };

export interface Qualifier {
  key: Step;
  /** Whether what is not there makes the result an optional without a value. */
  optional: boolean;
}

export interface Path {
  /** What is at its end. Charges for the steps, not for where it begins. */
  resolve: Step;
  root: Step;
  qualifiers: readonly Qualifier[];
  /** What its beginning costs. */
  cost: 0 | 1;
}

/** Plans the parts of one expression, each once. */
export interface Planner {
  readonly checked: Checked;
  plan(expression: Expression): Plan;
  step(expression: Expression): Step;
  /** The path of an expression that leads somewhere from a variable or a value. */
  path(expression: Expression): Path;
  /** Reads a variable. */
  variable(name: string): Step;
}

/** Whether the expression reads a variable or goes on from a value, instead of calling a function. */
export function isPath(expression: Expression): boolean {
  if (expression.kind === 'identifier') return true;
  if (expression.kind === 'select') return !expression.testOnly;
  return expression.kind === 'call' && ['_[_]', '_[?_]', '_?._', '_?_:_'].includes(expression.name);
}
