// What is said of a node that pods are nominated to.
import { expect, test } from 'vitest';
import { node, on, pod, rig } from '../cycle/fixtures.ts';

test('a pod is told what it lacks among all nominated pods, after one of these was told without itself', () => {
  const it = rig({
    nodes: [node('a', { cpu: '8', pods: '3' })],
    pods: [on('a', pod('bound', { cpu: '4' }))],
  });
  const nominated = ['one', 'two'].map((name) => pod(name, { cpu: '5', status: { nominatedNodeName: 'a' } }));
  it.submit(...nominated, pod('other', { cpu: '5' }));
  const told = it.run().map(({ waiting, refusal }) => [waiting[0]!.key, refusal!.message]);
  expect(told).toEqual([
    ['ns/one', '0/1 nodes are available: 1 Insufficient cpu.'],
    ['ns/two', '0/1 nodes are available: 1 Insufficient cpu.'],
    ['ns/other', '0/1 nodes are available: 1 Insufficient cpu, 1 Too many pods.'],
  ]);
});
