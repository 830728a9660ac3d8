// The order in which pods are taken, and correspondences that live side by side.
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { Correspondence } from '../../src/determination/correspondence.ts';
import { Matches } from '../../src/kernel/program/match.ts';
import type { DecisionTrace } from '../../src/cycle/outcome.ts';
import type { Pod } from '../../src/model/types.ts';
import { anyCluster, anyPodFields, podOf } from '../classes/arbitrary.ts';
import { keysOf, node, nodesByPod, pod, pods, newHarness, service, type Harness } from './fixtures.ts';

// many cases, on a machine that may be busy
vi.setConfig({ testTimeout: 60_000 });

const NODES = [node('a'), node('b'), node('c')];

const small = (name: string, priority?: number) => pod(name, { cpu: '1', spec: { priority } });
const large = (name: string, priority?: number) => pod(name, { cpu: '2', spec: { priority } });

function turnsOf(order: 'grouped' | 'strict', waiting: readonly Pod[]): string[][] {
  const harness = newHarness({ nodes: NODES, args: { order } });
  harness.submit(...waiting);
  return harness.run().map(({ batch }) => keysOf(batch.pods).map((key) => key.slice('ns/'.length)));
}

describe('order', () => {
  const mixed = [small('s0'), large('l0'), small('s1'), small('s2'), large('l1')];

  test("grouped takes a class's pods together, classes in the order of their first pods", () => {
    expect(turnsOf('grouped', mixed)).toEqual([
      ['s0', 's1', 's2'],
      ['l0', 'l1'],
    ]);
  });

  test("strict keeps the queue's order, and takes together only what follows on each other", () => {
    expect(turnsOf('strict', mixed)).toEqual([['s0'], ['l0'], ['s1', 's2'], ['l1']]);
  });

  test('a higher priority goes first in both, and is never taken together with a lower one', () => {
    const waiting = [small('low', 1), large('high', 5), small('middle', 3), small('low-too', 1)];
    const batches = [['high'], ['middle'], ['low', 'low-too']];
    expect(turnsOf('grouped', waiting)).toEqual(batches);
    expect(turnsOf('strict', waiting)).toEqual(batches);
  });

  test('in strict order the correspondences of several classes live at once, each determined once', () => {
    const harness = newHarness({ nodes: NODES, args: { order: 'strict' } });
    const waiting = pods(6, 'small', { cpu: '1' }).flatMap((each, n) => [each, large(`large-${n}`)]);
    harness.submit(...waiting);
    expect(harness.run()).toHaveLength(12);
    expect(harness.cycle.correspondences.size).toBe(2);
    expect(harness.cycle.correspondences.passes).toBe(2);
    harness.acknowledgeAll();
    expect(harness.cycle.correspondences.size).toBe(0);
  });
});

/** What a full pass says of the pod now. */
function fresh(harness: Harness, waiting: Pod): DecisionTrace {
  const correspondence = new Correspondence(
    { kernel: harness.kernel, matches: new Matches(harness.kernel), withDetail: true },
    harness.cycle.classify(waiting)!.class,
    waiting,
  );
  const explanation = {
    feasible: correspondence.feasible,
    best: correspondence.ties(),
    scores: correspondence.scores(),
    rejected: correspondence.rejections(),
  };
  correspondence.dispose();
  return explanation;
}

type Happening = 'acknowledge' | 'fail' | 'remove' | 'cordon' | 'service' | 'nothing';

