// What becomes of pods that cannot be placed as usual, and of all pods when something breaks: none is lost.
import { describe, expect, test } from 'vitest';
import { ERROR_ROW } from '../../assembly/layout.ts';
import { KernelError } from '../../src/kernel/kernel.ts';
import { configurationOf } from '../../src/config/configuration.ts';
import { members, podGroup } from '../gangs/fixtures.ts';
import { kernelWith, keysOf, node, nodesByPod, on, pod, pods, newHarness, type Harness } from './fixtures.ts';

const NODES = [node('a'), node('b')];

function rowsOf({ queue }: Harness): Record<string, string> {
  return Object.fromEntries(queue.snapshot(100).map((row) => [row.key.slice('ns/'.length), row.queue]));
}

function usedCpu({ cluster }: Harness): number {
  const { columns } = cluster.nodes;
  const { used } = cluster.nodes.resource('cpu');
  return ['a', 'b'].reduce((sum, name) => sum + columns.getF64(used, cluster.nodes.rowOf(name)!), 0);
}

/** Every pod is binding with its node taken, or back in the queue with nothing taken. */
function expectNoneLost(harness: Harness, names: readonly string[]): void {
  const rows = rowsOf(harness);
  const binding = names.filter((name) => harness.cycle.isBinding(`ns/${name}`));
  for (const name of names) {
    const isBinding = binding.includes(name);
    expect({ name, queue: rows[name] }).toEqual({
      name,
      queue: isBinding ? 'inFlight' : 'backoff',
    });
    expect({
      name,
      assumed: harness.cluster.pod(`ns/${name}`) !== undefined,
    }).toEqual({
      name,
      assumed: isBinding,
    });
  }
  expect(usedCpu(harness)).toBe(1000 * binding.length);
}

/** Prefers nodes by an operator that is not built, as a newer Kubernetes may have one. */
const UNBUILT = {
  affinity: {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 1, preference: { matchExpressions: [{ key: 'disk', operator: 'Like', values: ['ssd'] }] } },
      ],
    },
  },
};

describe('pods that are not placed', () => {
  test('a pod that needs what is not built waits with a message that names it', () => {
    const harness = newHarness({ nodes: NODES });
    harness.submit(...pods(2, 'special', { cpu: '1', spec: UNBUILT }), pod('plain', { cpu: '1' }));
    const [special, plain] = harness.run();
    expect(special!.refusal!.plugins).toEqual(['NodeAffinity']);
    expect(special!.refusal!.message).toContain('NodeAffinity is not supported');
    expect(keysOf(special!.waiting)).toEqual(['ns/special-0', 'ns/special-1']);
    expect(plain!.placed).toHaveLength(1);
    expect(rowsOf(harness)).toEqual({
      'special-0': 'unschedulable',
      'special-1': 'unschedulable',
      plain: 'inFlight',
    });
  });

  test('a pod that needs what is not built does not hide behind one that does not', () => {
    const harness = newHarness({ nodes: NODES });
    harness.submit(pod('plain', { cpu: '1' }), pod('special', { cpu: '1', spec: UNBUILT }));
    harness.run();
    expect(harness.binder.placements.map((placement) => placement.pod.key)).toEqual(['ns/plain']);
  });

  test('a pod whose profile is missing leaves the queue; the others are placed', () => {
    const harness = newHarness({ nodes: NODES });
    harness.submit(pod('foreign', { spec: { schedulerName: 'other' } }), pod('ours', { cpu: '1' }));
    harness.run();
    expect(harness.binder.placements.map((placement) => placement.pod.key)).toEqual(['ns/ours']);
    expect(rowsOf(harness)).toEqual({ ours: 'inFlight' });
  });

  test('each profile decides by its own rules', () => {
    const harness = newHarness({
      nodes: [node('a', { cpu: '4' }), node('b', { cpu: '8' })],
      configuration: configurationOf(
        {
          apiVersion: 'kubescheduler.config.k8s.io/v1',
          kind: 'KubeSchedulerConfiguration',
          profiles: [
            { schedulerName: 'default-scheduler' },
            {
              schedulerName: 'builder',
              pluginConfig: [
                {
                  name: 'NodeResourcesFit',
                  args: {
                    scoringStrategy: {
                      type: 'MostAllocated',
                      resources: [{ name: 'cpu', weight: 100 }],
                    },
                  },
                },
              ],
            },
          ],
        },
        'two profiles',
      ),
    });
    harness.submit(
      pod('spread', { cpu: '1', memory: '1Gi' }),
      pod('packed', {
        cpu: '2',
        memory: '1Gi',
        spec: { schedulerName: 'builder' },
      }),
    );
    expect(nodesByPod(harness.run())).toEqual({ spread: 'b', packed: 'a' });
    expect(harness.cycle.correspondences.size).toBe(2);
  });

  test('one verdict parks all pods of a class, and one event wakes them', () => {
    const harness = newHarness({ nodes: NODES });
    harness.submit(...pods(3, 'huge', { cpu: '10' }));
    const [outcome] = harness.run();
    expect(outcome!.refusal!.message).toBe('0/2 nodes are available: 2 Insufficient cpu.');
    const after = node('new', { cpu: '64' });
    harness.cluster.setNode(after);
    expect(harness.event({ kind: 'Node', after })).toBe(3);
    harness.clock.ms = 20_000;
    expect(Object.values(nodesByPod(harness.run()))).toEqual(['new', 'new', 'new']);
  });
});

