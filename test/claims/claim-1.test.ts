// Claim 1: partition, determine, cache, assign, bind, delete; in this order, for one set after another, also when something
// fails.
import { describe, expect, test } from 'vitest';
import type { Correspondence } from '../../src/determination/correspondence.ts';
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
    const bench = rig({ nodes: NODES });
    const small = pods(3, 'small', { cpu: '100m' });
    const large = pods(2, 'large', { cpu: '1' });
    const selective = pods(2, 'selective', { cpu: '100m', spec: { nodeSelector: { disk: 'ssd' } } });
    bench.submit(small[0]!, large[0]!, selective[0]!, small[1]!, selective[1]!, large[1]!, small[2]!);

    const sets = bench.run().map(({ batch }) => keysOf(batch.pods));

    expect(sets).toEqual([
      ['ns/small-0', 'ns/small-1', 'ns/small-2'],
      ['ns/large-0', 'ns/large-1'],
      ['ns/selective-0', 'ns/selective-1'],
    ]);
  });

  test('claim 1: sets are the target one at a time, and all pods of one are bound before the next is taken', () => {
    const bench = rig({ nodes: NODES });
    bench.submit(...pods(3, 'small', { cpu: '100m' }), ...pods(2, 'large', { cpu: '1' }));
    const cycle = bench.cycle.run();

    const first = cycle.next().value!;
    expect(keysOf(bench.binder.placements.map((placement) => placement.pod))).toEqual(
      keysOf(first.batch.pods),
    );
    expect(live(bench)).toEqual([{ index: first.batch.class.index, open: 3 }]);

    const second = cycle.next().value!;
    expect(bench.binder.placements.slice(3).map((placement) => placement.pod)).toEqual(second.batch.pods);
    expect(cycle.next().done).toBe(true);
  });

  test('claim 1: the nodes are filtered and scored once for a set, however many pods it has', () => {
    const bench = rig({ nodes: NODES });
    bench.submit(...pods(40, 'small', { cpu: '100m' }), ...pods(30, 'large', { cpu: '300m' }));
    bench.run();
    expect(bench.binder.placements).toHaveLength(70);
    expect(bench.cycle.correspondences.passes).toBe(2);
  });

  test('claim 1: every node that is bound is in the set that was determined', () => {
    const bench = rig({ nodes: NODES });
    const schedulable = new Set<string>();
    bench.submit(...pods(20, 'selective', { cpu: '100m', spec: { nodeSelector: { disk: 'ssd' } } }));
    bench.binder.onBind = () => {
      for (const { correspondence } of bench.cycle.correspondences.list())
        for (const { node: name } of correspondence.best(Infinity)) schedulable.add(name);
    };
    bench.run();
    expect(schedulable).toEqual(new Set(['b', 'c']));
    expect(new Set(bench.binder.placements.map((placement) => placement.node))).toEqual(schedulable);
  });

  test('claim 1: the correspondence is cached while nodes are chosen and until the last binding is acknowledged', () => {
    const bench = rig({ nodes: NODES });
    const seen: Correspondence[] = [];
    bench.binder.onBind = () => {
      for (const { correspondence } of bench.cycle.correspondences.list()) seen.push(correspondence);
    };
    bench.submit(...pods(3, 'small', { cpu: '100m' }));
    bench.run();

    expect(seen).toHaveLength(3);
    expect(new Set(seen).size).toBe(1);
    bench.cycle.bound('ns/small-0');
    bench.cycle.bound('ns/small-2');
    expect(live(bench)).toMatchObject([{ open: 1 }]);
    bench.cycle.bound('ns/small-1');
    expect(live(bench)).toEqual([]);
    expect(bench.cycle.bindingCount).toBe(0);
  });

  test('claim 1: a deleted correspondence gives its memory back', () => {
    const bench = rig({ nodes: NODES });
    const round = (name: string) => {
      bench.submit(...pods(5, name, { cpu: '10m' }));
      bench.run();
      bench.acknowledgeAll();
      return bench.kernel.arena.usedBytes;
    };
    const afterOne = round('one');
    expect(round('two')).toBe(afterOne);
    expect(round('three')).toBe(afterOne);
  });

  test('claim 1: pods that find no node have their outcome too: the correspondence is deleted', () => {
    const bench = rig({ nodes: NODES });
    bench.submit(...pods(3, 'huge', { cpu: '100' }));
    const [outcome] = bench.run();
    expect(outcome!.placed).toEqual([]);
    expect(keysOf(outcome!.waiting)).toEqual(['ns/huge-0', 'ns/huge-1', 'ns/huge-2']);
    expect(live(bench)).toEqual([]);
    expect(bench.queue.counts()).toMatchObject({ unschedulable: 3 });
  });

  test('claim 1: a set of which some pods find a node lives on for these alone', () => {
    const bench = rig({ nodes: [node('a', { pods: '2' })] });
    bench.submit(...pods(3, 'small', { cpu: '100m' }));
    const [outcome] = bench.run();
    expect(keysOf(outcome!.waiting)).toEqual(['ns/small-2']);
    expect(live(bench)).toMatchObject([{ open: 2 }]);
    bench.acknowledgeAll();
    expect(live(bench)).toEqual([]);
  });

  test('claim 1: after a failed binding the resources are free, the pod is queued and the correspondence deleted', () => {
    const bench = rig({ nodes: NODES });
    bench.submit(pod('small', { cpu: '1500m' }));
    bench.run();
    const name = bench.binder.placements[0]!.node;
    expect(usedCpu(bench, name)).toBe(1500);

    bench.cycle.bindingFailed('ns/small', 'the API server said 409');
    expect(usedCpu(bench, name)).toBe(0);
    expect(live(bench)).toEqual([]);
    expect(bench.queue.snapshot(1)).toMatchObject([
      { key: 'ns/small', queue: 'backoff', reason: 'the API server said 409' },
    ]);

    bench.clock.ms = 10_000;
    bench.run();
    bench.cycle.bound('ns/small');
    expect(bench.binder.log).toEqual([`ns/small ${name}`, `ns/small ${name}`]);
    expect(bench.queue.snapshot(1)).toEqual([]);
  });

  test('claim 1: an outcome that is told twice counts once', () => {
    const bench = rig({ nodes: NODES });
    bench.submit(...pods(2, 'small', { cpu: '1' }));
    bench.run();
    bench.cycle.bound('ns/small-0');
    bench.cycle.bound('ns/small-0');
    bench.cycle.bindingFailed('ns/small-0', 'too late');
    expect(live(bench)).toMatchObject([{ open: 1 }]);
    expect(bench.cluster.pod('ns/small-0')).toBeDefined();
  });
});
