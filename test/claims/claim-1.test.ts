// Claim 1: partition, determine, cache, assign, bind, delete; in this order, for one set after another, also when something
// fails.
import { describe, expect, test } from 'vitest';
import type { Correspondence } from '../../src/classes/correspondence.ts';
import { keysOf, node, pod, pods, rig, type Rig } from '../cycle/fixtures.ts';

const NODES = [node('a'), node('b', { labels: { disk: 'ssd' } }), node('c', { labels: { disk: 'ssd' } })];

function live({ cycle }: Rig): { index: string; open: number }[] {
  return [...cycle.correspondences.list()].map(({ correspondence, open }) => ({
    index: correspondence.class.index,
    open,
  }));
}

function usedCpu({ cluster }: Rig, name: string): number {
  return cluster.nodes.columns.getF64(cluster.nodes.resource('cpu').used, cluster.nodes.rowOf(name)!);
}

describe('claim 1', () => {
  test('claim 1: every pod obtained from the queue is in exactly one set', () => {
    const it = rig({ nodes: NODES });
    const small = pods(3, 'small', { cpu: '100m' });
    const large = pods(2, 'large', { cpu: '1' });
    const selective = pods(2, 'selective', { cpu: '100m', spec: { nodeSelector: { disk: 'ssd' } } });
    it.submit(small[0]!, large[0]!, selective[0]!, small[1]!, selective[1]!, large[1]!, small[2]!);

    const sets = it.run().map(({ turn }) => keysOf(turn.pods));

    expect(sets).toEqual([
      ['ns/small-0', 'ns/small-1', 'ns/small-2'],
      ['ns/large-0', 'ns/large-1'],
      ['ns/selective-0', 'ns/selective-1'],
    ]);
  });

  test('claim 1: sets are the target one at a time, and all pods of one are bound before the next is taken', () => {
    const it = rig({ nodes: NODES });
    it.submit(...pods(3, 'small', { cpu: '100m' }), ...pods(2, 'large', { cpu: '1' }));
    const cycle = it.cycle.run();

    const first = cycle.next().value!;
    expect(keysOf(it.binder.placements.map((placement) => placement.pod))).toEqual(keysOf(first.turn.pods));
    expect(live(it)).toEqual([{ index: first.turn.class.index, open: 3 }]);

    const second = cycle.next().value!;
    expect(it.binder.placements.slice(3).map((placement) => placement.pod)).toEqual(second.turn.pods);
    expect(cycle.next().done).toBe(true);
  });

  test('claim 1: the nodes are filtered and scored once for a set, however many pods it has', () => {
    const it = rig({ nodes: NODES });
    it.submit(...pods(40, 'small', { cpu: '100m' }), ...pods(30, 'large', { cpu: '300m' }));
    it.run();
    expect(it.binder.placements).toHaveLength(70);
    expect(it.cycle.correspondences.passes).toBe(2);
  });

  test('claim 1: every node that is bound is in the set that was determined', () => {
    const it = rig({ nodes: NODES });
    const schedulable = new Set<string>();
    it.submit(...pods(20, 'selective', { cpu: '100m', spec: { nodeSelector: { disk: 'ssd' } } }));
    it.binder.onBind = () => {
      for (const { correspondence } of it.cycle.correspondences.list())
        for (const { node: name } of correspondence.best(Infinity)) schedulable.add(name);
    };
    it.run();
    expect(schedulable).toEqual(new Set(['b', 'c']));
    expect(new Set(it.binder.placements.map((placement) => placement.node))).toEqual(schedulable);
  });

  test('claim 1: the correspondence is cached while nodes are chosen and until the last binding is acknowledged', () => {
    const it = rig({ nodes: NODES });
    const seen: Correspondence[] = [];
    it.binder.onBind = () => {
      for (const { correspondence } of it.cycle.correspondences.list()) seen.push(correspondence);
    };
    it.submit(...pods(3, 'small', { cpu: '100m' }));
    it.run();

    expect(seen).toHaveLength(3);
    expect(new Set(seen).size).toBe(1);
    it.cycle.bound('ns/small-0');
    it.cycle.bound('ns/small-2');
    expect(live(it)).toMatchObject([{ open: 1 }]);
    it.cycle.bound('ns/small-1');
    expect(live(it)).toEqual([]);
    expect(it.cycle.bindingCount).toBe(0);
  });

  test('claim 1: a deleted correspondence gives its memory back', () => {
    const it = rig({ nodes: NODES });
    const round = (name: string) => {
      it.submit(...pods(5, name, { cpu: '10m' }));
      it.run();
      it.acknowledgeAll();
      return it.kernel.arena.usedBytes;
    };
    const afterOne = round('one');
    expect(round('two')).toBe(afterOne);
    expect(round('three')).toBe(afterOne);
  });

  test('claim 1: pods that find no node have their outcome too: the correspondence is deleted', () => {
    const it = rig({ nodes: NODES });
    it.submit(...pods(3, 'huge', { cpu: '100' }));
    const [outcome] = it.run();
    expect(outcome!.placed).toEqual([]);
    expect(keysOf(outcome!.waiting)).toEqual(['ns/huge-0', 'ns/huge-1', 'ns/huge-2']);
    expect(live(it)).toEqual([]);
    expect(it.queue.counts()).toMatchObject({ unschedulable: 3 });
  });

  test('claim 1: a set of which some pods find a node lives on for these alone', () => {
    const it = rig({ nodes: [node('a', { pods: '2' })] });
    it.submit(...pods(3, 'small', { cpu: '100m' }));
    const [outcome] = it.run();
    expect(keysOf(outcome!.waiting)).toEqual(['ns/small-2']);
    expect(live(it)).toMatchObject([{ open: 2 }]);
    it.acknowledgeAll();
    expect(live(it)).toEqual([]);
  });

  test('claim 1: after a failed binding the resources are free, the pod is queued and the correspondence deleted', () => {
    const it = rig({ nodes: NODES });
    it.submit(pod('small', { cpu: '1500m' }));
    it.run();
    const name = it.binder.placements[0]!.node;
    expect(usedCpu(it, name)).toBe(1500);

    it.cycle.bindingFailed('ns/small', 'the API server said 409');
    expect(usedCpu(it, name)).toBe(0);
    expect(live(it)).toEqual([]);
    expect(it.queue.snapshot(1)).toMatchObject([
      { key: 'ns/small', queue: 'backoff', reason: 'the API server said 409' },
    ]);

    it.clock.ms = 10_000;
    it.run();
    it.cycle.bound('ns/small');
    expect(it.binder.log).toEqual([`ns/small ${name}`, `ns/small ${name}`]);
    expect(it.queue.snapshot(1)).toEqual([]);
  });

  test('claim 1: an outcome that is told twice counts once', () => {
    const it = rig({ nodes: NODES });
    it.submit(...pods(2, 'small', { cpu: '1' }));
    it.run();
    it.cycle.bound('ns/small-0');
    it.cycle.bound('ns/small-0');
    it.cycle.bindingFailed('ns/small-0', 'too late');
    expect(live(it)).toMatchObject([{ open: 1 }]);
    expect(it.cluster.pod('ns/small-0')).toBeDefined();
  });
});
