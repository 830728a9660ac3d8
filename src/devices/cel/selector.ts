// A device selector: an expression over one device, compiled once.
import { SyntaxFault, type Expression } from './ast.ts';
import { check, type Checked, type Fault } from './checker.ts';
import { parse } from './parser.ts';
import { Frame, type Step } from './plan.ts';
import { ExpressionPlanner } from './program.ts';
import { textOf as textOfType } from './types.ts';
import { TooComplex } from './unification.ts';
import { CelError, typeNameOf, type CelMap, type Value } from './values.ts';

/** The API server's limit (resource.k8s.io/v1, CELSelectorExpressionMaxLength), in bytes. */
const LENGTH_LIMIT = 10 * 1024;
/**
 * What an expression may cost on all devices together: at first this, and for each device that it is asked about a
 * little more. There may be thousands of devices, and an evaluation that stays below its limit can take 100 ms.
 */
const ALLOWANCE = 3_000_000;
const ALLOWANCE_A_DEVICE = 1_000;

/** Thrown instead of an evaluation when the expression has cost too much before. */
export class NotTried extends Error {
  constructor() {
    super('operation cancelled: the expression has cost too much on other devices');
  }
}

export class Selector {
  readonly #evaluate: Step;
  /** What it has cost on all devices. */
  spent = 0;
  #left = ALLOWANCE;

  /** Throws an error that says why the expression is not valid. */
  constructor(expression: string) {
    this.#evaluate = compiled(expression);
  }

  /** Whether the device matches, and what it cost to tell. Throws when that cannot be told. */
  matches(device: CelMap): { matches: boolean; cost: number } {
    this.#left = Math.min(ALLOWANCE, this.#left + ALLOWANCE_A_DEVICE);
    if (this.#left < 0) throw new NotTried();
    const frame = new Frame(device);
    try {
      return { matches: boolOf(this.#evaluate(frame)), cost: frame.cost };
    } finally {
      this.#left -= frame.spent;
      this.spent += frame.spent;
    }
  }
}

function boolOf(result: Value): boolean {
  if (typeof result === 'boolean') return result;
  const type = typeNameOf(result);
  throw new CelError(
    `CEL result of type ${type} could not be converted to bool: unsupported native conversion from ${type} to 'bool'`,
  );
}

function compiled(expression: string): Step {
  if (new TextEncoder().encode(expression).length > LENGTH_LIMIT)
    throw new Error(`may not be more than ${LENGTH_LIMIT} bytes`);
  try {
    const tree = parse(expression);
    const checked = check(tree);
    if (checked.faults.length > 0) throw new Error(report(checked.faults, expression));
    const { type } = checked;
    if (type.name !== 'bool' && type.kind !== 'dyn')
      throw new Error(`must evaluate to bool or the unknown type, not ${textOfType(type)}`);
    return planned(tree, checked);
  } catch (error) {
    if (error instanceof SyntaxFault)
      throw new Error(report([{ message: error.message, at: error.at }], expression), { cause: error });
    if (error instanceof TooComplex)
      throw new Error(`compilation failed: ${error.message}`, { cause: error });
    throw error;
  }
}

function planned(tree: Expression, checked: Checked): Step {
  try {
    return new ExpressionPlanner(checked).step(tree);
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    throw new Error(`program instantiation failed: ${error.message}`, { cause: error });
  }
}

/** The faults with the lines where they are. */
function report(faults: readonly Fault[], expression: string): string {
  const texts = faults.map(({ message, at }) => {
    if (at < 0) return `ERROR: <input>:-1:0: ${message}`;
    const before = expression.slice(0, at).split('\n');
    const column = before.at(-1).length;
    const line = expression.split('\n')[before.length - 1]!;
    return `ERROR: <input>:${before.length}:${column + 1}: ${message}\n | ${line}\n | ${'.'.repeat(column)}^`;
  });
  return `compilation failed: ${texts.join('\n')}`;
}
