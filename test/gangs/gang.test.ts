// The pods of a gang get their nodes together or not at all.
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/cycle/outcome.ts';
import { configurationOf } from '../../src/config/load.ts';
import { kernelWith, node, nodesByPod, on, pod, rig, type Rig } from '../cycle/fixtures.ts';
import { member, members, podGroup } from './fixtures.ts';

const nodes = (count: number, cpu = '1') => Array.from({ length: count }, (_, n) => node(`n${n}`, { cpu }));
const whole = { cpu: '1' };

/** What each pod that waits is told, by its name. */
function told(outcomes: readonly Outcome[]): Record<string, string> {
  return Object.fromEntries(
    outcomes.flatMap(({ waiting, refusal }) =>
      waiting.map((each) => [each.pod.metadata?.name ?? '', refusal?.message ?? '']),
    ),
  );
}

const inQueue = ({ queue }: Rig): Record<string, string> =>
  Object.fromEntries(queue.snapshot(100).map((row) => [row.key.slice('ns/'.length), row.queue]));

function usedCpu({ cluster }: Rig, names: readonly string[]): number {
  const { used } = cluster.nodes.resource('cpu');
  const of = (name: string) => cluster.nodes.columns.getF64(used, cluster.nodes.rowOf(name)!);
  return names.reduce((sum, name) => sum + of(name), 0);
}

describe('a gang', () => {
  test('of 8 with room for 7 places none, and says what is missing', () => {
    const bench = rig({ nodes: nodes(7), objects: [podGroup('g', 8)] });
    bench.submit(...members('g', 8, whole));
    const outcomes = bench.run();
    expect(bench.binder.placements).toEqual([]);
    const short = 'minCount (8) cannot be satisfied: 7 scheduled, 0 remaining';
    const expected = Object.fromEntries(members('g', 7).map(({ metadata }) => [metadata!.name, short]));
    expect(told(outcomes)).toEqual({
      ...expected,
      'g-7': '0/7 nodes are available: 7 Insufficient cpu.',
    });
    expect(new Set(Object.values(inQueue(bench)))).toEqual(new Set(['unschedulable']));
    expect(usedCpu(bench, ['n0', 'n3', 'n6'])).toBe(0);
    expect(bench.cycle.correspondences.size).toBe(0);
  });

  test('leaves its room to those who come after it in the same cycle', () => {
    const bench = rig({ nodes: nodes(7), objects: [podGroup('g', 8)] });
    bench.submit(...members('g', 8, whole), ...Array.from({ length: 7 }, (_, n) => pod(`free-${n}`, whole)));
    expect(Object.values(nodesByPod(bench.run())).sort()).toEqual(
      nodes(7).map(({ metadata }) => metadata!.name),
    );
    expect(bench.binder.placements.map((placement) => placement.pod.key)).toContain('ns/free-6');
  });

  test('is placed with one pass as soon as there is room', () => {
    const bench = rig({ nodes: nodes(7), objects: [podGroup('g', 8)] });
    bench.submit(...members('g', 8, whole));
    bench.run();
    const after = node('n7', whole);
    bench.cluster.setNode(after);
    // the pod that found no node is woken, and brings the others
    expect(bench.event({ kind: 'Node', after })).toBe(1);
    bench.clock.ms = 20_000;
    const { passes } = bench.cycle.correspondences;
    expect(new Set(Object.values(nodesByPod(bench.run()))).size).toBe(8);
    expect(bench.cycle.correspondences.passes - passes).toBe(1);
  });

  test('of pods of several classes is one gang', () => {
    const large = { cpu: '4' };
    const bench = rig({
      nodes: [node('small', { cpu: '2' }), node('big', large)],
      objects: [podGroup('g', 3)],
    });
    const gang = [member('g', 'one', large), member('g', 'two', large), member('g', 'three', whole)];
    bench.submit(...gang);
    expect(told(bench.run())).toEqual({
      one: 'minCount (3) cannot be satisfied: 1 scheduled, 1 remaining',
      two: '0/2 nodes are available: 2 Insufficient cpu.',
      three: 'minCount (3) cannot be satisfied: 1 scheduled, 1 remaining',
    });
    const after = node('more', large);
    bench.cluster.setNode(after);
    expect(bench.event({ kind: 'Node', after })).toBe(1);
    bench.clock.ms = 20_000;
    expect(nodesByPod(bench.run())).toEqual({ one: 'big', two: 'more', three: 'small' });
  });

  test('stops looking when too many of its pods have found no node', () => {
    const bench = rig({ nodes: nodes(5), objects: [podGroup('g', 8)] });
    bench.submit(...members('g', 10, whole), member('g', 'other', { cpu: '500m' }));
    const messages = told(bench.run());
    expect(messages['g-0']).toBe('minCount (8) cannot be satisfied: 5 scheduled, 2 remaining');
    expect(messages['other']).toBe(messages['g-0']);
    expect(bench.cycle.correspondences.passes).toBe(1);
  });

  test('of more pods than its minimum keeps the nodes that are there, and the rest waits', () => {
    const bench = rig({ nodes: nodes(7), objects: [podGroup('g', 5)] });
    bench.submit(...members('g', 9, whole));
    const outcomes = bench.run();
    expect(Object.keys(nodesByPod(outcomes))).toHaveLength(7);
    expect(told(outcomes)).toEqual({
      'g-7': '0/7 nodes are available: 7 Insufficient cpu.',
      'g-8': '0/7 nodes are available: 7 Insufficient cpu.',
    });
    // what is left is placed when it fits: the gang has its minimum
    bench.acknowledgeAll();
    const after = node('n7', whole);
    bench.cluster.setNode(after);
    bench.event({ kind: 'Node', after });
    bench.clock.ms = 20_000;
    expect(nodesByPod(bench.run())).toEqual({ 'g-7': 'n7' });
  });

  test('of which a binding fails binds the others, and tries the one again', () => {
    const bench = rig({ nodes: nodes(4), objects: [podGroup('g', 3)] });
    bench.submit(...members('g', 3, whole));
    bench.run();
    bench.cycle.bound('ns/g-0');
    bench.cycle.bound('ns/g-1');
    bench.cycle.bindingFailed('ns/g-2', 'refused');
    bench.clock.ms = 20_000;
    expect(Object.keys(nodesByPod(bench.run()))).toEqual(['g-2']);
  });

  test('keeps nobody on a node when an attempt breaks', () => {
    let broken = true;
    const kernel = kernelWith((exports) => ({
      assign(batch, count, out) {
        if (broken && count === 2) throw new Error('broken');
        return exports.assign(batch, count, out);
      },
    }));
    const bench = rig({ nodes: nodes(5), objects: [podGroup('g', 5)], kernel });
    bench.submit(...members('g', 3, { cpu: '500m' }), ...[1, 2].map((n) => member('g', `last-${n}`, whole)));
    expect(bench.run()[0]!.fault!.message).toBe('broken');
    expect(usedCpu(bench, ['n0', 'n1', 'n2', 'n3', 'n4'])).toBe(0);
    expect(new Set(Object.values(inQueue(bench)))).toEqual(new Set(['backoff']));
    broken = false;
    bench.clock.ms = 20_000;
    expect(Object.keys(nodesByPod(bench.run()))).toHaveLength(5);
  });
});

