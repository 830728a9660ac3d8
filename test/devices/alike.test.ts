// Pods whose claims were made from one template share a class; each is given devices for its own claim, and is told of its own.
import { describe, expect, it } from 'vitest';
import type { ApiObject, Node, Pod } from '../../src/model/types.ts';
import { defaultConfiguration } from '../../src/config/configuration.ts';
import { dynamicResources } from '../../src/devices/plugin.ts';
import type { DeviceRequest, ResourceClaim, ResourceSlice } from '../../src/devices/types.ts';
import { inTree } from '../../src/plugins/in-tree.ts';
import { plan } from '../../src/planner/plan.ts';
import { KERNELS } from '../kernel/kernels.ts';
import { node } from '../run/fixtures.ts';
import { deviceClass, devices, podWith, replica, request, selecting, slice } from './objects.ts';

const gpu = deviceClass('gpu');
const simd = KERNELS.find(({ name }) => name === 'simd')!;

interface Situation {
  nodes: Node[];
  objects: ApiObject[];
  pending: Pod[];
}

function decide(situation: Situation, { load } = simd) {
  const configuration = defaultConfiguration(inTree.with([dynamicResources]));
  return plan({ pods: [], ...situation }, { kernel: load(), configuration });
}

function replicas(count: number, requests: DeviceRequest[]): { pending: Pod[]; claims: ResourceClaim[] } {
  const made = Array.from({ length: count }, (_, n) => replica(`web-${n}`, requests));
  return { pending: made.map((one) => one.pod), claims: made.map((one) => one.claim) };
}

const names = (count: number) => Array.from({ length: count }, (_, n) => `node-${n}`);

function sliceOf(name: string, count: number): ResourceSlice {
  const ids = Array.from({ length: count }, (_, n) => `gpu-${n}`);
  return slice(name, devices(...ids));
}

describe('replicas with claims from a template', () => {
  it.each(KERNELS)('take one pass, on the $name kernel', (kernel) => {
    const { pending, claims } = replicas(1000, [request('gpu', { count: 2 })]);
    const hosts = names(60);
    const { decisions, classes, passes } = decide(
      {
        nodes: hosts.map((name) => node(name, { cpu: '64', memory: '256Gi', pods: '110' })),
        objects: [gpu, ...claims, ...hosts.map((name) => sliceOf(name, 32))],
        pending,
      },
      kernel,
    );
    const used = new Map<string, number>();
    for (const decision of decisions)
      if (decision.node !== undefined) used.set(decision.node, (used.get(decision.node) ?? 0) + 1);
    // 16 pairs on each of 60 nodes
    expect([...used.values()]).toEqual(Array.from({ length: 60 }, () => 16));
    expect(decisions.at(-1).message).toContain('60 cannot allocate all claims');
    expect({ classes, passes }).toEqual({ classes: 1, passes: 1 });
  });

  it('take from what several nodes share', () => {
    const { pending, claims } = replicas(5, [request('gpu')]);
    const shared = slice('rack', devices('a', 'b', 'c'), { nodeName: undefined, allNodes: true });
    const { decisions, classes } = decide({
      nodes: names(4).map((name) => node(name)),
      objects: [gpu, ...claims, shared],
      pending,
    });
    expect(decisions.map(({ feasible }) => feasible)).toEqual([4, 4, 4, 0, 0]);
    for (const { message } of decisions.slice(3)) expect(message).toContain('4 cannot allocate all claims');
    expect(classes).toBe(1);
  });

  it('are told of their own claims where something is wrong with them', () => {
    const faulty = [request('gpu', selecting('device.attributes["gpu.example.com"].missing == 1'))];
    const { pending, claims } = replicas(3, faulty);
    const { decisions, classes } = decide({
      nodes: [node('node-0')],
      objects: [gpu, ...claims, sliceOf('node-0', 4)],
      pending,
    });
    expect(classes).toBe(1);
    decisions.forEach(({ message }, n) => expect(message).toContain(`claim ns/web-${n}-gpu:`));
  });

  it('go on where one device only is what is wrong', () => {
    const selector = selecting('device.attributes["gpu.example.com"].model == "large"');
    const { pending, claims } = replicas(4, [request('gpu', selector)]);
    const large = { model: { string: 'large' } };
    const some = slice('node-0', [
      { name: 'a', attributes: large },
      { name: 'b', attributes: large },
      { name: 'c' },
    ]);
    const { decisions } = decide({ nodes: [node('node-0')], objects: [gpu, ...claims, some], pending });
    expect(decisions.map((decision) => decision.node)).toEqual(['node-0', 'node-0', undefined, undefined]);
    expect(decisions[2]!.message).toContain('claim ns/web-2-gpu:');
    expect(decisions[3]!.message).toContain('claim ns/web-3-gpu:');
  });

  it('are told apart by what they ask for', () => {
    const one = replica('one', [request('gpu')]);
    const two = replica('two', [request('gpu', { count: 2 })]);
    const objects = [gpu, one.claim, two.claim, sliceOf('node-0', 3)];
    const { classes } = decide({ nodes: [node('node-0')], objects, pending: [one.pod, two.pod] });
    expect(classes).toBe(2);
  });

  it('are told apart by their names where they ask for very much', () => {
    const condition = 'true || true';
    const long = Array.from({ length: 32 }, () => condition + ' || true'.repeat(100));
    const { pending, claims } = replicas(2, [request('gpu', selecting(...long))]);
    const { decisions, classes } = decide({
      nodes: [node('node-0')],
      objects: [gpu, ...claims, sliceOf('node-0', 4)],
      pending,
    });
    expect(classes).toBe(2);
    expect(decisions.map((decision) => decision.node)).toEqual(['node-0', 'node-0']);
  });

  it('are told apart where another pod names the claim of one', () => {
    const { pending, claims } = replicas(3, [request('gpu')]);
    const thief = podWith('thief', 'web-1-gpu');
    const objects = [gpu, ...claims, sliceOf('node-0', 4)];
    const { decisions, classes } = decide({
      nodes: [node('node-0')],
      objects,
      pending: [thief, ...pending],
    });
    expect(classes).toBe(3);
    const left = decisions.filter((decision) => decision.node === undefined);
    expect(left.map((decision) => decision.pod)).toEqual(['ns/web-1']);
    expect(left[0]!.message).toContain('web-1-gpu is in the process of being allocated');
  });
});
