// Pods with claims, as they are planned: what an error, a deadline and a search without end mean for a pod and for others.
import { describe, expect, it } from 'vitest';
import type { ApiObject, Decision, Node, Pod } from '../../src/model/types.ts';
import { defaultConfiguration } from '../../src/config/configuration.ts';
import { dynamicResources } from '../../src/devices/plugin.ts';
import { inTree } from '../../src/plugins/in-tree.ts';
import type { DeviceRequest, ResourceClaim } from '../../src/devices/types.ts';
import { plan } from '../../src/planner/plan.ts';
import { KERNELS } from '../kernel/kernels.ts';
import { node, pod } from '../run/fixtures.ts';
import {
  allocated,
  claim,
  deviceClass,
  devices,
  DRIVER,
  firstOf,
  podWith,
  request,
  selecting,
  slice,
} from './objects.ts';

const { load } = KERNELS.find(({ name }) => name === 'simd')!;
const gpu = deviceClass('gpu');

interface Situation {
  nodes: Node[];
  pods?: Pod[];
  objects: ApiObject[];
  pending: Pod[];
  now?: number;
}

function decide({ now, pods = [], ...rest }: Situation): Decision[] {
  const scenario = { pods, ...rest };
  const configuration = defaultConfiguration(inTree.with([dynamicResources]));
  return plan(scenario, { kernel: load(), configuration, explain: 'detail', now }).decisions;
}

function decideOne(situation: Situation): Decision {
  return decide(situation)[0]!;
}

describe('an error about a claim on one node', () => {
  const all = claim('all', [request('gpu', { allocationMode: 'All' })]);
  const incomplete = slice('bad', devices('b'), {
    pool: { name: 'bad', generation: 1, resourceSliceCount: 2 },
  });
  const objects = [gpu, all, incomplete, slice('good', devices('c'))];
  const asking = podWith('one', 'all');
  asking.spec!.priority = 10;

  it('counts where nothing else keeps the pod away', () => {
    const occupant = { ...pod('small'), spec: { ...pod('small').spec!, nodeName: 'good' } };
    const nodes = [node('bad'), node('good', { pods: '1' })];
    const {
      node: chosen,
      message,
      preemption,
    } = decideOne({
      ...{ nodes, objects, pods: [occupant], pending: [asking] },
    });
    expect(chosen).toBeUndefined();
    expect(message).toBe(
      'running "DynamicResources" filter plugin: claim ns/all, request gpu: asks for all devices, but resource pool ' +
        `${DRIVER}/bad is currently being updated`,
    );
    expect(preemption).toBeUndefined();
  });

  it('does not count where another filter rejects the node', () => {
    const nodes = [node('bad', { pods: '0' }), node('good')];
    expect(decideOne({ nodes, objects, pending: [asking] }).node).toBe('good');
  });

  it('does not keep the pod from preempting others elsewhere', () => {
    const occupant = { ...pod('small'), spec: { ...pod('small').spec!, nodeName: 'good' } };
    const nodes = [node('bad', { pods: '0' }), node('good', { pods: '1' })];
    const { node: chosen, preemption } = decideOne({ nodes, objects, pods: [occupant], pending: [asking] });
    expect(preemption).toEqual([{ node: 'good', victims: ['ns/small'] }]);
    expect(chosen).toBe('good');
  });
});

