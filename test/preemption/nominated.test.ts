// What is said of a node that pods are nominated to.
import { expect, test } from 'vitest';
import { node, on, pod, newHarness } from '../cycle/fixtures.ts';

test('a pod is told what it lacks among all nominated pods, after one of these was told without itself', () => {
  const harness = newHarness({
    nodes: [node('a', { cpu: '8', pods: '3' })],
    pods: [on('a', pod('bound', { cpu: '4' }))],
  });
  const nominated = ['one', 'two'].map((name) => pod(name, { cpu: '5', status: { nominatedNodeName: 'a' } }));
  harness.submit(...nominated, pod('other', { cpu: '5' }));
  const told = harness.run().map(({ waiting, refusal }) => [waiting[0]!.key, refusal!.message]);
  expect(told).toEqual([
    ['ns/one', '0/1 nodes are available: 1 Insufficient cpu.'],
    ['ns/two', '0/1 nodes are available: 1 Insufficient cpu.'],
    ['ns/other', '0/1 nodes are available: 1 Insufficient cpu, 1 Too many pods.'],
  ]);
});

test.each([
  ['none that is there repels it', undefined, 'a'],
  ['one that is there does', 'kubernetes.io/hostname', undefined],
  ['one that is there would, but has no domain', 'rack', 'a'],
])('a nominated pod repels another or not when %s', (_, topologyKey, expected) => {
  const repelling = (name: string, key: string) => {
    const term = { labelSelector: { matchLabels: { app: 'web' } }, topologyKey: key };
    const podAntiAffinity = { requiredDuringSchedulingIgnoredDuringExecution: [term] };
    return pod(name, { spec: { affinity: { podAntiAffinity } } });
  };
  const harness = newHarness({
    nodes: [node('a'), node('b', { pods: '1' }), node('c', { pods: '0', labels: { rack: 'one' } })],
    pods: topologyKey === undefined ? [] : [on('b', repelling('there', topologyKey))],
  });
  const nominated = repelling('nominated', 'kubernetes.io/hostname');
  harness.cluster.setPending({ ...nominated, status: { nominatedNodeName: 'a' } });
  harness.submit(pod('web', { cpu: '1', labels: { app: 'web' } }));
  const [outcome] = harness.run();
  expect(outcome!.placed[0]?.node).toBe(expected);
});
