// Which tolerations tolerate which taints.
import { describe, expect, test } from 'vitest';
import type { Taint, Toleration } from '../../src/model/types.ts';
import { repels, tolerates } from '../../src/plugins/common/taints.ts';

const taint: Taint = { key: 'dedicated', value: 'db', effect: 'NoSchedule' };

describe('tolerates', () => {
  test.each<[string, Toleration, boolean]>([
    [
      'the same key, value and effect',
      { key: 'dedicated', operator: 'Equal', value: 'db', effect: 'NoSchedule' },
      true,
    ],
    ['Equal is the default', { key: 'dedicated', value: 'db' }, true],
    ['an empty operator is the default', { key: 'dedicated', operator: '', value: 'db' }, true],
    ['another value', { key: 'dedicated', value: 'web' }, false],
    ['no value', { key: 'dedicated' }, false],
    ['another key', { key: 'other', value: 'db' }, false],
    ['another effect', { key: 'dedicated', value: 'db', effect: 'NoExecute' }, false],
    ['the key exists', { key: 'dedicated', operator: 'Exists' }, true],
    ['any key exists', { operator: 'Exists' }, true],
    ['any key exists, of another effect', { operator: 'Exists', effect: 'NoExecute' }, false],
    ['any key of the same value', { operator: 'Equal', value: 'db' }, true],
    ['Gt, whose feature gate is off', { key: 'dedicated', operator: 'Gt', value: '1' }, false],
    ['Lt, whose feature gate is off', { key: 'dedicated', operator: 'Lt', value: '9' }, false],
    ['an operator that is not known', { key: 'dedicated', operator: 'Like', value: 'db' }, false],
  ])('%s', (_, toleration, expected) => {
    expect(tolerates([toleration], taint)).toBe(expected);
  });

  test('an empty value and none are the same', () => {
    expect(tolerates([{ key: 'x' }], { key: 'x', value: '', effect: 'NoSchedule' })).toBe(true);
    expect(tolerates([{ key: 'x', value: '' }], { key: 'x', effect: 'NoSchedule' })).toBe(true);
  });
});

describe('repels', () => {
  const tolerating: Toleration[] = [{ key: 'dedicated', operator: 'Exists' }];
  test.each<[string, Taint[], Toleration[], boolean]>([
    ['no taints', [], [], false],
    ['NoSchedule', [taint], [], true],
    ['NoExecute', [{ ...taint, effect: 'NoExecute' }], [], true],
    ['PreferNoSchedule only costs score', [{ ...taint, effect: 'PreferNoSchedule' }], [], false],
    ['a tolerated taint', [taint], tolerating, false],
    ['one of two is not tolerated', [taint, { key: 'x', effect: 'NoSchedule' }], tolerating, true],
    ['no tolerations but for another', [taint], [{ key: 'x', operator: 'Exists' }], true],
  ])('%s', (_, taints, tolerations, expected) => {
    expect(repels(taints, tolerations)).toBe(expected);
  });
});