describe('features that are left out', () => {
  test('without resources the fit of each pod is checked by itself', () => {
    const harness = newHarness({
      nodes: [node('a', { cpu: '3' }), node('b', { cpu: '2' })],
      args: { features: ['rule'] },
    });
    harness.submit(
      pod('one', { cpu: '2' }),
      pod('two', { cpu: '2' }),
      pod('three', { cpu: '1' }),
      pod('four', { cpu: '1' }),
    );
    const [outcome] = harness.run();
    expect(nodesByPod([outcome!])).toEqual({ one: 'a', two: 'b', three: 'a' });
    expect(keysOf(outcome!.waiting)).toEqual(['ns/four']);
  });

  test('what the pods take is counted by their own requests', () => {
    const harness = newHarness({ nodes: NODES, args: { features: ['general', 'rule'] } });
    harness.submit(pod('one', { cpu: '1' }), pod('two', { cpu: '3' }), pod('three', { cpu: '500m' }));
    harness.run();
    expect(usedCpu(harness)).toBe(4500);
    for (const name of ['one', 'two', 'three']) harness.cycle.bindingFailed(`ns/${name}`, 'refused');
    expect(usedCpu(harness)).toBe(0);
  });

  test('a node that is too small for one pod is as good as before for the next one', () => {
    const preferred = { key: 'kubernetes.io/hostname', operator: 'In', values: ['a'] };
    const nodeAffinity = {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 100, preference: { matchExpressions: [preferred] } },
      ],
    };
    const harness = newHarness({
      nodes: [node('a', { cpu: '4' }), node('b', { cpu: '16' })],
      args: { features: ['general', 'rule'] },
    });
    const spec = { affinity: { nodeAffinity } };
    harness.submit(
      pod('small', { cpu: '1', spec }),
      pod('large', { cpu: '8', spec }),
      pod('small-too', { cpu: '1', spec }),
      pod('small-again', { cpu: '1', spec }),
    );
    const [outcome] = harness.run();
    expect(nodesByPod([outcome!])).toEqual({ small: 'a', large: 'b', 'small-too': 'a', 'small-again': 'a' });
    expect(outcome!.placed.map(({ feasible }) => feasible)).toEqual([2, 2, 2, 2]);
  });

  test('without the rule two pods of one host port still never share a node', () => {
    const harness = newHarness({
      nodes: NODES,
      args: { features: ['general', 'resources'] },
    });
    harness.submit(...pods(3, 'web', { cpu: '1', ports: [80] }));
    expect(Object.values(nodesByPod(harness.run())).sort()).toEqual(['a', 'b']);
  });

  test('a pod that finds no room does not keep the smaller ones of its class waiting', () => {
    const harness = newHarness({ nodes: NODES, args: { features: ['general', 'rule'] } });
    harness.submit(pod('small', { cpu: '1' }), pod('huge', { cpu: '100' }), pod('medium', { cpu: '2' }));
    const [outcome] = harness.run();
    expect(Object.keys(nodesByPod([outcome!]))).toEqual(['small', 'medium']);
    expect(keysOf(outcome!.waiting)).toEqual(['ns/huge']);
    expect(outcome!.refusal).toEqual({
      message: '0/2 nodes are available: 2 Insufficient cpu.',
      plugins: ['NodeResourcesFit'],
    });
  });

  test('nor does it when only some candidates are kept', () => {
    const harness = newHarness({
      nodes: NODES,
      args: { features: ['general', 'rule'], candidates: 1 },
    });
    harness.submit(pod('small', { cpu: '1' }), pod('huge', { cpu: '100' }), pod('medium', { cpu: '7500m' }));
    expect(Object.keys(nodesByPod(harness.run()))).toEqual(['small', 'medium']);
  });
});

