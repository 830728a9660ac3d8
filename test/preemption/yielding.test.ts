// What a class keeps of the nodes that others are nominated to, and of its pods that ask for different things.
import { expect, test } from 'vitest';
import type { ApiObject } from '../../src/model/types.ts';
import { node, nodesByPod, pod, newHarness, type PodShape } from '../cycle/fixtures.ts';

const nominated = (shape: PodShape) => pod('nominated', { ...shape, status: { nominatedNodeName: 'a' } });

test('a node opens again for a class that has yielded when nobody is nominated to it any more', () => {
  const harness = newHarness({ nodes: [node('a', { cpu: '4' }), node('b', { cpu: '2' })] });
  harness.cluster.setPending(nominated({ cpu: '4' }));
  harness.submit(pod('first', { cpu: '2' }));
  expect(nodesByPod(harness.run())).toEqual({ first: 'b' });
  // the class lives on, as the binding is not acknowledged
  harness.cluster.withdrawNomination('ns/nominated');
  harness.submit(pod('second', { cpu: '2' }));
  expect(nodesByPod(harness.run())).toEqual({ second: 'a' });
});

test('a node that a later filter rejects anyway is rejected for what it lacks among nominated pods', () => {
  const elsewhere = { key: 'kubernetes.io/hostname', operator: 'In', values: ['elsewhere'] };
  const objects = [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'c', namespace: 'ns', annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
      spec: { volumeName: 'v', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      status: { phase: 'Bound' },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'v' },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        claimRef: { name: 'c', namespace: 'ns' },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [elsewhere] }] } },
        csi: { driver: 'csi.example', volumeHandle: 'handle' },
      },
    },
  ] as unknown as ApiObject[];
  const messageOf = (...pending: ReturnType<typeof nominated>[]) => {
    const harness = newHarness({ nodes: [node('a', { cpu: '4' })], objects });
    for (const each of pending) harness.cluster.setPending(each);
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'c' } }];
    harness.submit(pod('claims', { cpu: '2', spec: { volumes } }));
    return harness.run()[0]!.refusal!.message;
  };
  expect(messageOf()).toBe(
    "0/1 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity.",
  );
  expect(messageOf(nominated({ cpu: '4' }))).toBe('0/1 nodes are available: 1 Insufficient cpu.');
});

const VARYING = { features: ['general', 'rule'] as ('general' | 'rule')[] };

test('each pod that asks for something else is told what it lacks itself beside nominated pods', () => {
  const harness = newHarness({ nodes: [node('a', { cpu: '4', memory: '4Gi' })], args: VARYING });
  harness.cluster.setPending(nominated({ cpu: '3', memory: '3Gi' }));
  harness.submit(pod('one', { cpu: '2', memory: '1Gi' }), pod('two', { cpu: '1', memory: '2Gi' }));
  harness.run();
  const reasons = Object.fromEntries(harness.queue.snapshot(9).map(({ key, reason }) => [key, reason]));
  expect(reasons).toEqual({
    'ns/one': '0/1 nodes are available: 1 Insufficient cpu.',
    'ns/two': '0/1 nodes are available: 1 Insufficient memory.',
  });
});
