// Claims 10 to 17: how the nodes of a set are determined, and how its pods take them.
import { describe, expect, test } from 'vitest';
import { nodesByPod, keysOf, node, pod, pods, newHarness } from '../cycle/fixtures.ts';

/** The more is free, the higher the score; nothing else tells these nodes apart. */
const STEPS = [node('small', { cpu: '4' }), node('medium', { cpu: '8' }), node('large', { cpu: '16' })];

describe('claims 10 and 11', () => {
  test('claim 10: nodes that cannot run the master pod are filtered out', () => {
    const harness = newHarness({
      nodes: [
        node('full', { pods: '0' }),
        node('tainted', { taints: [{ key: 'gpu', effect: 'NoSchedule' }] }),
        node('cordoned', { unschedulable: true }),
        node('good'),
      ],
      explain: 'detail',
    });
    harness.submit(pod('master', { cpu: '1' }));
    const [outcome] = harness.run();
    const { feasible, rejected } = outcome!.explanations[0]!;
    expect(feasible).toBe(1);
    expect(rejected).toMatchObject({
      full: { plugin: 'NodeResourcesFit', reasons: ['Too many pods'] },
      tainted: { plugin: 'TaintToleration' },
      cordoned: { plugin: 'NodeUnschedulable' },
    });
  });

  test('claim 11: the nodes that are left are scored, and sorted by their score', () => {
    const harness = newHarness({ nodes: STEPS });
    const master = pod('master', { cpu: '2' });
    const equivalenceClass = harness.cycle.classify(master)!.class;
    harness.cycle.correspondences.expect(equivalenceClass, 1);
    const correspondence = harness.cycle.correspondences.open(equivalenceClass, master);
    const sorted = correspondence.best(Infinity);
    expect(sorted.map(({ node: name }) => name)).toEqual(['large', 'medium', 'small']);
    const totals = sorted.map(({ total }) => total);
    expect(totals).toEqual([...totals].sort((one, two) => two - one));
    expect(new Set(totals).size).toBe(3);
  });
});

describe('claim 12', () => {
  test('claim 12: a predetermined quantity of the highest scored nodes is kept', () => {
    const harness = newHarness({ nodes: STEPS, args: { candidates: 2 } });
    harness.submit(pod('master', { cpu: '2' }));
    let kept: string[] = [];
    harness.binder.onBind = () => {
      const [entry] = harness.cycle.correspondences.list();
      kept = entry!.correspondence.best(Infinity).map(({ node: name }) => name);
    };
    harness.run();
    expect(kept.sort()).toEqual(['large', 'medium']);
  });

  test('claim 12: pods are bound to kept nodes only, though others score higher by then', () => {
    const placed = (candidates?: number) => {
      const harness = newHarness({ nodes: STEPS, args: { candidates } });
      harness.submit(...pods(6, 'alike', { cpu: '1500m' }));
      return new Set(Object.values(nodesByPod(harness.run())));
    };
    expect(placed(1)).toEqual(new Set(['large']));
    expect(placed()).not.toEqual(new Set(['large']));
  });

  test('claim 12: all nodes are kept by default', () => {
    const harness = newHarness({ nodes: STEPS });
    harness.submit(...pods(14, 'alike', { cpu: '2' }));
    const names = Object.values(nodesByPod(harness.run()));
    expect(names).toHaveLength(14);
    expect(harness.cycle.correspondences.passes).toBe(1);
  });
});

describe('claims 13 to 17', () => {
  test('claim 13: pods take their nodes one after another, in the order of the queue', () => {
    const harness = newHarness({ nodes: [node('a', { pods: '2' })] });
    const alike = pods(3, 'alike', { cpu: '1' });
    harness.submit(alike[2]!, alike[0]!, alike[1]!);
    const [outcome] = harness.run();
    expect(keysOf(outcome!.placed.map((placement) => placement.pod))).toEqual(['ns/alike-2', 'ns/alike-0']);
    expect(keysOf(outcome!.waiting)).toEqual(['ns/alike-1']);
  });

  test('claim 14: each pod takes the node of the highest score', () => {
    const harness = newHarness({ nodes: STEPS, explain: 'ties' });
    harness.submit(...pods(10, 'alike', { cpu: '1' }));
    const [outcome] = harness.run();
    expect(outcome!.placed.map((placement) => placement.node)).toEqual(
      outcome!.explanations.map(({ best }) => best[0]),
    );
    expect(outcome!.placed[0]!.node).toBe('large');
  });

  test('claim 15: each pod is bound to the node that was chosen for it, once', () => {
    const harness = newHarness({ nodes: STEPS });
    harness.submit(...pods(10, 'alike', { cpu: '1' }));
    const placed = harness.run().flatMap((outcome) => outcome.placed);
    expect(harness.binder.placements).toEqual(placed);
    expect(new Set(harness.binder.log).size).toBe(10);
  });

  test('claim 16: the binding of a pod does not wait for that of the one before', () => {
    const harness = newHarness({ nodes: STEPS });
    harness.submit(...pods(10, 'alike', { cpu: '1' }));
    harness.run();
    expect(harness.cycle.bindingCount).toBe(10);
    harness.cycle.bound('ns/alike-9');
    harness.cycle.bound('ns/alike-0');
    expect(harness.cycle.bindingCount).toBe(8);
  });

  test('claim 17: the chosen node has the highest score and also satisfies the resource requirement', () => {
    const harness = newHarness({ nodes: [node('a', { cpu: '2' }), node('b', { cpu: '3' })] });
    harness.submit(...pods(6, 'alike', { cpu: '1' }));
    const [outcome] = harness.run();
    const taken = outcome!.placed.map((placement) => placement.node).sort();
    expect(taken).toEqual(['a', 'a', 'b', 'b', 'b']);
    expect(keysOf(outcome!.waiting)).toEqual(['ns/alike-5']);
  });

  test('claim 17: with static scores the pods walk down the list that was sorted once', () => {
    const harness = newHarness({ nodes: STEPS, args: { scores: 'static' } });
    harness.submit(...pods(7, 'alike', { cpu: '4' }));
    const [outcome] = harness.run();
    expect(outcome!.placed.map((placement) => placement.node)).toEqual([
      ...Array<string>(4).fill('large'),
      'medium',
      'medium',
      'small',
    ]);
  });

  test('claim 17: a pod that asks for more than its master is checked by itself', () => {
    // without resources in the feature data both are of one class
    const nodes = [
      node('a', { cpu: '2' }),
      node('b', { cpu: '16', taints: [{ key: 'x', effect: 'PreferNoSchedule' }] }),
    ];
    const harness = newHarness({ nodes, args: { features: ['general', 'rule'] } });
    harness.submit(pod('master', { cpu: '1' }), pod('bigger', { cpu: '8' }), pod('third', { cpu: '1' }));
    expect(nodesByPod(harness.run())).toEqual({ master: 'a', bigger: 'b', third: 'a' });
  });
});