describe('a claim that is allocated', () => {
  const conditions = { bindingConditions: ['ready'], bindingFailureConditions: ['broken'] };

  function prepared(allocationTimestamp: string): ResourceClaim {
    const one = allocated(claim('one'), 'a', 'b');
    const { allocation } = one.status!;
    const results = allocation!.devices!.results!.map((result) => ({ ...result, ...conditions }));
    return { ...one, status: { allocation: { ...allocation, devices: { results }, allocationTimestamp } } };
  }

  it.each([
    ['is taken', 599_000, 'a'],
    ['is not taken any more', 601_000, undefined],
  ])('and whose devices have not become ready %s after %i ms', (_, ms, expected) => {
    const begin = '2026-01-01T00:00:00Z';
    const objects = [gpu, prepared(begin)];
    const now = Date.parse(begin) + ms;
    const decision = decideOne({ nodes: [node('a')], objects, pending: [podWith('one', 'one')], now });
    expect(decision.node).toBe(expected);
    if (expected === undefined)
      expect(decision.message).toBe('0/1 nodes are available: 1 resourceclaim not available on the node.');
  });

  it.each([
    [255, 'a'],
    [256, undefined],
  ])('is shared by %i pods and one more, or not', (users, expected) => {
    const shared = allocated(claim('one'), 'a', 'b');
    shared.status!.reservedFor = Array.from({ length: users }, (_, n) => {
      return { resource: 'pods', name: `user-${n}`, uid: `user-${n}` };
    });
    const decision = decideOne({
      ...{ nodes: [node('a')], objects: [gpu, shared], pending: [podWith('one', 'one')] },
    });
    expect(decision.node).toBe(expected);
    if (expected === undefined)
      expect(decision.message).toBe('0/1 nodes are available: resourceclaim in use.');
  });

  it('adds the alternatives that it took to the score of one that is not', () => {
    const large = { deviceClassName: 'large' };
    const classes = [gpu, deviceClass('large', `device.attributes["${DRIVER}"].size == "large"`)];
    const results = [{ request: 'x/large', driver: DRIVER, pool: 'net', device: 'n' }];
    const held: ResourceClaim = {
      ...claim('held', [firstOf('x', { large, any: {} })]),
      status: { allocation: { devices: { results } } },
    };
    const open = claim('open', [firstOf('x', { large, any: {} })]);
    const sized = (size: string) => [{ name: 'b', attributes: { size: { string: size } } }];
    const { scores } = decideOne({
      nodes: [node('a'), node('z')],
      objects: [...[...classes, held, open], ...[slice('a', sized('small')), slice('z', sized('large'))]],
      pending: [podWith('one', 'held', 'open')],
    });
    // of 8 points and 7 or 8 more, with weight 2
    expect(scores?.['a']?.['DynamicResources']).toBe(2 * Math.floor((15 * 100) / 16));
    expect(scores?.['z']?.['DynamicResources']).toBe(200);
  });
});

describe('a search without end', () => {
  const CPU_LIMIT_MS = 2000;
  const names = Array.from({ length: 18 }, (_, n) => `device-${n}`);
  const none = selecting(`device.attributes["${DRIVER}"].size == "none"`);
  const impossible: DeviceRequest[] = [request('many', { count: 9 }), request('none', none)];

  it.each([20, 1000, 5000])('on %i nodes of 18 devices is given up soon, and others go on', (count) => {
    const sized = devices(...names).map((device) => ({ ...device, attributes: { size: { string: 'x' } } }));
    const nodes = Array.from({ length: count }, (_, n) => node(`node-${n}`));
    const slices = nodes.map(({ metadata }) =>
      slice(
        metadata!.name!,
        sized.map((device) => ({ ...device })),
      ),
    );
    const poison = claim('poison', impossible);
    const before = process.cpuUsage();
    const [poisoned, plain, served] = decide({
      nodes,
      objects: [gpu, ...slices, poison, claim('one')],
      pending: [podWith('poisoned', 'poison'), pod('plain'), podWith('served', 'one')],
    });
    const cpuMs = process.cpuUsage(before).user / 1000;
    expect(poisoned!.message).toMatch(
      /^running "DynamicResources" filter plugin: node node-\d+: gave up trying to allocate devices$/,
    );
    expect(plain!.node).toBeDefined();
    expect(served!.node).toBeDefined();
    expect(cpuMs).toBeLessThan(CPU_LIMIT_MS);
  });

  it('does not begin where another filter rejects the nodes', () => {
    const taken = Array.from({ length: 200 }, (_, n) => node(`full-${n}`, { pods: '0' }));
    const nodes = [...taken, node('free')];
    const slices = nodes.map(({ metadata }) => slice(metadata!.name!, devices(...names.slice(6))));
    const { message } = decideOne({
      nodes,
      objects: [gpu, ...slices, claim('poison', [request('many', { count: 13 })])],
      pending: [podWith('one', 'poison')],
    });
    expect(message).toBe('0/201 nodes are available: 1 cannot allocate all claims, 200 Too many pods.');
  });
});
