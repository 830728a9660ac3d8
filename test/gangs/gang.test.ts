// The pods of a gang get their nodes together or not at all.
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/cycle/outcome.ts';
import { configurationOf } from '../../src/config/configuration.ts';
import { kernelWith, node, nodesByPod, on, pod, newHarness, type Harness } from '../cycle/fixtures.ts';
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

const inQueue = ({ queue }: Harness): Record<string, string> =>
  Object.fromEntries(queue.snapshot(100).map((row) => [row.key.slice('ns/'.length), row.queue]));

function usedCpu({ cluster }: Harness, names: readonly string[]): number {
  const { used } = cluster.nodes.resource('cpu');
  const of = (name: string) => cluster.nodes.columns.getF64(used, cluster.nodes.rowOf(name)!);
  return names.reduce((sum, name) => sum + of(name), 0);
}

describe('a gang', () => {
  test('of 8 with room for 7 places none, and says what is missing', () => {
    const harness = newHarness({ nodes: nodes(7), objects: [podGroup('g', 8)] });
    harness.submit(...members('g', 8, whole));
    const outcomes = harness.run();
    expect(harness.binder.placements).toEqual([]);
    const short = 'minCount (8) cannot be satisfied: 7 scheduled, 0 remaining';
    const expected = Object.fromEntries(members('g', 7).map(({ metadata }) => [metadata!.name, short]));
    expect(told(outcomes)).toEqual({
      ...expected,
      'g-7': '0/7 nodes are available: 7 Insufficient cpu.',
    });
    expect(new Set(Object.values(inQueue(harness)))).toEqual(new Set(['unschedulable']));
    expect(usedCpu(harness, ['n0', 'n3', 'n6'])).toBe(0);
    expect(harness.cycle.correspondences.size).toBe(0);
  });

  test('leaves its room to those who come after it in the same cycle', () => {
    const harness = newHarness({ nodes: nodes(7), objects: [podGroup('g', 8)] });
    harness.submit(
      ...members('g', 8, whole),
      ...Array.from({ length: 7 }, (_, n) => pod(`free-${n}`, whole)),
    );
    expect(Object.values(nodesByPod(harness.run())).sort()).toEqual(
      nodes(7).map(({ metadata }) => metadata!.name),
    );
    expect(harness.binder.placements.map((placement) => placement.pod.key)).toContain('ns/free-6');
  });

  test.each([
    { minCount: 2, isPlaced: true },
    { minCount: 3, isPlaced: false },
  ])('of $minCount does without a pod that goes before its turn', ({ minCount, isPlaced }) => {
    const harness = newHarness({ nodes: nodes(7), objects: [podGroup('g', minCount)] });
    harness.submit(pod('before', whole), ...members('g', 3, whole));
    const cycle = harness.cycle.run();
    expect(nodesByPod([cycle.next().value!])).toHaveProperty('before');
    harness.queue.delete('ns/g-0');
    harness.cluster.dropPending('ns/g-0');
    const placed = Object.keys(nodesByPod([...cycle])).sort();
    expect(placed).toEqual(isPlaced ? ['g-1', 'g-2'] : []);
    expect(harness.cluster.pod('ns/g-0')).toBeUndefined();
    harness.acknowledgeAll();
    expect(harness.cycle.correspondences.size).toBe(0);
  });

  test('of which every pod goes before its turn is none', () => {
    const harness = newHarness({ nodes: nodes(7), objects: [podGroup('g', 2)] });
    harness.submit(pod('before', whole), ...members('g', 2, whole), pod('after'));
    const cycle = harness.cycle.run();
    cycle.next();
    for (const name of ['g-0', 'g-1']) harness.queue.delete(`ns/${name}`);
    expect(Object.keys(nodesByPod([...cycle]))).toEqual(['after']);
  });

  test('is placed with one pass as soon as there is room', () => {
    const harness = newHarness({ nodes: nodes(7), objects: [podGroup('g', 8)] });
    harness.submit(...members('g', 8, whole));
    harness.run();
    const after = node('n7', whole);
    harness.cluster.setNode(after);
    // the pod that found no node is woken, and brings the others
    expect(harness.event({ kind: 'Node', after })).toBe(1);
    harness.clock.ms = 20_000;
    const { passes } = harness.cycle.correspondences;
    expect(new Set(Object.values(nodesByPod(harness.run()))).size).toBe(8);
    expect(harness.cycle.correspondences.passes - passes).toBe(1);
  });

  test('of pods of several classes is one gang', () => {
    const large = { cpu: '4' };
    const harness = newHarness({
      nodes: [node('small', { cpu: '2' }), node('big', large)],
      objects: [podGroup('g', 3)],
    });
    const gang = [member('g', 'one', large), member('g', 'two', large), member('g', 'three', whole)];
    harness.submit(...gang);
    expect(told(harness.run())).toEqual({
      one: 'minCount (3) cannot be satisfied: 1 scheduled, 1 remaining',
      two: '0/2 nodes are available: 2 Insufficient cpu.',
      three: 'minCount (3) cannot be satisfied: 1 scheduled, 1 remaining',
    });
    const after = node('more', large);
    harness.cluster.setNode(after);
    expect(harness.event({ kind: 'Node', after })).toBe(1);
    harness.clock.ms = 20_000;
    expect(nodesByPod(harness.run())).toEqual({ one: 'big', two: 'more', three: 'small' });
  });

  test('stops looking when too many of its pods have found no node', () => {
    const harness = newHarness({ nodes: nodes(5), objects: [podGroup('g', 8)] });
    harness.submit(...members('g', 10, whole), member('g', 'other', { cpu: '500m' }));
    const messages = told(harness.run());
    expect(messages['g-0']).toBe('minCount (8) cannot be satisfied: 5 scheduled, 2 remaining');
    expect(messages['other']).toBe(messages['g-0']);
    expect(harness.cycle.correspondences.passes).toBe(1);
  });

  test('of more pods than its minimum keeps the nodes that are there, and the rest waits', () => {
    const harness = newHarness({ nodes: nodes(7), objects: [podGroup('g', 5)] });
    harness.submit(...members('g', 9, whole));
    const outcomes = harness.run();
    expect(Object.keys(nodesByPod(outcomes))).toHaveLength(7);
    expect(told(outcomes)).toEqual({
      'g-7': '0/7 nodes are available: 7 Insufficient cpu.',
      'g-8': '0/7 nodes are available: 7 Insufficient cpu.',
    });
    // what is left is placed when it fits: the gang has its minimum
    harness.acknowledgeAll();
    const after = node('n7', whole);
    harness.cluster.setNode(after);
    harness.event({ kind: 'Node', after });
    harness.clock.ms = 20_000;
    expect(nodesByPod(harness.run())).toEqual({ 'g-7': 'n7' });
  });

  test('of which a binding fails binds the others, and tries the one again', () => {
    const harness = newHarness({ nodes: nodes(4), objects: [podGroup('g', 3)] });
    harness.submit(...members('g', 3, whole));
    harness.run();
    harness.cycle.bound('ns/g-0');
    harness.cycle.bound('ns/g-1');
    harness.cycle.bindingFailed('ns/g-2', 'refused');
    harness.clock.ms = 20_000;
    expect(Object.keys(nodesByPod(harness.run()))).toEqual(['g-2']);
  });

  test('keeps nobody on a node when an attempt breaks', () => {
    let broken = true;
    const kernel = kernelWith((exports) => ({
      assign(batch, count, out) {
        if (broken && count === 2) throw new Error('broken');
        return exports.assign(batch, count, out);
      },
    }));
    const harness = newHarness({ nodes: nodes(5), objects: [podGroup('g', 5)], kernel });
    harness.submit(
      ...members('g', 3, { cpu: '500m' }),
      ...[1, 2].map((n) => member('g', `last-${n}`, whole)),
    );
    expect(harness.run()[0]!.fault!.message).toBe('broken');
    expect(usedCpu(harness, ['n0', 'n1', 'n2', 'n3', 'n4'])).toBe(0);
    expect(new Set(Object.values(inQueue(harness)))).toEqual(new Set(['backoff']));
    broken = false;
    harness.clock.ms = 20_000;
    expect(Object.keys(nodesByPod(harness.run()))).toHaveLength(5);
  });
});

