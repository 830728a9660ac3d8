// What a planner exports, and what it refuses to import.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlannerError } from '../../src/planner/planner-error.ts';
import { Planner } from '../../src/planner/planner.ts';
import { decodeValue, encodeValue } from '../../src/planner/values.ts';

const planner = Planner.empty();
for (let n = 0; n < 20; n++)
  planner.set({
    kind: 'Node',
    metadata: { name: `node-${n}`, labels: { 'kubernetes.io/hostname': `node-${n}`, zone: `z${n % 3}` } },
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' } },
  });
const spec = { containers: [{ name: 'main', resources: { requests: { cpu: '100m' } } }] };
planner.decide(Array.from({ length: 100 }, (_, n) => ({ metadata: { name: `web-${n}` }, spec })));
const bytes = planner.export();

describe('values', () => {
  it('come back as they were, but for fields that are undefined', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const wrapped = { value: JSON.parse(JSON.stringify(value)) as unknown };
        expect(decodeValue(encodeValue(wrapped))).toEqual(wrapped);
      }),
      { numRuns: 500 },
    );
    expect(decodeValue(encodeValue({ a: undefined, b: [1.5, -3, 2 ** 40, '\u00e9\u{1f600}'] }))).toEqual({
      b: [1.5, -3, 2 ** 40, '\u00e9\u{1f600}'],
    });
    const proto = JSON.parse('{"__proto__": {"polluted": true}}') as object;
    expect(Object.keys(decodeValue(encodeValue(proto)) as object)).toEqual(['__proto__']);
  });
});

describe('an exported state', () => {
  it('is small, and shares in memory what pods have in common', () => {
    const json = JSON.stringify([planner.nodes(), planner.pods()]).length;
    expect(bytes.length).toBeLessThan(json / 5);
    const pods = Planner.import(bytes).pods();
    const tolerations = new Set(pods.map((pod) => pod.spec?.tolerations));
    expect(tolerations.size).toBe(1);
  });

  it('is refused wherever it is cut off', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        expect(() => Planner.import(bytes.slice(0, length))).toThrow(PlannerError);
      }),
      { numRuns: 200 },
    );
    expect(() => Planner.import(bytes.slice(0, -1))).toThrow(
      `state: has ${bytes.length - 22} bytes where ${bytes.length - 21} are due`,
    );
  });

  it('is refused with any bit changed', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const damaged = bytes.slice();
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        expect(() => Planner.import(damaged)).toThrow(PlannerError);
      }),
      { numRuns: 500 },
    );
    const damaged = bytes.slice();
    damaged[bytes.length >> 1]! ^= 1;
    expect(() => Planner.import(damaged)).toThrow('state: is damaged: its checksum is another');
  });

  it('is refused when it is of another version, or something else', () => {
    const other = bytes.slice();
    other[11] = 9;
    expect(() => Planner.import(other)).toThrow(
      'state: is of version 9, and this coset reads version 1: export it again',
    );
    expect(() => Planner.import(new TextEncoder().encode('{"kind":"List"}'))).toThrow(
      'state: is not what a planner has exported',
    );
    expect(() => Planner.import('text' as never)).toThrow('state: must be the bytes of an export');
  });
});
