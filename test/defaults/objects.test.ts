import { describe, expect, it } from 'vitest';
import type { ApiObject, PersistentVolumeClaim } from '../../src/model/types.ts';
import { admit, factsOf, generatedName, GENERATED_NAMES, setDefaults } from '../../src/defaults/index.ts';

function defaulted<T extends ApiObject>(object: T): T {
  setDefaults(object);
  return object;
}

describe('the defaults of', () => {
  it.each<[ApiObject & Record<string, unknown>, object]>([
    [
      { kind: 'Namespace', metadata: { name: 'a' } },
      { metadata: { labels: { 'kubernetes.io/metadata.name': 'a' } } },
    ],
    [{ kind: 'Node', status: { capacity: { cpu: '4' } } }, { status: { allocatable: { cpu: '4' } } }],
    [{ kind: 'Deployment', spec: {} }, { spec: { replicas: 1 } }],
    [{ kind: 'StorageClass' }, { volumeBindingMode: 'Immediate' }],
    [
      { kind: 'ReplicationController', spec: { template: { metadata: { labels: { a: 'b' } } } } },
      { spec: { replicas: 1, selector: { a: 'b' } }, metadata: { labels: { a: 'b' } } },
    ],
    [{ kind: 'Job', spec: { template: {} } }, { spec: { completions: 1, parallelism: 1, suspend: false } }],
    [{ kind: 'Unknown', spec: {} }, { spec: {} }],
  ])('%j', (object, expected) => {
    expect(defaulted(object)).toMatchObject(expected);
    expect(defaulted(structuredClone(object))).toEqual(object);
  });

  it('a Job that counts no completions', () => {
    expect(defaulted({ kind: 'Job', spec: { parallelism: 3, template: {} } }).spec).not.toHaveProperty(
      'completions',
    );
  });
});

describe('a claim without a class', () => {
  const storageClass = (name: string, creationTimestamp: string) => ({
    kind: 'StorageClass',
    metadata: {
      name,
      creationTimestamp,
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    },
  });
  const classes = [storageClass('old', '2026-01-01T00:00:00Z'), storageClass('new', '2026-02-01T00:00:00Z')];
  const claim = (spec: object): PersistentVolumeClaim => ({
    kind: 'PersistentVolumeClaim',
    metadata: {},
    spec,
  });

  it('is of the newest default one', () => {
    const without = claim({});
    admit(without, factsOf(classes));
    expect(without.spec!.storageClassName).toBe('new');
    const empty = claim({ storageClassName: '' });
    admit(empty, factsOf(classes));
    expect(empty.spec!.storageClassName).toBe('');
  });
});

describe('generated names', () => {
  it('keep their order and their length', () => {
    const names = [0, 1, 26, 27, GENERATED_NAMES - 1].map((n) => generatedName('ladle-', n));
    expect(names).toEqual([...new Set(names)].sort());
    expect(names[0]).toBe('ladle-22222');
    expect(generatedName('x'.repeat(70), 3)).toHaveLength(63);
  });
});
