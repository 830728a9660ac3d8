import { expect, it } from 'vitest';
import type { ClusterEvent } from '../../src/model/events.ts';
import { defaultConfiguration } from '../../src/config/configuration.ts';
import { dynamicResources } from '../../src/devices/plugin.ts';
import { clusterOf } from '../../src/planner/plan.ts';
import { referenceKernel } from '../reference/kernel.ts';
import { node, pod } from '../run/fixtures.ts';
import { allocated, claim, deviceClass, devices, podWith, slice } from './objects.ts';

const own = claim('own');
const other = claim('other');
const labelled = { ...own, metadata: { ...own.metadata, labels: { seen: 'yes' } } };
const object = (before: object | undefined, after: object | undefined): ClusterEvent => ({
  kind: 'Object',
  before,
  after,
});
const moved = { ...node('a'), metadata: { name: 'a', labels: { zone: 'west' } } };
const named = { ...podWith('waiting', 'own'), status: { resourceClaimStatuses: [{ name: 'x' }] } };
const rule = { kind: 'DeviceTaintRule', metadata: { name: 'sick' } };

it.each<[string, ClusterEvent, boolean]>([
  ['its claim comes', object(undefined, own), true],
  ['its claim is allocated', object(own, allocated(own, 'a', 'b')), true],
  ['its claim gets a label', object(own, labelled), false],
  ['another claim comes', object(undefined, other), false],
  ['another claim is allocated', object(other, allocated(other, 'a', 'b')), false],
  ['another claim gives its devices back', object(allocated(other, 'a', 'b'), other), true],
  ['another claim goes with its devices', object(allocated(other, 'a', 'b'), undefined), true],
  ['another claim goes', object(other, undefined), false],
  ['a slice comes', object(undefined, slice('a', devices('b'))), true],
  ['a slice goes', object(slice('a', devices('b')), undefined), false],
  ['a class comes', object(undefined, deviceClass('gpu')), true],
  ['a taint rule goes', object(rule, undefined), true],
  ['a node comes', { kind: 'Node', after: node('a') }, true],
  ['a node gets a label', { kind: 'Node', before: node('a'), after: moved }, true],
  ['a node is told of again', { kind: 'Node', before: node('a'), after: node('a') }, false],
  ['a node goes', { kind: 'Node', before: node('a') }, false],
  ['a pod with claims leaves', { kind: 'AssignedPod', before: podWith('gone', 'other') }, true],
  ['a pod without claims leaves', { kind: 'AssignedPod', before: pod('gone') }, false],
  ['its claims are named', { kind: 'TargetPod', before: podWith('waiting', 'own'), after: named }, true],
  ['it is told of again', { kind: 'TargetPod', before: named, after: named }, false],
])('when %s, a pod that waits for devices wakes up or not', (_, event, expected) => {
  const scenario = { nodes: [node('a')], pods: [], objects: [own, other], pending: [] };
  const cluster = clusterOf(scenario, referenceKernel(), 1);
  const [profile] = defaultConfiguration().profiles;
  const context = { cluster, profile: profile! };
  expect(dynamicResources.helps(event, podWith('waiting', 'own'), context)).toBe(expected);
});
