// Preemption frees volumes too: what the host has worked out of a node is worked out again without the victims.
import { expect, it } from 'vitest';
import type { ApiObject, Pod, Volume } from '../../src/model/types.ts';
import { node, on, pod, newHarness } from '../cycle/fixtures.ts';

const withVolume = (name: string, priority: number, volume: Partial<Volume>): Pod =>
  pod(name, { spec: { priority, volumes: [{ name: 'data', ...volume }] } });

const disk = (pdName: string) => ({ gcePersistentDisk: { pdName } });
const claim = (claimName: string) => ({ persistentVolumeClaim: { claimName } });

/** A claim that one pod alone may use, and its volume. */
const EXCLUSIVE: ApiObject[] = [
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'only', namespace: 'ns', annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
    spec: {
      volumeName: 'volume',
      accessModes: ['ReadWriteOncePod'],
      resources: { requests: { storage: '1Gi' } },
    },
    status: { phase: 'Bound' },
  } as ApiObject,
  {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'volume' },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOncePod'],
      claimRef: { name: 'only', namespace: 'ns' },
      csi: { driver: 'csi.example', volumeHandle: 'handle' },
    },
  } as ApiObject,
];

/** Node a attaches one disk of this driver. */
const LIMITS: ApiObject[] = ['a', 'b'].map(
  (name) =>
    ({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSINode',
      metadata: {
        name,
        annotations: { 'storage.alpha.kubernetes.io/migrated-plugins': 'kubernetes.io/gce-pd' },
      },
      spec: {
        drivers: [
          { name: 'pd.csi.storage.gke.io', nodeID: name, allocatable: { count: name === 'a' ? 1 : 0 } },
        ],
      },
    }) as ApiObject,
);

it.each([
  {
    what: 'a disk that one machine writes to',
    objects: [] as ApiObject[],
    low: disk('x'),
    high: disk('x'),
    reason: 'node(s) had no available disk',
  },
  {
    what: 'a claim for one pod only',
    objects: EXCLUSIVE,
    low: claim('only'),
    high: claim('only'),
    reason:
      'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
  },
  {
    what: 'the last disk that a node attaches',
    objects: LIMITS,
    low: disk('x'),
    high: disk('y'),
    reason: 'node(s) exceed max volume count',
  },
])('$what is freed by the pod that has it, and by no other', ({ objects, low, high, reason }) => {
  const told: string[][] = [];
  const { submit, run, cluster } = newHarness({
    // on the other node everybody is as important
    nodes: [node('a'), node('b', { unschedulable: true })],
    pods: [on('a', withVolume('user', 1, low)), on('a', pod('bystander', { spec: { priority: 1 } }))],
    objects,
    preemptor: {
      preempt({ outcomes }) {
        told.push(outcomes[0]!.victims.map(({ key }) => key));
        for (const { key } of outcomes[0]!.victims) cluster.removePod(key);
        return true;
      },
    },
  });
  submit(withVolume('high', 9, high));
  const [outcome] = run();
  expect(outcome!.preempting[0]?.refusal.message).toContain(`1 ${reason}`);
  expect(told).toEqual([['ns/user']]);
  expect(outcome!.placed.map(({ node: name }) => name)).toEqual(['a']);
});