describe('candidates', () => {
  test('each pod is explained once, also when the nodes are determined again for it', () => {
    const nodes = Array.from({ length: 3 }, (_, n) => node(`n${n}`, { pods: '1' }));
    const harness = newHarness({ nodes, args: { candidates: 1 }, explain: 'ties' });
    harness.submit(...pods(3, 'alike', { cpu: '1' }));
    const [outcome] = harness.run();
    expect(outcome!.explanations.map(({ best }) => best)).toEqual([['n0'], ['n1'], ['n2']]);
  });

  test('when the kept nodes are full the nodes are determined again for the pods that remain', () => {
    const nodes = Array.from({ length: 4 }, (_, n) => node(`n${n}`, { pods: '2' }));
    const harness = newHarness({ nodes, args: { candidates: 1 } });
    harness.submit(...pods(9, 'alike', { cpu: '1' }));
    const [outcome] = harness.run();
    expect(outcome!.placed.map((placement) => placement.node)).toEqual([
      'n0',
      'n0',
      'n1',
      'n1',
      'n2',
      'n2',
      'n3',
      'n3',
    ]);
    expect(keysOf(outcome!.waiting)).toEqual(['ns/alike-8']);
    expect(outcome!.refusal!.message).toBe('0/4 nodes are available: 4 Too many pods.');
    expect(harness.cycle.correspondences.passes).toBe(4);
  });
});

