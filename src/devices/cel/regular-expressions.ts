// Regular expressions as Go has them: RE2's syntax, matched in linear time.
import { RE2JS } from 're2js';
import { fn, method, regularExpressionCost, type Cost, type Library } from './library.ts';
import { BOOL, INT, listOf, STRING } from './types.ts';
import { CelError, type Meter } from './values.ts';

/** Each may have a program of some 100 kB. */
const CACHE_LIMIT = 64;
const compiled = new Map<string, RE2JS>();

/** Throws CelError when the pattern is not valid. */
export function regularExpression(pattern: string): RE2JS {
  let expression = compiled.get(pattern);
  if (expression === undefined) {
    try {
      expression = RE2JS.compile(pattern);
    } catch (error) {
      throw new CelError((error as Error).message);
    }
    if (compiled.size >= CACHE_LIMIT) compiled.clear();
    compiled.set(pattern, expression);
  }
  return expression;
}

/** A step of the matcher takes about as long as ten of an evaluation. */
function count(text: string, pattern: string, meter: Meter): void {
  meter.work(10 + text.length + (compiled.has(pattern) ? 0 : 100 * pattern.length));
}

function matches(text: string, pattern: string, meter: Meter): boolean {
  count(text, pattern, meter);
  return regularExpression(pattern).test(text);
}

/** The first `limit` matches; an empty one that follows a match at once is none. */
function findAll(text: string, pattern: string, limit: number, meter: Meter): string[] {
  const found: string[] = [];
  let end = -1;
  count(text, pattern, meter);
  const matcher = regularExpression(pattern).matcher(text);
  while (found.length < limit && matcher.find()) {
    meter.work(1);
    if (matcher.end() > matcher.start() || matcher.start() !== end) found.push(matcher.group()!);
    end = matcher.end();
  }
  return found;
}

const cost: Cost = ([text, pattern]) => regularExpressionCost(text!, (pattern as string).length);

export const regularExpressions: Library = {
  matches: [
    fn('matches', [STRING, STRING], BOOL, matches, cost),
    method('matches_string', [STRING, STRING], BOOL, matches, cost),
  ],
  find: [
    method(
      'string_find_string',
      [STRING, STRING],
      STRING,
      (text, pattern, meter) => findAll(text, pattern, 1, meter)[0] ?? '',
      cost,
    ),
  ],
  findAll: [
    method(
      'string_find_all_string',
      [STRING, STRING],
      listOf(STRING),
      (text, pattern, meter) => findAll(text, pattern, Infinity, meter),
      cost,
    ),
    method(
      'string_find_all_string_int',
      [STRING, STRING, INT],
      listOf(STRING),
      (text, pattern, limit, meter) => findAll(text, pattern, limit < 0n ? Infinity : Number(limit), meter),
      cost,
    ),
  ],
};
