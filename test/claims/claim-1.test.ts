// Claim 1: partition, determine, cache, assign, bind, delete; in this order, for one set after another, also when something
// fails.
import { describe, expect, test } from 'vitest';
import type { Correspondence } from '../../src/determination/correspondence.ts';
import { keysOf, node, pod, pods, newHarness, type Harness } from '../cycle/fixtures.ts';

const NODES = [node('a'), node('b', { labels: { disk: 'ssd' } }), node('c', { labels: { disk: 'ssd' } })];

function live({ cycle }: Harness): { index: string; open: number }[] {
  return [...cycle.correspondences.list()].map(({ correspondence, open }) => ({
    index: correspondence.class.index,
    open,
  }));
}

function usedCpu({ cluster }: Harness, name: string): number {
  return cluster.nodes.columns.getF64(cluster.nodes.resource('cpu').used, cluster.nodes.rowOf(name)!);
}

describe('claim 1', () => {
  test('claim 1: every pod obtained from the queue is in exactly one set', () => {
    const harness = newHarness({ nodes: NODES });
    const small = pods(3, 'small', { cpu: '100m' });
    const large = pods(2, 'large', { cpu: '1' });
    const selective = pods(2, 'selective', { cpu: '100m', spec: { nodeSelector: { disk: 'ssd' } } });
    harness.submit(small[0]!, large[0]!, selective[0]!, small[1]!, selective[1]!, large[1]!, small[2]!);

    const sets = harness.run().map(({ batch }) => keysOf(batch.pods));

    expect(sets).toEqual([
      ['ns/small-0', 'ns/small-1', 'ns/small-2'],
      ['ns/large-0', 'ns/large-1'],
      ['ns/selective-0', 'ns/selective-1'],
    ]);
  });

  test('claim 1: sets are the target one at a time, and all pods of one are bound before the next is taken', () => {
    const harness = newHarness({ nodes: NODES });
    harness.submit(...pods(3, 'small', { cpu: '100m' }), ...pods(2, 'large', { cpu: '1' }));
    const cycle = harness.cycle.run();

    const first = cycle.next().value!;
    expect(keysOf(harness.binder.placements.map((placement) => placement.pod))).toEqual(
      keysOf(first.batch.pods),
    );
    expect(live(harness)).toEqual([{ index: first.batch.class.index, open: 3 }]);

    const second = cycle.next().value!;
    expect(harness.binder.placements.slice(3).map((placement) => placement.pod)).toEqual(second.batch.pods);
    expect(cycle.next().done).toBe(true);
  });

  test('claim 1: the nodes are filtered and scored once for a set, however many pods it has', () => {
    const harness = newHarness({ nodes: NODES });
    harness.submit(...pods(40, 'small', { cpu: '100m' }), ...pods(30, 'large', { cpu: '300m' }));
    harness.run();
    expect(harness.binder.placements).toHaveLength(70);
    expect(harness.cycle.correspondences.passes).toBe(2);
  });

  test('claim 1: every node that is bound is in the set that was determined', () => {
    const harness = newHarness({ nodes: NODES });
    const schedulable = new Set<string>();
    harness.submit(...pods(20, 'selective', { cpu: '100m', spec: { nodeSelector: { disk: 'ssd' } } }));
    harness.binder.onBind = () => {
      for (const { correspondence } of harness.cycle.correspondences.list())
        for (const { node: name } of correspondence.best(Infinity)) schedulable.add(name);
    };
    harness.run();
    expect(schedulable).toEqual(new Set(['b', 'c']));
    expect(new Set(harness.binder.placements.map((placement) => placement.node))).toEqual(schedulable);
  });

  test('claim 1: the correspondence is cached while nodes are chosen and until the last binding is acknowledged', () => {
    const harness = newHarness({ nodes: NODES });
    const seen: Correspondence[] = [];
    harness.binder.onBind = () => {
      for (const { correspondence } of harness.cycle.correspondences.list()) seen.push(correspondence);
    };
    harness.submit(...pods(3, 'small', { cpu: '100m' }));
    harness.run();

    expect(seen).toHaveLength(3);
    expect(new Set(seen).size).toBe(1);
    harness.cycle.bound('ns/small-0');
    harness.cycle.bound('ns/small-2');
    expect(live(harness)).toMatchObject([{ open: 1 }]);
    harness.cycle.bound('ns/small-1');
    expect(live(harness)).toEqual([]);
    expect(harness.cycle.bindingCount).toBe(0);
  });

  test('claim 1: a deleted correspondence gives its memory back', () => {
    const harness = newHarness({ nodes: NODES });
    const round = (name: string) => {
      harness.submit(...pods(5, name, { cpu: '10m' }));
      harness.run();
      harness.acknowledgeAll();
      return harness.kernel.arena.usedBytes;
    };
    const afterOne = round('one');
    expect(round('two')).toBe(afterOne);
    expect(round('three')).toBe(afterOne);
  });

  test('claim 1: pods that find no node have their outcome too: the correspondence is deleted', () => {
    const harness = newHarness({ nodes: NODES });
    harness.submit(...pods(3, 'huge', { cpu: '100' }));
    const [outcome] = harness.run();
    expect(outcome!.placed).toEqual([]);
    expect(keysOf(outcome!.waiting)).toEqual(['ns/huge-0', 'ns/huge-1', 'ns/huge-2']);
    expect(live(harness)).toEqual([]);
    expect(harness.queue.counts()).toMatchObject({ unschedulable: 3 });
  });

  test('claim 1: a set of which some pods find a node lives on for these alone', () => {
    const harness = newHarness({ nodes: [node('a', { pods: '2' })] });
    harness.submit(...pods(3, 'small', { cpu: '100m' }));
    const [outcome] = harness.run();
    expect(keysOf(outcome!.waiting)).toEqual(['ns/small-2']);
    expect(live(harness)).toMatchObject([{ open: 2 }]);
    harness.acknowledgeAll();
    expect(live(harness)).toEqual([]);
  });

  test('claim 1: after a failed binding the resources are free, the pod is queued and the correspondence deleted', () => {
    const harness = newHarness({ nodes: NODES });
    harness.submit(pod('small', { cpu: '1500m' }));
    harness.run();
    const name = harness.binder.placements[0]!.node;
    expect(usedCpu(harness, name)).toBe(1500);

    harness.cycle.bindingFailed('ns/small', 'the API server said 409');
    expect(usedCpu(harness, name)).toBe(0);
    expect(live(harness)).toEqual([]);
    expect(harness.queue.snapshot(1)).toMatchObject([
      { key: 'ns/small', queue: 'backoff', reason: 'the API server said 409' },
    ]);

    harness.clock.ms = 10_000;
    harness.run();
    harness.cycle.bound('ns/small');
    expect(harness.binder.log).toEqual([`ns/small ${name}`, `ns/small ${name}`]);
    expect(harness.queue.snapshot(1)).toEqual([]);
  });

  test('claim 1: an outcome that is told twice counts once', () => {
    const harness = newHarness({ nodes: NODES });
    harness.submit(...pods(2, 'small', { cpu: '1' }));
    harness.run();
    harness.cycle.bound('ns/small-0');
    harness.cycle.bound('ns/small-0');
    harness.cycle.bindingFailed('ns/small-0', 'too late');
    expect(live(harness)).toMatchObject([{ open: 1 }]);
    expect(harness.cluster.pod('ns/small-0')).toBeDefined();
  });
});
