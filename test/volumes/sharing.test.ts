// Pods with claims in a class, and what one of them takes from the next.
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../src/model/types.ts';
import { node, nodesByPod, on, newHarness } from '../cycle/fixtures.ts';
import { boundPair, claim, csiNode, podWith, storageClass, volume } from './objects.ts';

const NAMES = ['a', 'b', 'c'];
const nodes = NAMES.map((name) => node(name));
const replicas = (count: number, prefix: string, ...claims: string[]): Pod[] =>
  Array.from({ length: count }, (_, n) => podWith(`${prefix}-${n}`, claims));

describe('replicas that share a claim', () => {
  it('take one pass over the nodes when the claim is bound', () => {
    const cluster = newHarness({
      nodes,
      objects: [...boundPair('data'), ...NAMES.map((name) => csiNode(name, 1))],
    });
    cluster.submit(...replicas(30, 'web', 'data'));
    const outcomes = cluster.run();
    expect(outcomes.map(({ placed }) => placed.length)).toEqual([30]);
    expect(cluster.cycle.correspondences.passes).toBe(1);
  });

  it('follow the first one to the node that its volume is made for', () => {
    const cluster = newHarness({ nodes, objects: [storageClass('made'), claim('data', 'made')] });
    cluster.submit(...replicas(6, 'web', 'data'));
    const chosen = new Set(Object.values(nodesByPod(cluster.run())));
    expect(chosen.size).toBe(1);
  });

  it('are one pod when the claim is for one pod', () => {
    const pair = boundPair('data', { accessModes: ['ReadWriteOncePod'] });
    const cluster = newHarness({ nodes, objects: pair });
    cluster.submit(...replicas(3, 'web', 'data'));
    const [outcome] = cluster.run();
    expect(outcome?.placed).toHaveLength(1);
    expect(outcome?.waiting).toHaveLength(2);
    expect(outcome?.refusal?.plugins).toEqual(['VolumeRestrictions']);
  });
});

describe('pods of several classes', () => {
  const local = storageClass('local', { provisioner: 'kubernetes.io/no-provisioner' });

  it('see at once that the last volume was taken', () => {
    const objects = [local, volume('only', 'local', 'a'), claim('one', 'local'), claim('two', 'local')];
    const cluster = newHarness({ nodes, objects, args: { order: 'strict' } });
    cluster.submit(podWith('first', ['one']), podWith('second', ['two']));
    expect(nodesByPod(cluster.run())).toEqual({ first: 'a' });
  });

  it('see at once that the last attachment was taken', () => {
    const pairs = ['one', 'two'].flatMap((name) => boundPair(name));
    const cluster = newHarness({
      nodes: [node('a')],
      objects: [...pairs, csiNode('a', 1)],
      args: { order: 'strict' },
    });
    // the first class is alive when the second one takes the place
    cluster.submit(podWith('first', ['one']), podWith('second', ['two']), podWith('third', ['one']));
    expect(nodesByPod(cluster.run())).toEqual({ first: 'a', third: 'a' });
  });

  it('get a volume back when the binding of the pod that had it fails', () => {
    const objects = [local, volume('only', 'local', 'a'), claim('one', 'local'), claim('two', 'local')];
    const cluster = newHarness({ nodes, objects });
    cluster.submit(podWith('first', ['one']));
    expect(nodesByPod(cluster.run())).toEqual({ first: 'a' });
    expect(cluster.cluster.store.get('PersistentVolume', 'default/only')).toMatchObject({
      spec: { claimRef: { name: 'one' } },
    });
    cluster.cycle.bindingFailed('ns/first', 'no answer');
    cluster.submit(podWith('second', ['two']));
    expect(nodesByPod(cluster.run())).toEqual({ second: 'a' });
  });

  it('with a claim each are told apart, and pods without volumes are not', () => {
    const { cycle } = newHarness({ nodes });
    const index = (waiting: Pod) => cycle.classify(waiting)?.class.index;
    expect(index(podWith('x', ['one']))).toBe(index(podWith('y', ['one'])));
    expect(index(podWith('x', ['one']))).not.toBe(index(podWith('y', ['two'])));
    expect(index(podWith('x', ['one']))).not.toBe(index(podWith('y', ['one'], { namespace: 'other' })));
    expect(index(podWith('x', []))).toBe(index(podWith('y', [])));
  });
});

describe('a pod that the API server has with its volumes', () => {
  it('counts for the limits of its node', () => {
    const pairs = ['one', 'two'].flatMap((name) => boundPair(name));
    const cluster = newHarness({
      nodes: [node('a')],
      pods: [on('a', podWith('there', ['one']))],
      objects: [...pairs, csiNode('a', 1)],
    });
    cluster.submit(podWith('late', ['two']));
    expect(cluster.run()[0]?.refusal).toMatchObject({
      message: '0/1 nodes are available: 1 node(s) exceed max volume count.',
      plugins: ['NodeVolumeLimits'],
    });
  });
});
