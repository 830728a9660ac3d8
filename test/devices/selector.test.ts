import { beforeEach, describe, expect, it } from 'vitest';
import { celDeviceOf } from '../../src/devices/cel/device.ts';
import { Selector } from '../../src/devices/cel/selector.ts';
import { deviceMatches } from '../../src/devices/selectors.ts';
import { compareVersions, parseVersion, type Version } from '../../src/devices/cel/semver.ts';
import type { Device } from '../../src/devices/types.ts';

const DRIVER = 'gpu.example.com';
const gpu = (name: string): Device => ({
  name,
  attributes: { model: { string: 'large' }, note: { string: `${'a'.repeat(10_000)}!` } },
  capacity: { memory: { value: '80Gi' } },
});
const device = celDeviceOf(DRIVER, gpu('gpu-0'));

function matches(expression: string, of = gpu('gpu-0')): boolean {
  return deviceMatches({ driver: DRIVER, pool: 'node', device: of }, [{ cel: { expression } }], 'claim ns/c');
}

function timeOf(action: () => void): number {
  const start = performance.now();
  action();
  return performance.now() - start;
}

describe('a device selector', () => {
  it('is of the device and its driver', () => {
    expect(matches('device.attributes[device.driver].model == "large"')).toBe(true);
    expect(matches('device.capacity[device.driver].memory.isLessThan(quantity("80G"))')).toBe(false);
    expect(matches('device.allowMultipleAllocations', { ...gpu('a'), allowMultipleAllocations: true })).toBe(
      true,
    );
  });

  it('sees lists of values', () => {
    const attributes = {
      zones: { strings: ['a', 'b'] },
      sizes: { ints: [1, 2] },
      versions: { versions: ['1.0.0'] },
    };
    const of = { name: 'gpu-0', attributes };
    const expression =
      'cel.bind(a, device.attributes[device.driver], "b" in a.zones && a.sizes.sum() == 3 && a.versions[0].major() == 1)';
    expect(matches(expression, of)).toBe(true);
  });

  it('that is not valid is named, and where', () => {
    expect(() => matches('device.color == "red"')).toThrow(
      'claim ns/c: selector #0: CEL compile error: compilation failed: ERROR: <input>:1:7: undefined field',
    );
  });

  it('that cannot be evaluated is named, and the device', () => {
    expect(() => matches('device.attributes["x.com"].y == 1')).toThrow(
      'claim ns/c: selector #0 on device gpu.example.com/node/gpu-0: CEL runtime error: no such key: y',
    );
  });

  it('of more than 10 KiB is not compiled', () => {
    expect(() => new Selector(`device.driver == "${'x'.repeat(10_240)}"`)).toThrow(
      'may not be more than 10240',
    );
  });

  it('on an attribute that is no version says so', () => {
    const broken = { name: 'gpu-0', attributes: { version: { version: '1.2' } } };
    expect(() => matches('true', broken)).toThrow(
      'attribute version: parse semantic version: No Major.Minor.Patch',
    );
  });
});

