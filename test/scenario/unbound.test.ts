import { expect, it } from 'vitest';
import { readScenario } from '../../src/scenario/read.ts';

const pod = (name: string, claimName: string) => ({
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'main' }], volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] },
});
const claim = (name: string, storageClassName: string | undefined, volumeName?: string) => ({
  kind: 'PersistentVolumeClaim',
  metadata: {
    name,
    ...(volumeName && { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } }),
  },
  spec: { storageClassName, volumeName },
});
const storageClass = (name: string, volumeBindingMode?: string) => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name },
  volumeBindingMode,
});

const noticesOf = (...items: object[]) =>
  readScenario([{ name: 'file', text: JSON.stringify({ kind: 'List', items }) }]).intake.notices;

it('a claim that is bound at once and has no volume is told with its pod, and how many more there are', () => {
  const notices = noticesOf(
    storageClass('fast'),
    pod('one', 'data'),
    claim('data', 'fast'),
    pod('two', 'plain'),
    claim('plain', ''),
  );
  expect(notices).toEqual([
    'pod default/one: its claim default/data has no volume yet, and its storage class fast binds at once: the plan supposes that it gets none, and the pod waits for it (and so for 1 more)',
  ]);
  expect(noticesOf(pod('two', 'plain'), claim('plain', ''))).toEqual([
    expect.stringContaining(
      'pod default/two: its claim default/plain has no volume yet, and it is of no storage class',
    ),
  ]);
});

it('a claim that has a volume, or gets it when its pod has a node, needs no telling', () => {
  const notices = noticesOf(
    storageClass('late', 'WaitForFirstConsumer'),
    pod('one', 'data'),
    claim('data', 'late'),
    pod('two', 'bound'),
    claim('bound', 'fast', 'volume'),
  );
  expect(notices).toEqual([]);
});
