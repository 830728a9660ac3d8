import { describe, expect, it, vi } from 'vitest';
import type { Node, Pod, Scenario } from '../../src/model/types.ts';
import { defaultConfiguration } from '../../src/config/configuration.ts';
import { plan } from '../../src/planner/plan.ts';
import { KERNELS } from '../kernel/kernels.ts';

const CLASSES = 20;

function node(n: number): Node {
  return {
    metadata: { name: `node-${String(n).padStart(2, '0')}`, labels: { disk: n % 2 === 0 ? 'ssd' : 'hdd' } },
    spec: n % 3 === 0 ? { taints: [{ key: 'reserved', effect: 'NoSchedule' }] } : {},
    status: { allocatable: { cpu: '8', memory: '32Gi', pods: '110' } },
  };
}

function pod(n: number, disk: string): Pod {
  const requests = { cpu: '100m', memory: `${64 + n}Mi` };
  return {
    metadata: { name: `pod-${disk}-${n}`, namespace: 'default' },
    spec: { nodeSelector: { disk }, containers: [{ name: 'main', resources: { requests } }] },
  };
}

/** The classes' pods, each of another size, on the disks in turn. */
function scenarioOf(disks: readonly string[]): Scenario {
  const pending = Array.from({ length: CLASSES }, (_, n) => pod(n, disks[n % disks.length]!));
  return { nodes: Array.from({ length: 24 }, (_, n) => node(n)), pods: [], objects: [], pending };
}

describe.each(KERNELS)('on the $name kernel', ({ load }) => {
  it.each([
    { disks: ['ssd'], matches: 1 },
    { disks: ['ssd', 'hdd'], matches: 2 },
  ])('classes that differ in resources only share what $disks says of the nodes', ({ disks, matches }) => {
    const kernel = load();
    const match = vi.spyOn(kernel, 'match');
    const scenario = scenarioOf(disks);
    const { decisions, classes } = plan(scenario, { kernel, configuration: defaultConfiguration() });
    expect(classes).toBe(CLASSES);
    expect(match).toHaveBeenCalledTimes(matches);
    decisions.forEach(({ node: name }, n) => {
      const chosen = scenario.nodes.find(({ metadata }) => metadata?.name === name)!;
      expect(chosen.metadata?.labels?.disk).toBe(disks[n % disks.length]);
      expect(chosen.spec?.taints).toBeUndefined();
    });
  });
});
