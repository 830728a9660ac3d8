// Expressions as the reference compiles and evaluates them (`kube-oracle cel`, written by test/oracle/cel-answers.ts).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { celDeviceOf } from '../../src/devices/cel/device.ts';
import { FUNCTIONS } from '../../src/devices/cel/environment.ts';
import { Selector } from '../../src/devices/cel/selector.ts';
import type { Device } from '../../src/devices/types.ts';

interface Answer {
  value?: boolean;
  cost?: number;
  compileError?: string;
  runtimeError?: string;
}

const [first, ...lines] = readFileSync(join(import.meta.dirname, 'cel-answers.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as object);
const { driver, device } = first as { driver: string; device: Device };
const celDevice = celDeviceOf(driver, device);

function answerTo(expression: string): Answer {
  let selector: Selector;
  try {
    selector = new Selector(expression);
  } catch (error) {
    return { compileError: (error as Error).message };
  }
  try {
    const { matches, cost } = selector.matches(celDevice);
    return { value: matches, cost };
  } catch (error) {
    return { runtimeError: (error as Error).message };
  }
}

/** The reference goes through a map in an order of its own each time; what a search costs depends on it. */
const DEPENDS_ON_ORDER = /(?:attributes|capacity)\S*\.exists(?:_one)?\(/;
/** What a parser expected is not said in its words; nor is what is wrong with a network. */
const WORDED_OTHERWISE =
  /Syntax error|unable to unescape|^Foo\{|authorizer|netip\.ParsePrefix|exceeds maximum|value out of range/;

describe('an expression', () => {
  it.each(lines as ({ expression: string } & Answer)[])(
    'is as the reference has it: $expression',
    ({ expression, ...expected }) => {
      const answer = answerTo(expression);
      if (DEPENDS_ON_ORDER.test(expression)) answer.cost = expected.cost!;
      const text = expected.compileError ?? expected.runtimeError;
      if (text !== undefined && (WORDED_OTHERWISE.test(text) || WORDED_OTHERWISE.test(expression)))
        expect(Object.keys(answer)).toEqual(Object.keys(expected));
      else expect(answer).toEqual(expected);
    },
  );
});

it('of the reference is recorded for each function', () => {
  const expressions = (lines as { expression: string }[]).map(({ expression }) => expression).join('\n');
  const names = Array.from(FUNCTIONS.keys()).filter((name) => /^[a-z]/.test(name) && !name.includes('@'));
  expect(names.filter((name) => !expressions.includes(`${name}(`))).toEqual([]);
});
