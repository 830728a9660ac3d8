// Which events wake a pod that a volume constraint refused: as kube-scheduler's queueing hints, or one more.
import { describe, expect, it } from 'vitest';
import type { ApiObject, CSIDriver, CSIStorageCapacity, Node, Pod } from '../../src/model/types.ts';
import type { ClusterEvent } from '../../src/model/events.ts';
import { inTree } from '../../src/plugins/in-tree.ts';
import { node, on, newHarness } from '../cycle/fixtures.ts';
import { claim, csiNode, podWith, storageClass, volume } from './objects.ts';

const waiting = podWith('waiting', ['data']);
const { context } = newHarness();

const object = (after?: ApiObject, before?: ApiObject): ClusterEvent => ({ kind: 'Object', before, after });
const left = (pod: Pod): ClusterEvent => ({ kind: 'AssignedPod', before: on('a', pod) });
const came = (pod: Pod): ClusterEvent => ({ kind: 'AssignedPod', after: on('a', pod) });
const onNode = (after?: Node, before?: Node): ClusterEvent => ({ kind: 'Node', before, after });

const pool = (fields: Partial<CSIStorageCapacity>): CSIStorageCapacity => ({
  kind: 'CSIStorageCapacity',
  metadata: { name: 'pool', namespace: 'ns' },
  storageClassName: 'made',
  ...fields,
});
const driver = (storageCapacity: boolean): CSIDriver => ({
  kind: 'CSIDriver',
  metadata: { name: 'csi.example.com' },
  spec: { storageCapacity },
});
const attachment = (attacher: string): ApiObject =>
  ({ kind: 'VolumeAttachment', spec: { attacher, nodeName: 'a', source: {} } }) as ApiObject;
const migrated = (plugins: string): ApiObject => {
  const made = csiNode('a', 1);
  const annotations = { 'storage.alpha.kubernetes.io/migrated-plugins': plugins };
  return { ...made, metadata: { ...made.metadata, annotations } };
};
const zoned = (zone: string) => {
  const made = volume('pv', 'made');
  return { ...made, metadata: { ...made.metadata, labels: { 'topology.kubernetes.io/zone': zone } } };
};
const topologies = [{ matchLabelExpressions: [{ key: 'zone', values: ['z'] }] }];

const EVENTS: Record<string, ClusterEvent> = {
  'its claim': object(claim('data', 'made')),
  'its claim changed': object(claim('data', 'made'), claim('data', 'made')),
  'another claim': object(claim('other', 'made')),
  'a claim of its name elsewhere': object(claim('data', 'made', {}, 'elsewhere')),
  'a volume': object(volume('pv', 'made')),
  'a volume changed': object(zoned('a'), zoned('a')),
  'the zone of a volume changed': object(zoned('b'), zoned('a')),
  'a class': object(storageClass('made')),
  'a class that binds at once': object(storageClass('made', { volumeBindingMode: 'Immediate' })),
  'a class changed': object(storageClass('made'), storageClass('made')),
  'the topologies of a class changed': object(
    storageClass('made', { allowedTopologies: topologies }),
    storageClass('made'),
  ),
  'a CSINode': object(csiNode('a', 1)),
  'a CSINode with more room': object(csiNode('a', 2), csiNode('a', 1)),
  'a CSINode with less room': object(csiNode('a', 1), csiNode('a', 2)),
  'a plugin handed over to CSI': object(migrated('kubernetes.io/aws-ebs'), migrated('')),
  'a pool': object(pool({ capacity: '1Gi' })),
  'a pool that grows': object(pool({ capacity: '2Gi' }), pool({ capacity: '1Gi' })),
  'a pool that shrinks': object(pool({ capacity: '1Gi' }), pool({ capacity: '2Gi' })),
  'a driver that stops to count its pools': object(driver(false), driver(true)),
  'a driver that begins to count them': object(driver(true), driver(false)),
  'an attachment gone': object(undefined, attachment('csi.example.com')),
  'an attachment': object(attachment('csi.example.com')),
  'a pod of its claim gone': left(podWith('user', ['data'])),
  'a pod of another claim gone': left(podWith('user', ['other'])),
  'a pod without volumes gone': left(podWith('user', [])),
  'a pod of its claim': came(podWith('user', ['data'])),
  'a node': onNode(node('b')),
  'a node changed': onNode(node('a', { unschedulable: true }), node('a')),
  'the labels of a node changed': onNode(node('a', { labels: { zone: 'z' } }), node('a')),
  'a node gone': onNode(undefined, node('a')),
};

const WAKING: Record<string, string[]> = {
  VolumeBinding: [
    ...['its claim', 'its claim changed', 'a volume', 'a volume changed', 'the zone of a volume changed'],
    ...['a class', 'a class that binds at once', 'the topologies of a class changed'],
    ...['a CSINode', 'a plugin handed over to CSI', 'a pool', 'a pool that grows'],
    ...['a driver that stops to count its pools', 'a node', 'the labels of a node changed'],
  ],
  VolumeZone: [
    ...['its claim', 'its claim changed', 'a volume', 'the zone of a volume changed', 'a class'],
    ...['a node', 'the labels of a node changed'],
  ],
  VolumeRestrictions: ['its claim', 'a pod of its claim gone', 'a node'],
  NodeVolumeLimits: [
    ...['its claim', 'a CSINode', 'a CSINode with more room', 'an attachment gone'],
    ...['a pod of its claim gone', 'a pod of another claim gone'],
  ],
};

describe.each(Object.keys(WAKING))('%s is helped by', (plugin) => {
  it.each(Object.entries(EVENTS))('%s, or is not', (name, event) => {
    expect(inTree.helps(event, waiting, [plugin], context)).toBe(WAKING[plugin]!.includes(name));
  });
});