const nested = (of: string, times: number, around: string) =>
  `${`cel.bind(x, ${around}, `.repeat(times)}${of}${')'.repeat(times)}`;
const numbers = `[${Array.from({ length: 900 }, (_value, n) => n).join(',')}]`;

/** x is a text of 262,144 characters in the expression. */
function longText(expression: string): string {
  return `cel.bind(x, 'x&x&x&x&x&x&x&x&', ${nested(expression, 14, 'x + x')})`;
}

/** Two lists that are as deep, equal, and not the same. */
function twins(depth: number): string {
  const around = 'cel.bind(x, dyn([x, x]), cel.bind(y, dyn([y, y]), '.repeat(depth);
  return `cel.bind(x, dyn(['a']), cel.bind(y, dyn(['a']), ${around}x == y${')'.repeat(2 * depth + 2)}`;
}

/** Well above what each takes, for a machine that has other things to do; without a limit they take minutes or all memory. */
const LONG = 15_000;

describe('an expression that would take all time or memory', { timeout: 60_000 }, () => {
  // What was compiled once more is compiled faster.
  beforeEach(() => new Selector('device.driver.matches("a") && lists.range(3).map(x, x) == [0]'));

  it.each([
    ['a pattern that backtracks', `device.attributes["${DRIVER}"].note.matches('^(a+)+$')`],
    ['a pattern that backtracks, found', `device.attributes["${DRIVER}"].note.find('(a|a)*b') != ''`],
    [
      'a pattern of many repetitions',
      `device.attributes["${DRIVER}"].note.matches('${'(a*)*'.repeat(50)}b')`,
    ],
  ])('is matched in linear time: %s', (_name, expression) => {
    expect(timeOf(() => expect(new Selector(expression).matches(device).matches).toBe(false))).toBeLessThan(
      LONG,
    );
  });

  it.each([
    ['loops in loops', `cel.bind(n, ${numbers}, n.all(a, n.all(b, n.all(c, a + b + c >= 0))))`],
    ['a long range', 'lists.range(1000000).all(a, a >= 0)'],
    ['a text that doubles', `cel.bind(x, 'aaaaaaaaaaaaaaaa', ${nested('x.size() > 0', 60, 'x + x')})`],
    ['a list that doubles', `cel.bind(x, [1], ${nested('x.size() > 0', 60, 'x + x')})`],
    [
      'a text put into itself',
      `cel.bind(x, '${'x'.repeat(4000)}', x.replace('', x).replace('', x).size() > 0)`,
    ],
    ['a deep comparison', twins(25)],
    ['the length of a long text', longText('lists.range(100000).all(n, x.size() > 0)')],
    ['a comparison with a long text', longText("lists.range(100000).all(n, x != 'a')")],
    [
      'the query of a long URL',
      longText("cel.bind(u, url('https://a?' + x), lists.range(90000).all(n, u.getQuery().size() > 0))"),
    ],
    [
      'a visit of what is deep inside',
      `cel.bind(x, dyn([1]), ${nested('[1].map(y, x)[0].includes(2)', 40, 'dyn([x, x])')})`,
    ],
    ['errors without end', 'lists.range(100000).exists(x, 1 / 0 > 0)'],
    ['patterns in a loop', "lists.range(100000).filter(x, device.driver.matches('(g|p|u)+[a-z]*$')) == []"],
    ['a large sort', 'lists.range(3000).map(x, -x).sort() == []'],
  ])('ends as too costly: %s', (_name, expression) => {
    const selector = new Selector(expression);
    const time = timeOf(() => {
      expect(() => selector.matches(device)).toThrow('operation cancelled: actual cost limit exceeded');
    });
    expect(time).toBeLessThan(LONG);
  });

  it.each([
    [
      'parentheses',
      `${'('.repeat(5000)}1${')'.repeat(5000)} == 1`,
      'expression recursion limit exceeded: 250',
    ],
    ['lists', '['.repeat(10_000), 'expression recursion limit exceeded: 250'],
    ['fields', `device${'.a'.repeat(5000)}`, 'max recursion depth exceeded'],
    ['sums', `${'1+'.repeat(5000)}1 > 0`, 'max recursion depth exceeded'],
    [
      'types',
      `cel.bind(x, {1: 1}, ${nested('true', 60, '{x: x}')})`,
      'the types of the expression are too large',
    ],
  ])('is not compiled: %s', (_name, expression, message) => {
    const time = timeOf(() => expect(() => new Selector(expression)).toThrow(message));
    expect(time).toBeLessThan(LONG);
  });

  it('is not tried on one device after another, nor held against other expressions', () => {
    const many = Array.from({ length: 2_000 }, (_value, n) => gpu(`gpu-${n}`));
    const messages = new Set<string>();
    const time = timeOf(() => {
      for (const one of many) {
        try {
          matches('lists.range(20000).map(x, x + 1).all(x, x > 0)', one);
        } catch (error) {
          messages.add((error as Error).message.replace(/gpu-\d+/, ''));
        }
      }
    });
    expect([...messages].some((message) => message.includes('has cost too much on other devices'))).toBe(
      true,
    );
    expect(time).toBeLessThan(2 * LONG);
    expect(many.every((one) => matches('device.driver != ""', one))).toBe(true);
  });
});

describe('a semantic version', () => {
  const version = (text: string) => parseVersion(text) as Version;
  const ascending = [
    '0.9.9',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
  ];
  ascending.push('1.0.0', '1.0.1', '1.10.0', '2.0.0');

  it('precedes those after it', () => {
    const shuffled = [...ascending].reverse();
    shuffled.sort((one, two) => compareVersions(version(one), version(two)));
    expect(shuffled).toEqual(ascending);
  });

  it('is as another one with other build metadata', () => {
    expect(compareVersions(version('1.0.0+one'), version('1.0.0+two'))).toBe(0);
  });

  it.each(['1', '1.2', '01.2.3', 'v1.2.3', '1.2.3-', '1.2.3-01', ' 1.2.3'])('%j is none', (text) => {
    expect(parseVersion(text)).toBeTypeOf('string');
  });
});
