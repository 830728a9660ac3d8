import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLean } from '../../src/kube/lean-json.ts';

/** What is not easily told from a list of managed fields, and from where one ends. */
const awkward = fc.constantFrom('managedFields', '"managedFields":[', ']', '\\', '\\"', null, 1);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    awkward,
    fc.string({ unit: 'binary' }),
    fc.array(tie('value')),
    fc.dictionary(fc.oneof(fc.constant('managedFields'), fc.string({ unit: 'binary' })), tie('value')),
  ),
}));

describe('parseLean', () => {
  it('parses all but what lists of managed fields hold', () => {
    fc.assert(
      fc.property(value, (any) => {
        const text = JSON.stringify(any);
        const expected: unknown = JSON.parse(text, (key, each: unknown) =>
          key === 'managedFields' && Array.isArray(each) ? [] : each,
        );
        expect(parseLean(Buffer.from(text))).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses what was cut off', () => {
    const text = '{"metadata":{"managedFields":[{"manager":"a\\"]","f":[[]]}],"name":"b"}}';
    expect(parseLean(Buffer.from(text))).toEqual({ metadata: { managedFields: [], name: 'b' } });
    for (let length = 0; length < text.length; length++) {
      expect(() => parseLean(Buffer.from(text.slice(0, length)))).toThrow(SyntaxError);
    }
  });
});