describe('live correspondences', () => {
  test('each decision in strict order is the one of a full pass, whatever happens between the batches', () => {
    const happenings = fc.constantFrom<Happening>(
      'nothing',
      'nothing',
      'acknowledge',
      'fail',
      'remove',
      'cordon',
      'service',
    );
    const kinds = fc.array(anyPodFields, { minLength: 1, maxLength: 3 });
    const sequence = fc.array(fc.tuple(fc.nat(), happenings), { minLength: 4, maxLength: 16 });
    fc.assert(
      fc.property(anyCluster, kinds, sequence, (shape, fields, steps) => {
        const harness = newHarness({ ...shape, args: { order: 'strict' }, explain: 'detail' });
        const waiting = steps.map(([kind], n) => podOf(`pod-${n}`, fields[kind % fields.length]!));
        harness.submit(...waiting);
        const cycle = harness.cycle.run();
        for (let next = 0; next < waiting.length;) {
          const expected = fresh(harness, waiting[next]!);
          const { batch, explanations, placed } = cycle.next().value!;
          expect(batch.pods[0]!.pod).toBe(waiting[next]);
          expect(explanations[0]).toEqual(expected);
          if (placed[0]) expect(placed[0].node).toBe(expected.best[0]);
          else expect(expected.best).toEqual([]);
          happen(harness, steps[next]![1], next, shape.nodes[0]!.metadata!.name!);
          next += batch.pods.length;
        }
        expect(cycle.next().done).toBe(true);
      }),
      { numRuns: 300, seed: 3 },
    );
  });

  function happen(harness: Harness, what: Happening, step: number, nodeName: string): void {
    const placement = harness.binder.placements[step % Math.max(1, harness.binder.placements.length)];
    if (what === 'acknowledge' && placement) harness.cycle.bound(placement.pod.key);
    if (what === 'fail' && placement) harness.cycle.bindingFailed(placement.pod.key, 'refused');
    if (what === 'remove') harness.cluster.removePod('ns/bound-0');
    if (what === 'cordon') harness.cluster.setNode(node(nodeName, { unschedulable: true }));
    if (what === 'service') harness.cluster.setObject(service('late', { tier: 'front' }), true);
  }
});

describe('selectors that appear while a cycle runs', () => {
  /** Pods in two groups that nothing tells apart, until a service selects one of them. */
  const twins = (name: string, count: number) =>
    pods(count, name, { cpu: '100m', labels: { 'statefulset.kubernetes.io/pod-name': name } });
  const selecting = service('one', { 'statefulset.kubernetes.io/pod-name': 'one' });

  test('the pods that are still waiting in the cycle go to the classes that they have now', () => {
    const harness = newHarness({ nodes: NODES });
    harness.submit(pod('first', { cpu: '2', spec: { priority: 9 } }), ...twins('one', 2), ...twins('two', 2));
    const cycle = harness.cycle.run();
    cycle.next();
    harness.cluster.setObject(selecting, true);
    const rest = [...cycle].map(({ batch }) => keysOf(batch.pods));
    expect(rest).toEqual([
      ['ns/one-0', 'ns/one-1'],
      ['ns/two-0', 'ns/two-1'],
    ]);
  });
});

describe('ties', () => {
  const spreadOut = (seed: number) => {
    const nodes = Array.from({ length: 20 }, (_, n) => node(`n${n}`));
    const harness = newHarness({ nodes, args: { ties: 'random', seed } });
    harness.submit(...pods(12, 'alike', { cpu: '1' }));
    return nodesByPod(harness.run());
  };

  test('broken by name take the smallest', () => {
    const harness = newHarness({ nodes: [node('c'), node('a'), node('b')] });
    harness.submit(...pods(3, 'alike', { cpu: '1' }));
    expect(Object.values(nodesByPod(harness.run()))).toEqual(['a', 'b', 'c']);
  });

  test('broken at random are the same for the same seed, and others for another', () => {
    expect(spreadOut(1)).toEqual(spreadOut(1));
    expect(spreadOut(2)).not.toEqual(spreadOut(1));
  });

  test('broken at random still take a node of the greatest total', () => {
    const harness = newHarness({ nodes: [...NODES, node('huge', { cpu: '64' })], args: { ties: 'random' } });
    harness.submit(...pods(4, 'alike', { cpu: '2' }));
    expect(new Set(Object.values(nodesByPod(harness.run())))).toEqual(new Set(['huge']));
  });
});