describe('a gang waits', () => {
  test('for its pod group, which wakes it', () => {
    const harness = newHarness({ nodes: nodes(2) });
    harness.submit(...members('g', 2, whole), pod('free', { cpu: '500m' }));
    const message = `waiting for pods's pod group "g" to appear in scheduling queue`;
    const outcomes = harness.run();
    expect(told(outcomes)).toEqual({ 'g-0': message, 'g-1': message });
    expect(Object.keys(nodesByPod(outcomes))).toEqual(['free']);
    expect(harness.cycle.correspondences.passes).toBe(1);
    harness.acknowledgeAll();
    harness.cluster.removePod('ns/free');
    const after = podGroup('g', 2);
    harness.cluster.setObject(after, true);
    expect(harness.event({ kind: 'Object', after: podGroup('other', 2) })).toBe(0);
    expect(harness.event({ kind: 'Object', after })).toBe(2);
    harness.clock.ms = 20_000;
    expect(Object.keys(nodesByPod(harness.run()))).toHaveLength(2);
  });

  test('for enough of its pods; the one that completes it brings the others', () => {
    const harness = newHarness({ nodes: nodes(4), objects: [podGroup('g', 4)] });
    const [first, ...rest] = members('g', 4, whole);
    harness.submit(first!, ...rest.slice(0, 1));
    const message = 'waiting for minCount pods from a gang to appear in scheduling queue';
    expect(told(harness.run())).toEqual({ 'g-0': message, 'g-1': message });
    harness.submit(rest[1]!);
    expect(told(harness.run())).toEqual({ 'g-2': message });
    harness.submit(rest[2]!);
    expect(Object.keys(nodesByPod(harness.run())).sort()).toEqual(['g-0', 'g-1', 'g-2', 'g-3']);
  });

  test('counts its gated pods and those that have nodes', () => {
    const harness = newHarness({ nodes: nodes(4), objects: [podGroup('g', 3)] });
    harness.cluster.setPod(on('n0', member('g', 'running', whole)));
    const gated = member('g', 'gated', {
      ...whole,
      spec: { schedulingGates: [{ name: 'example.com/wait' }] },
    });
    harness.submit(gated, member('g', 'one', whole));
    expect(told(harness.run())).toEqual({
      one: 'minCount (3) cannot be satisfied: 1 scheduled, 1 remaining',
    });
    harness.queue.update(gated, member('g', 'gated', whole));
    harness.clock.ms = 20_000;
    expect(Object.keys(nodesByPod(harness.run())).sort()).toEqual(['gated', 'one']);
  });

  test('for a smaller minimum, not for a larger one', () => {
    const harness = newHarness({ nodes: nodes(2), objects: [podGroup('g', 3)] });
    harness.submit(...members('g', 2, whole));
    harness.run();
    const change = (minCount: number) => {
      const [before, after] = [podGroup('g', 3), podGroup('g', minCount)];
      harness.cluster.setObject(after, true);
      return harness.event({ kind: 'Object', before, after });
    };
    expect(change(4)).toBe(0);
    expect(change(2)).toBe(2);
    harness.clock.ms = 20_000;
    expect(Object.keys(nodesByPod(harness.run()))).toHaveLength(2);
  });

  test('for another scheduler to give one of its pods a node', () => {
    const harness = newHarness({ nodes: nodes(4), objects: [podGroup('g', 3)] });
    harness.submit(...members('g', 2, whole));
    harness.run();
    const after = on('n0', member('g', 'theirs', whole));
    harness.cluster.setPod(after);
    expect(harness.event({ kind: 'AssignedPod', after: on('n1', member('h', 'strange', whole)) })).toBe(0);
    expect(harness.event({ kind: 'AssignedPod', after })).toBe(2);
    harness.clock.ms = 20_000;
    expect(Object.keys(nodesByPod(harness.run()))).toHaveLength(2);
  });

  test.each([
    ['topology constraints', { schedulingConstraints: { topology: [{ key: 'zone' }] } }],
    ['a composite pod group', { parentCompositePodGroupName: 'parent' }],
    ['resource claims of its own', { resourceClaims: [{ name: 'gpu' }] }],
  ])('with a message when its group asks for %s', (what, spec) => {
    const harness = newHarness({ nodes: nodes(2), objects: [podGroup('g', 1, spec)] });
    harness.submit(member('g', 'one', whole));
    const message = `GangScheduling is not supported: the pod group asks for ${what}.`;
    expect(told(harness.run())).toEqual({ one: message });
  });

  test('when its pods have not the priority of their group', () => {
    const harness = newHarness({ nodes: nodes(2), objects: [podGroup('g', 2, { priority: 5 })] });
    const spec = { priority: 5 };
    harness.submit(member('g', 'one', { ...whole, spec }), member('g', 'two', whole));
    expect(told(harness.run())['one']).toBe(
      "all pods in a single pod group should have the same priority as the pod group's priority, got 0 and 5",
    );
  });
});

test('gangs of one template share a correspondence, and each stands by itself', () => {
  const harness = newHarness({ nodes: nodes(7), objects: ['a', 'b', 'c'].map((name) => podGroup(name, 3)) });
  harness.submit(...['a', 'b', 'c'].flatMap((name) => members(name, 3, whole)));
  const outcomes = harness.run();
  expect(Object.keys(nodesByPod(outcomes))).toEqual(['a-0', 'a-1', 'a-2', 'b-0', 'b-1', 'b-2']);
  expect(told(outcomes)['c-0']).toBe('minCount (3) cannot be satisfied: 1 scheduled, 1 remaining');
  expect(harness.cycle.correspondences.passes).toBe(1);
});

test('pods of a group that is no gang are placed as they fit', () => {
  const group = podGroup('g', 0, { schedulingPolicy: { basic: {} } });
  const harness = newHarness({ nodes: nodes(2), objects: [group] });
  harness.submit(...members('g', 3, whole));
  const outcomes = harness.run();
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
  const harness = newHarness({ nodes: nodes(2), objects: [podGroup('g', 3)], configuration });
  harness.submit(...members('g', 3, whole));
  expect(Object.keys(nodesByPod(harness.run()))).toEqual(['g-0', 'g-1']);
});
