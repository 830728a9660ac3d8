// Matches devices against lists of selectors, each device and expression once.
import { celDeviceOf } from './cel/device.ts';
import { NotTried, Selector } from './cel/selector.ts';
import type { CelMap } from './cel/values.ts';
import { AllocationError, deviceId, type Device, type DeviceSelector } from './types.ts';

interface Matches {
  device: CelMap;
  byExpression: Map<string, boolean | Error>;
}

/** Devices stay the same objects until their slice changes. */
const known = new WeakMap<Device, Matches | Error>();

/** How many results a device keeps. */
const RESULT_LIMIT = 64;
/** Selectors are kept up to so many characters; a compiled one takes some hundred bytes a character. */
const LENGTH_LIMIT = 2 ** 18;
/** Reading and checking an expression takes as long as evaluating some of it for each character. */
const COST_A_CHARACTER = 10;
/** What all selectors have cost so far. */
let spent = 0;
const compiled = new Map<string, Selector | Error>();
let compiledLength = 0;

/**
 * Whether the device matches all of the selectors. `owner` is the class or claim that they belong to, for errors.
 * @throws AllocationError when a selector is not valid, or cannot be evaluated on the device
 */
export function deviceMatches(
  place: { driver: string; pool: string; device: Device },
  selectors: readonly DeviceSelector[],
  owner: string,
): boolean {
  return selectors.every(({ cel }, n) => {
    const expression = cel?.expression ?? '';
    const selector = selectorFor(expression);
    if (selector instanceof Error)
      throw new AllocationError(`${owner}: selector #${n}: CEL compile error: ${selector.message}`);
    const matches = matchesOf(place.driver, place.device);
    let result: boolean | Error | undefined;
    if (matches instanceof Error) result = matches;
    else {
      result = matches.byExpression.get(expression);
      if (result === undefined) {
        const before = selector.spent;
        result = attempt(() => selector.matches(matches.device).matches);
        spent += selector.spent - before;
        if (matches.byExpression.size >= RESULT_LIMIT) matches.byExpression.clear();
        if (!(result instanceof NotTried)) matches.byExpression.set(expression, result);
      }
    }
    if (!(result instanceof Error)) return result;
    const id = deviceId(place.driver, place.pool, place.device.name);
    throw new AllocationError(
      `${owner}: selector #${n} on device ${id}: CEL runtime error: ${result.message}`,
    );
  });
}

/** What all selectors have cost so far, compiled and evaluated, in the units of their limit. */
export function selectorsCost(): number {
  return spent;
}

/** The selector of an expression, or why there is none. Those that were used before are kept. */
function selectorFor(expression: string): Selector | Error {
  let selector = compiled.get(expression);
  if (selector === undefined) {
    selector = attempt(() => new Selector(expression));
    spent += COST_A_CHARACTER * expression.length;
    compiledLength += expression.length;
    if (compiledLength > LENGTH_LIMIT) {
      compiled.clear();
      compiledLength = expression.length;
    }
    compiled.set(expression, selector);
  }
  return selector;
}

function matchesOf(driver: string, device: Device): Matches | Error {
  let matches = known.get(device);
  if (matches === undefined) {
    matches = attempt(() => ({ device: celDeviceOf(driver, device), byExpression: new Map() }));
    known.set(device, matches);
  }
  return matches;
}

function attempt<T>(evaluate: () => T): T | Error {
  try {
    return evaluate();
  } catch (error) {
    return error as Error;
  }
}