describe('a gang waits', () => {
  test('for its pod group, which wakes it', () => {
    const bench = rig({ nodes: nodes(2) });
    bench.submit(...members('g', 2, whole), pod('free', { cpu: '500m' }));
    const message = `waiting for pods's pod group "g" to appear in scheduling queue`;
    const outcomes = bench.run();
    expect(told(outcomes)).toEqual({ 'g-0': message, 'g-1': message });
    expect(Object.keys(nodesByPod(outcomes))).toEqual(['free']);
    expect(bench.cycle.correspondences.passes).toBe(1);
    bench.acknowledgeAll();
    bench.cluster.removePod('ns/free');
    const after = podGroup('g', 2);
    bench.cluster.setObject(after, true);
    expect(bench.event({ kind: 'Object', after: podGroup('other', 2) })).toBe(0);
    expect(bench.event({ kind: 'Object', after })).toBe(2);
    bench.clock.ms = 20_000;
    expect(Object.keys(nodesByPod(bench.run()))).toHaveLength(2);
  });

  test('for enough of its pods; the one that completes it brings the others', () => {
    const bench = rig({ nodes: nodes(4), objects: [podGroup('g', 4)] });
    const [first, ...rest] = members('g', 4, whole);
    bench.submit(first!, ...rest.slice(0, 1));
    const message = 'waiting for minCount pods from a gang to appear in scheduling queue';
    expect(told(bench.run())).toEqual({ 'g-0': message, 'g-1': message });
    bench.submit(rest[1]!);
    expect(told(bench.run())).toEqual({ 'g-2': message });
    bench.submit(rest[2]!);
    expect(Object.keys(nodesByPod(bench.run())).sort()).toEqual(['g-0', 'g-1', 'g-2', 'g-3']);
  });

  test('counts its gated pods and those that have nodes', () => {
    const bench = rig({ nodes: nodes(4), objects: [podGroup('g', 3)] });
    bench.cluster.setPod(on('n0', member('g', 'running', whole)));
    const gated = member('g', 'gated', {
      ...whole,
      spec: { schedulingGates: [{ name: 'example.com/wait' }] },
    });
    bench.submit(gated, member('g', 'one', whole));
    expect(told(bench.run())).toEqual({ one: 'minCount (3) cannot be satisfied: 1 scheduled, 1 remaining' });
    bench.queue.update(gated, member('g', 'gated', whole));
    bench.clock.ms = 20_000;
    expect(Object.keys(nodesByPod(bench.run())).sort()).toEqual(['gated', 'one']);
  });

  test('for a smaller minimum, not for a larger one', () => {
    const bench = rig({ nodes: nodes(2), objects: [podGroup('g', 3)] });
    bench.submit(...members('g', 2, whole));
    bench.run();
    const change = (minCount: number) => {
      const [before, after] = [podGroup('g', 3), podGroup('g', minCount)];
      bench.cluster.setObject(after, true);
      return bench.event({ kind: 'Object', before, after });
    };
    expect(change(4)).toBe(0);
    expect(change(2)).toBe(2);
    bench.clock.ms = 20_000;
    expect(Object.keys(nodesByPod(bench.run()))).toHaveLength(2);
  });

  test('for another scheduler to give one of its pods a node', () => {
    const bench = rig({ nodes: nodes(4), objects: [podGroup('g', 3)] });
    bench.submit(...members('g', 2, whole));
    bench.run();
    const after = on('n0', member('g', 'theirs', whole));
    bench.cluster.setPod(after);
    expect(bench.event({ kind: 'AssignedPod', after: on('n1', member('h', 'strange', whole)) })).toBe(0);
    expect(bench.event({ kind: 'AssignedPod', after })).toBe(2);
    bench.clock.ms = 20_000;
    expect(Object.keys(nodesByPod(bench.run()))).toHaveLength(2);
  });

  test.each([
    ['topology constraints', { schedulingConstraints: { topology: [{ key: 'zone' }] } }],
    ['a composite pod group', { parentCompositePodGroupName: 'parent' }],
    ['resource claims of its own', { resourceClaims: [{ name: 'gpu' }] }],
  ])('with a message when its group asks for %s', (what, spec) => {
    const bench = rig({ nodes: nodes(2), objects: [podGroup('g', 1, spec)] });
    bench.submit(member('g', 'one', whole));
    const message = `GangScheduling is not supported: the pod group asks for ${what}.`;
    expect(told(bench.run())).toEqual({ one: message });
  });

  test('when its pods have not the priority of their group', () => {
    const bench = rig({ nodes: nodes(2), objects: [podGroup('g', 2, { priority: 5 })] });
    const spec = { priority: 5 };
    bench.submit(member('g', 'one', { ...whole, spec }), member('g', 'two', whole));
    expect(told(bench.run())['one']).toBe(
      "all pods in a single pod group should have the same priority as the pod group's priority, got 0 and 5",
    );
  });
});

