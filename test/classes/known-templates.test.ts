import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KnownTemplates } from '../../src/classes/known-templates.ts';
import { sameValues, type Template } from '../../src/classes/template.ts';

/** A pod's template, as a new object each time, as from JSON. */
const of = (...values: unknown[]): Template => JSON.parse(JSON.stringify(values)) as Template;

function nested(depth: number): Template {
  let value: unknown[] = [];
  for (let n = 0; n < depth; n++) value = [value];
  return value;
}

function circle(): Template {
  const value: unknown[] = [];
  value.push(value);
  return value;
}

describe('what is known of templates', () => {
  /** What is said of each template in turn, and the templates that were worked out for it. */
  function stream(templates: readonly Template[], isKept = true): { said: string[]; workedOut: string[] } {
    const known = new KnownTemplates<string>();
    const workedOut: string[] = [];
    const said = templates.map((template) =>
      known.get(template, () => {
        const value = JSON.stringify(template);
        workedOut.push(value);
        return { value, isKept };
      }),
    );
    return { said, workedOut };
  }

  test('is worked out once for each, in whatever order they come', () => {
    const anyStream = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 2000, size: 'max' });
    fc.assert(
      fc.property(anyStream, (numbers) => {
        const templates = numbers.map((number) => of('web', { number }));
        const { said, workedOut } = stream(templates);
        expect(said).toEqual(templates.map((template) => JSON.stringify(template)));
        expect(workedOut).toHaveLength(new Set(numbers).size);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  test('is worked out again when it is not to be kept', () => {
    expect(stream([of(1), of(1), of(1)], false).workedOut).toHaveLength(3);
  });

  test.each([
    ['nested too deeply', () => nested(100_000)],
    ['in a circle', circle],
  ])('is worked out each time for what is %s, and for the others as before', (_, odd) => {
    const known = new KnownTemplates<number>();
    let workedOut = 0;
    const say = (template: Template) => known.get(template, () => ({ value: workedOut++, isKept: true }));
    for (let n = 0; n < 3; n++) say(of('plain'));
    expect(workedOut).toBe(1);
    for (let n = 0; n < 3; n++) say(odd());
    expect(workedOut).toBe(4);
    for (let n = 0; n < 3; n++) say(of('plain'));
    expect(workedOut).toBe(4);
  });

  test('is forgotten on demand, by comparing too', () => {
    const known = new KnownTemplates<number>();
    const say = (value: number) => known.get(of('web'), () => ({ value, isKept: true }));
    for (let n = 0; n < 4; n++) expect(say(n)).toBe(0);
    known.clear();
    expect(say(4)).toBe(4);
  });

  test('is written only when it is not what came before', () => {
    const known = new KnownTemplates<number>();
    let written = 0;
    const templates = [0, 1, 2].map((number) => [{ toJSON: () => (written++, number) }]);
    const say = (n: number) => known.get(templates[n % 3]!, () => ({ value: n, isKept: true }));
    for (let n = 0; n < 30; n++) say(n);
    // each is worked out, then found by its text and kept; from then on the one before it leads to it
    expect(written).toBe(7);
    written = 0;
    for (let n = 0; n < 30; n++) say(n);
    expect(written).toBe(0);
  });
});

describe('values', () => {
  test.each([
    ['{"a":1}', '{"a":1}', true],
    ['{"a":1,"b":2}', '{"b":2,"a":1}', false],
    ['{"a":1}', '{"a":1,"b":2}', false],
    ['[1,[2]]', '[1,[2]]', true],
    ['[1,2]', '[1]', false],
    ['[]', '{}', false],
    ['{}', '[]', false],
    ['null', '{}', false],
    ['"1"', '1', false],
    ['{"__proto__":{}}', '{"a":{}}', false],
    ['{"__proto__":{"a":1}}', '{"__proto__":{"a":1}}', true],
    ['{"toString":{}}', '{"valueOf":{}}', false],
  ])('%s and %s are written alike: %s', (one, two, alike) => {
    expect(sameValues(JSON.parse(one), JSON.parse(two))).toBe(alike);
  });
});