describe('when something breaks', () => {
  const names = ['alike-0', 'alike-1', 'alike-2'];

  /** A kernel whose assign fails at its nth call that places pods. */
  function failingAt(nth: number) {
    let calls = 0;
    return kernelWith((exports) => ({
      assign: (batch, count, out) =>
        count > 0 && ++calls === nth ? ERROR_ROW : exports.assign(batch, count, out),
    }));
  }

  test.each([1, 2, 3])('a kernel error at the %d. pod of a batch loses no pod and keeps no node', (nth) => {
    // with explanations every pod is assigned by a call of its own
    const harness = newHarness({ nodes: NODES, explain: 'ties', kernel: failingAt(nth) });
    harness.submit(...pods(3, 'alike', { cpu: '1' }));
    expect(harness.run()[0]!.fault).toBeInstanceOf(KernelError);
    expectNoneLost(harness, names);
    harness.acknowledgeAll();
    expect(harness.cycle.correspondences.size).toBe(0);

    harness.clock.ms = 20_000;
    harness.run();
    harness.acknowledgeAll();
    expect(rowsOf(harness)).toEqual({});
    expect(usedCpu(harness)).toBe(3000);
  });

  test('a kernel that traps after it has placed pods leaves nothing of them behind', () => {
    let traps = 0;
    const kernel = kernelWith((exports) => ({
      assign: (batch, count, out) => {
        const placed = exports.assign(batch, count, out);
        if (placed > 0 && traps++ < 2) throw new WebAssembly.RuntimeError('unreachable');
        return placed;
      },
    }));
    const before = newHarness({
      nodes: NODES,
      pods: [on('a', pod('there', { cpu: '1', ports: [80] }))],
      kernel,
    });
    before.submit(...pods(3, 'alike', { cpu: '1', ports: [81] }), pod('other', { cpu: '500m', ports: [82] }));
    // the second class traps as well; each cycle ends with an audit of the columns
    expect(before.run().map(({ fault }) => fault?.message)).toEqual(['unreachable', 'unreachable']);
    expect(usedCpu(before)).toBe(1000);
    before.submit(pod('next', { cpu: '500m' }));
    expect(before.run().map(({ placed }) => placed.length)).toEqual([1]);
    before.clock.ms = 20_000;
    expect(Object.keys(nodesByPod(before.run()))).toEqual(['alike-0', 'alike-1', 'other']);
  });

  test('a gang whose kernel traps leaves nothing of it behind', () => {
    let traps = 0;
    const kernel = kernelWith((exports) => ({
      assign: (batch, count, out) => {
        const placed = exports.assign(batch, count, out);
        if (placed > 0 && traps++ === 0) throw new WebAssembly.RuntimeError('unreachable');
        return placed;
      },
    }));
    const harness = newHarness({ nodes: NODES, kernel, objects: [podGroup('g', 2)] });
    harness.submit(...members('g', 2, { cpu: '1' }));
    expect(harness.run()[0]!.fault?.message).toBe('unreachable');
    expect(usedCpu(harness)).toBe(0);
    harness.clock.ms = 20_000;
    expect(Object.keys(nodesByPod(harness.run()))).toHaveLength(2);
  });

  test('a kernel error while the nodes are determined loses no pod', () => {
    let failed = false;
    const kernel = kernelWith((exports) => ({
      determine: (batch) => (failed ? exports.determine(batch) : ((failed = true), ERROR_ROW)),
    }));
    const harness = newHarness({ nodes: NODES, kernel });
    harness.submit(
      ...pods(3, 'alike', { cpu: '1' }),
      pod('other', { cpu: '1', spec: { nodeSelector: { x: 'y' } } }),
    );
    expect(harness.run()[0]!.fault).toBeInstanceOf(KernelError);
    expectNoneLost(harness, names);
    // the batch that broke keeps no other from being taken
    expect(rowsOf(harness)['other']).toBe('unschedulable');
    expect(harness.cycle.correspondences.size).toBe(0);
  });

  test('a kernel error while nodes are determined again keeps the memory of others whole', () => {
    let fail = false;
    const kernel = kernelWith((exports) => ({
      determine: (batch) => (fail ? ERROR_ROW : exports.determine(batch)),
    }));
    const harness = newHarness({ nodes: NODES, kernel });
    harness.submit(pod('alike-0', { cpu: '1' }));
    harness.run();
    harness.cluster.setNode(node('a', { labels: { new: 'label' } }));
    harness.submit(pod('alike-1', { cpu: '1' }));
    fail = true;
    expect(harness.run()[0]!.fault).toBeInstanceOf(KernelError);
    fail = false;
    harness.acknowledgeAll();
    expect(harness.cycle.correspondences.size).toBe(0);
    // blocks that were given back twice would be handed out twice
    const blocks = Array.from({ length: 50 }, (_, n) => kernel.arena.allocate(16 * (n + 1)));
    const again = Array.from({ length: 50 }, (_, n) => kernel.arena.allocate(16 * (n + 1)));
    expect(new Set([...blocks, ...again]).size).toBe(100);
  });

  test.each(names)('a binder that throws at %s loses no pod and keeps no node', (name) => {
    const harness = newHarness({ nodes: NODES });
    harness.binder.throwsOn.add(`ns/${name}`);
    harness.submit(...pods(3, 'alike', { cpu: '1' }));
    expect(harness.run()[0]!.fault!.message).toBe(`no binding for ns/${name}`);
    expectNoneLost(harness, names);
    harness.acknowledgeAll();
    expect(harness.cycle.correspondences.size).toBe(0);

    harness.binder.throwsOn.clear();
    harness.clock.ms = 20_000;
    harness.run();
    harness.acknowledgeAll();
    expect(rowsOf(harness)).toEqual({});
    expect(usedCpu(harness)).toBe(3000);
  });

  test('a cycle that is ended early gives back the pods of the batches that were not taken', () => {
    const harness = newHarness({ nodes: NODES });
    harness.submit(pod('alike-0', { cpu: '1' }), ...pods(2, 'other', { cpu: '2' }));
    for (const outcome of harness.cycle.run()) {
      expect(outcome.placed).toHaveLength(1);
      break;
    }
    expect(rowsOf(harness)).toEqual({
      'alike-0': 'inFlight',
      'other-0': 'active',
      'other-1': 'active',
    });
  });

  test('a pod that was deleted while its batch was decided does not come back', () => {
    const harness = newHarness({ nodes: NODES });
    harness.submit(pod('alike-0', { cpu: '1' }));
    harness.run();
    harness.queue.delete('ns/alike-0', 'uid-alike-0');
    harness.cluster.removePod('ns/alike-0');
    harness.cycle.bindingFailed('ns/alike-0', 'not found');
    expect(rowsOf(harness)).toEqual({});
    expect(usedCpu(harness)).toBe(0);
    expect(harness.cycle.correspondences.size).toBe(0);
  });

  test('a node that goes while a pod is bound to it takes nothing along', () => {
    const harness = newHarness({ nodes: NODES });
    harness.submit(pod('alike-0', { cpu: '1' }));
    harness.run();
    harness.cluster.removeNode('a');
    harness.cycle.bindingFailed('ns/alike-0', 'no such node');
    harness.cluster.setNode(node('a'));
    expect(usedCpu(harness)).toBe(0);
    harness.clock.ms = 20_000;
    expect(nodesByPod(harness.run())).toEqual({ 'alike-0': 'a' });
  });
});