test('gangs of one template share a correspondence, and each stands by itself', () => {
  const bench = rig({ nodes: nodes(7), objects: ['a', 'b', 'c'].map((name) => podGroup(name, 3)) });
  bench.submit(...['a', 'b', 'c'].flatMap((name) => members(name, 3, whole)));
  const outcomes = bench.run();
  expect(Object.keys(nodesByPod(outcomes))).toEqual(['a-0', 'a-1', 'a-2', 'b-0', 'b-1', 'b-2']);
  expect(told(outcomes)['c-0']).toBe('minCount (3) cannot be satisfied: 1 scheduled, 1 remaining');
  expect(bench.cycle.correspondences.passes).toBe(1);
});

test('pods of a group that is no gang are placed as they fit', () => {
  const group = podGroup('g', 0, { schedulingPolicy: { basic: {} } });
  const bench = rig({ nodes: nodes(2), objects: [group] });
  bench.submit(...members('g', 3, whole));
  const outcomes = bench.run();
  expect(Object.keys(nodesByPod(outcomes))).toEqual(['g-0', 'g-1']);
  expect(told(outcomes)).toEqual({ 'g-2': '0/2 nodes are available: 2 Insufficient cpu.' });
});

test('a profile without GangScheduling asks for no minimum', () => {
  const configuration = configurationOf(
    {
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
      profiles: [{ plugins: { multiPoint: { disabled: [{ name: 'GangScheduling' }] } } }],
    },
    'no gangs',
  );
  const bench = rig({ nodes: nodes(2), objects: [podGroup('g', 3)], configuration });
  bench.submit(...members('g', 3, whole));
  expect(Object.keys(nodesByPod(bench.run()))).toEqual(['g-0', 'g-1']);
});
