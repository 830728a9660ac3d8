// Claims 18 to 20: the method on Kubernetes, as instructions on a medium, and as a system.
import { describe, expect, test } from 'vitest';
import { scalar, simd } from '../../build/kernels.js';
import { instantiateKernel } from '../../src/kernel/kernel.ts';
import { loadKernel } from '../../src/kernel/builds.ts';
import { plan } from '../../src/planner/plan.ts';
import { configuration, node, pods, newHarness } from '../cycle/fixtures.ts';

const NODES = [node('a', { pods: '2' }), node('b')];

describe('claims 18 to 20', () => {
  test('claim 18: what stands for Kubernetes are its own objects: Pods, Nodes and a KubeSchedulerConfiguration decide', () => {
    const pending = pods(4, 'alike', { cpu: '1' });
    const scenario = { nodes: NODES, pods: [], objects: [], pending };
    const { decisions, classes, passes } = plan(scenario, {
      kernel: loadKernel(),
      configuration: configuration(),
    });
    expect(decisions.map(({ pod }) => pod)).toEqual(pending.map(({ metadata }) => `ns/${metadata!.name}`));
    expect(decisions.filter((decision) => decision.node === 'a')).toHaveLength(2);
    expect({ classes, passes }).toEqual({ classes: 1, passes: 1 });
  });

  test.each([
    ['scalar', scalar],
    ['simd', simd],
  ])(
    'claim 19: what stands for the medium is the stored module (%s): its bytes alone determine and assign',
    (_, bytes) => {
      const harness = newHarness({ nodes: NODES, kernel: instantiateKernel(new Uint8Array(bytes)) });
      harness.submit(...pods(4, 'alike', { cpu: '1' }));
      harness.run();
      expect(harness.binder.log).toEqual(['ns/alike-0 a', 'ns/alike-1 b', 'ns/alike-2 a', 'ns/alike-3 b']);
    },
  );

  test('claim 20: what stands for the system is queue, cycle, correspondences, kernel and binder put together', () => {
    const harness = newHarness({ nodes: NODES });
    harness.submit(...pods(4, 'alike', { cpu: '1' }));
    expect(harness.queue.counts().active).toBe(4);
    harness.run();
    expect(harness.cycle.correspondences.size).toBe(1);
    harness.acknowledgeAll();
    expect(harness.cycle.correspondences.size).toBe(0);
    expect(harness.queue.snapshot(10)).toEqual([]);
    expect(harness.cluster.podCount).toBe(4);
  });
});
