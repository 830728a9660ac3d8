import { describe, expect, it } from 'vitest';
import {
  celDeviceOf,
  Selector,
  selectorFor,
  summaryOf,
} from '../../src/constraints/dynamic-resources/selector.ts';
import { compareVersions, parseVersion } from '../../src/constraints/dynamic-resources/semver.ts';
import type { Device } from '../../src/constraints/dynamic-resources/types.ts';

const gpu: Device = {
  name: 'gpu-0',
  attributes: {
    model: { string: 'large' },
    index: { int: 3 },
    healthy: { bool: true },
    version: { version: '1.2.3-rc.1' },
    'topology.example.com/numa': { int: 1 },
  },
  capacity: { memory: { value: '80Gi' } },
};
const device = celDeviceOf('gpu.example.com', gpu);

describe('a device selector', () => {
  it.each([
    ['device.driver == "gpu.example.com"', true],
    ['device.attributes["gpu.example.com"].model == "small"', false],
    ['device.attributes["gpu.example.com"].index > 2', true],
    ['device.attributes["gpu.example.com"].healthy', true],
    ['device.attributes["topology.example.com"].numa == 1', true],
    ['device.attributes[device.driver].model in ["medium", "large"]', true],
    ['device.capacity["gpu.example.com"].memory.compareTo(quantity("80Gi")) == 0', true],
    ['device.capacity["gpu.example.com"].memory == quantity("81920Mi")', true],
    ['device.capacity["gpu.example.com"].memory.isLessThan(quantity("80G"))', false],
    ['device.capacity["gpu.example.com"].memory.sub(quantity("80Gi")).add(2).asInteger() == 2', true],
    ['device.attributes["gpu.example.com"].version.isLessThan(semver("1.2.3"))', true],
    ['device.attributes["gpu.example.com"].version.minor() == 2', true],
    ['semver("v1.2", true) == semver("1.2.0")', true],
    ['isSemver("v1.2") || isQuantity("1,5")', false],
    ['cel.bind(a, device.attributes["gpu.example.com"], a.healthy && a.index == 3)', true],
    ['device.allowMultipleAllocations', false],
  ])('%s is %s', (expression, expected) => {
    expect(new Selector(expression).matches(device)).toBe(expected);
  });

  it.each([
    ['has(device.attributes["gpu.example.com"].model)', true],
    ['has(device.attributes["gpu.example.com"].serial)', false],
    ['has(device.attributes["other.example.com"].model)', false],
    [
      '!has(device.capacity["gpu.example.com"].cores) && has(device.capacity["gpu.example.com"].memory)',
      true,
    ],
    [
      '["model", "serial"].exists(name, has(device.attributes["gpu.example.com"].model) && name == "model")',
      true,
    ],
    ['"other.example.com" in device.attributes', false],
    ['"gpu.example.com" in device.attributes', true],
    ['"memory" in device.capacity["gpu.example.com"]', true],
    ['device.attributes["other.example.com"].?model.orValue("none") == "none"', true],
  ])('tells what the device has: %s is %s', (expression, expected) => {
    expect(new Selector(expression).matches(device)).toBe(expected);
  });

  it.each([
    ['device.attributes["gpu.example.com"].serial == "1"', 'serial'],
    ['device.attributes["gpu.example.com"].index.isLessThan(quantity("1"))', 'no matching overload'],
    ['device.attributes["gpu.example.com"].model', 'not a bool'],
    ['quantity("much") == quantity("1")', 'not a quantity'],
    ['semver("1.2") == semver("1.2.0")', 'not a semantic version'],
  ])('cannot be evaluated on the device: %s', (expression, message) => {
    expect(() => new Selector(expression).matches(device)).toThrow(message);
  });

  it.each([
    ['device.attributes[', 'EOF'],
    ['device.color == "red"', 'color'],
    ['gpu.model == "large"', 'Unknown variable: gpu'],
    ['size(device.driver)', 'must evaluate to bool or the unknown type, not int'],
    ['device.driver == 3', 'overload'],
    ['magic(device.driver)', "found no matching overload for 'magic(string)'"],
  ])('is not valid: %s', (expression, message) => {
    const selector = selectorFor(expression);
    expect(selector).toBeInstanceOf(Error);
    expect(summaryOf(selector)).toContain(message);
  });

  it('is compiled once', () => {
    expect(selectorFor('device.driver == "a"')).toBe(selectorFor('device.driver == "a"'));
  });
});

describe('a device', () => {
  it('with an attribute that is no version is named by it', () => {
    const broken = { name: 'gpu-0', attributes: { version: { version: '1.2' } } };
    expect(() => celDeviceOf('gpu.example.com', broken)).toThrow(/^attribute version: .*1\.2/);
  });
});

describe('a semantic version', () => {
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
    shuffled.sort((one, two) => compareVersions(parseVersion(one)!, parseVersion(two)!));
    expect(shuffled).toEqual(ascending);
  });

  it('is as another one with other build metadata', () => {
    expect(compareVersions(parseVersion('1.0.0+one')!, parseVersion('1.0.0+two')!)).toBe(0);
  });

  it.each(['1', '1.2', '01.2.3', 'v1.2.3', '1.2.3-', '1.2.3-01', ' 1.2.3'])('%j is none', (text) => {
    expect(parseVersion(text)).toBeUndefined();
  });
});
