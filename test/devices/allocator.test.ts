import { describe, expect, it } from 'vitest';
import { objectKey } from '../../src/model/types.ts';
import { allocationResult } from '../../src/devices/allocation-result.ts';
import { Allocator, type AllocatedDevices, type ClaimSolution } from '../../src/devices/allocator.ts';
import { SliceIndex } from '../../src/devices/pools.ts';
import { withRules } from '../../src/devices/taints.ts';
import { deviceId, type Device, type ResourceClaim, type ResourceSlice } from '../../src/devices/types.ts';
import { claim, deviceClass, devices, DRIVER, firstOf, request, selecting, slice } from './objects.ts';

const NODE = { name: 'a', labels: { zone: 'west' } };
const CLASSES = [deviceClass('gpu'), deviceClass('large', `device.attributes["${DRIVER}"].size == "large"`)];

interface Situation {
  slices: ResourceSlice[];
  claims: ResourceClaim[];
  /** Devices of the pool "a" that others have. */
  taken?: string[];
  shared?: AllocatedDevices['shared'];
}

function solve({ slices, claims, taken = [], shared = new Map() }: Situation): ClaimSolution[] | undefined {
  const exclusive = new Set(taken.map((name) => deviceId(DRIVER, 'a', name)));
  const allocator = new Allocator({ exclusive, shared }, (name) =>
    CLASSES.find(({ metadata }) => metadata?.name === name),
  );
  const keyed = claims.map((one) => ({ claim: one, key: objectKey(one) }));
  return allocator.allocate(NODE, new SliceIndex(slices).poolsFor(NODE), keyed);
}

/** Request and device of each result, claim by claim. */
function found(situation: Situation): string[][] | undefined {
  return solve(situation)?.map((solution) =>
    allocationResult(solution, NODE.name).devices!.results!.map(
      (result) => `${result.request} ${result.device}`,
    ),
  );
}

const sized = (name: string, size: string, numa = 0): Device => ({
  name,
  attributes: { size: { string: size }, 'topology.example.com/numa': { int: numa } },
});
const shareable = (name: string, requestPolicy?: object): Device => ({
  name,
  allowMultipleAllocations: true,
  capacity: { memory: { value: '40Gi', requestPolicy } },
});
const large = { deviceClassName: 'large' };
const one = claim('one');

describe('the devices of a claim', () => {
  it('are the first that are free, in the order of the slice', () => {
    const slices = [slice('a', devices('z', 'b', 'c'))];
    expect(found({ slices, claims: [one] })).toEqual([['gpu z']]);
    expect(found({ slices, claims: [one], taken: ['z'] })).toEqual([['gpu b']]);
    expect(found({ slices, claims: [one], taken: ['z', 'b', 'c'] })).toBeUndefined();
  });

  it('are taken pool by pool and slice by slice, by name', () => {
    const pool = { name: 'p', generation: 1, resourceSliceCount: 2 };
    const slices = [
      slice('a', devices('last'), { driver: 'z.example.com' }),
      slice('a', devices('third'), { pool: { ...pool, name: 'q', resourceSliceCount: 1 } }, '1'),
      slice('a', devices('second'), { pool }, '3'),
      slice('a', devices('first'), { pool }, '2'),
    ];
    const claims = [claim('all', [request('gpu', { count: 4 })])];
    expect(found({ slices, claims })).toEqual([['gpu first', 'gpu second', 'gpu third', 'gpu last']]);
  });

  it('are not those of another claim of the pod', () => {
    const slices = [slice('a', devices('b', 'c'))];
    expect(found({ slices, claims: [one, claim('two')] })).toEqual([['gpu b'], ['gpu c']]);
    expect(found({ slices, claims: [one, claim('two'), claim('three')] })).toBeUndefined();
  });

  it('make room for a later request that has no other choice', () => {
    const slices = [slice('a', [sized('l', 'large'), sized('s', 'small')])];
    const claims = [claim('both', [request('any'), request('large', large)])];
    expect(found({ slices, claims })).toEqual([['any s', 'large l']]);
  });

  it('satisfy the class and the request', () => {
    const slices = [slice('a', [sized('s', 'small'), sized('l0', 'large', 0), sized('l1', 'large', 1)])];
    const numa = selecting('device.attributes["topology.example.com"].numa == 1');
    expect(found({ slices, claims: [claim('one', [request('gpu', { ...large, ...numa })])] })).toEqual([
      ['gpu l1'],
    ]);
  });

  it('are all that match, or none when one is in use', () => {
    const slices = [slice('a', [sized('s', 'small'), sized('l0', 'large'), sized('l1', 'large')])];
    const claims = [claim('one', [request('gpu', { ...large, allocationMode: 'All' })])];
    expect(found({ slices, claims })).toEqual([['gpu l0', 'gpu l1']]);
    expect(found({ slices, claims, taken: ['s'] })).toEqual([['gpu l0', 'gpu l1']]);
    expect(found({ slices, claims, taken: ['l1'] })).toBeUndefined();
    expect(found({ slices: [slice('a', [sized('s', 'small')])], claims })).toBeUndefined();
  });

  it('are of the first alternative that can be had', () => {
    const slices = [slice('a', [sized('s0', 'small'), sized('s1', 'small'), sized('l', 'large')])];
    const alternatives = firstOf('gpu', { two: { ...large, count: 2 }, one: large, any: {} });
    expect(found({ slices, claims: [claim('one', [alternatives])] })).toEqual([['gpu/one l']]);
    expect(found({ slices, claims: [claim('one', [alternatives])], taken: ['l'] })).toEqual([['gpu/any s0']]);
  });

  it('may be looked at by an administrator while others have them', () => {
    const slices = [slice('a', devices('b'))];
    const claims = [claim('one', [request('gpu', { adminAccess: true })])];
    expect(found({ slices, claims, taken: ['b'] })).toEqual([['gpu b']]);
  });

  it('cannot be more than a claim can hold', () => {
    const slices = [slice('a', devices('b'))];
    const claims = [claim('one', [request('some', { count: 30 }), request('more', { count: 3 })])];
    expect(() => found({ slices, claims })).toThrow(
      'claim ns/one, request more: adding 3 devices exceeds the claim limit of 32, with 30 already accounted for',
    );
  });
});

describe('a constraint of a claim', () => {
  const slices = [slice('a', [sized('a0', 'large', 0), sized('b1', 'small', 1), sized('c1', 'large', 1)])];
  const numa = 'topology.example.com/numa';

  it('keeps an attribute the same', () => {
    const claims = [
      claim('one', [request('gpu', { count: 2 })], { constraints: [{ matchAttribute: numa }] }),
    ];
    expect(found({ slices, claims })).toEqual([['gpu b1', 'gpu c1']]);
  });

  it('knows an attribute of the driver without its domain', () => {
    const constraints = [{ matchAttribute: `${DRIVER}/size` }];
    const claims = [claim('one', [request('gpu', { count: 2 })], { constraints })];
    expect(found({ slices, claims })).toEqual([['gpu a0', 'gpu c1']]);
  });

  it('keeps an attribute different', () => {
    const constraints = [{ distinctAttribute: `${DRIVER}/size` } as object];
    const claims = [claim('one', [request('gpu', { count: 2 })], { constraints })];
    expect(found({ slices, claims })).toEqual([['gpu a0', 'gpu b1']]);
    const three = [claim('one', [request('gpu', { count: 3 })], { constraints })];
    expect(found({ slices, claims: three })).toBeUndefined();
  });

  it('is for the requests that it names', () => {
    const constraints = [{ matchAttribute: numa, requests: ['x', 'z'] }];
    const claims = [claim('one', [request('x'), request('y'), request('z')], { constraints })];
    expect(found({ slices, claims })).toEqual([['x b1', 'y a0', 'z c1']]);
  });

  it('that all devices would break is an error', () => {
    const all = request('gpu', { allocationMode: 'All' });
    const claims = [claim('one', [all], { constraints: [{ matchAttribute: numa }] })];
    expect(() => found({ slices, claims })).toThrow(`cannot add device ${DRIVER}/a/b1`);
  });
});

describe('a pool', () => {
  const pool = { name: 'a', generation: 1, resourceSliceCount: 2 };
  const all = claim('all', [request('gpu', { allocationMode: 'All' })]);

  it('whose slices are not all there gives nothing', () => {
    const slices = [
      slice('a', devices('b'), { pool }),
      slice('a', devices('other'), { pool: { ...pool, name: 'o', resourceSliceCount: 1 } }, 'o'),
    ];
    expect(found({ slices, claims: [one] })).toEqual([['gpu other']]);
    expect(() => found({ slices, claims: [all] })).toThrow(
      `asks for all devices, but resource pool ${DRIVER}/a is currently being updated`,
    );
  });

  it('has its other slices on other nodes', () => {
    const slices = [slice('a', devices('b'), { pool }), slice('b', devices('c'), { pool }, 'on-b')];
    expect(found({ slices, claims: [one] })).toEqual([['gpu b']]);
  });

  it('is what its newest generation says', () => {
    const old = slice('a', devices('old'), { pool: { ...pool, resourceSliceCount: 1 } });
    const newer = { ...pool, generation: 2, resourceSliceCount: 1 };
    expect(found({ slices: [old, slice('a', devices('new'), { pool: newer }, 'n')], claims: [one] })).toEqual(
      [['gpu new']],
    );
    const incomplete = slice('a', devices('old'), { pool });
    const elsewhere = slice('b', devices('new'), { pool: newer }, 'n');
    expect(found({ slices: [incomplete, elsewhere], claims: [one] })).toBeUndefined();
  });

  it('with a name twice gives nothing', () => {
    expect(found({ slices: [slice('a', devices('b', 'b'))], claims: [one] })).toBeUndefined();
  });

  it.each([
    ['every node', { allNodes: true }, true],
    ['nodes that a selector selects', { nodeSelector: zoneIs('west') }, true],
    ['other nodes', { nodeSelector: zoneIs('east') }, false],
    ['another node', { nodeName: 'b' }, false],
    ['nowhere', {}, false],
  ])('can be for %s', (_, place, reachable) => {
    const slices = [slice('a', devices('b'), { nodeName: undefined, ...place })];
    expect(found({ slices, claims: [one] }) !== undefined).toBe(reachable);
  });

  it('can leave the place to each device', () => {
    const placed = [
      { name: 'b', nodeName: 'other' },
      { name: 'c', nodeSelector: zoneIs('west') },
      { name: 'd', allNodes: true },
    ];
    const slices = [slice('a', placed, { nodeName: undefined, perDeviceNodeSelection: true })];
    const claims = [claim('two', [request('gpu', { count: 2 })])];
    expect(found({ slices, claims })).toEqual([['gpu c', 'gpu d']]);
  });

  it('that must prepare its devices comes last', () => {
    const prepared = [{ name: 'b', bindingConditions: ['ready'] }];
    const slices = [
      slice('a', prepared),
      slice('a', devices('c'), { pool: { ...pool, name: 'z', resourceSliceCount: 1 } }, 'z'),
    ];
    expect(found({ slices, claims: [one] })).toEqual([['gpu c']]);
  });
});

describe('a taint of a device', () => {
  const tainted = (effect: string): Device => ({ name: 'b', taints: [{ key: 'sick', value: 'v', effect }] });
  const tolerating = (toleration: object) => claim('one', [request('gpu', { tolerations: [toleration] })]);

  it.each([
    ['NoSchedule', false],
    ['NoExecute', false],
    ['None', true],
  ])('of the effect %s', (effect, allowed) => {
    expect(found({ slices: [slice('a', [tainted(effect)])], claims: [one] }) !== undefined).toBe(allowed);
  });

  it.each([
    [{ operator: 'Exists' }, true],
    [{ key: 'sick', operator: 'Exists', effect: 'NoSchedule' }, true],
    [{ key: 'sick', operator: 'Equal', value: 'v' }, true],
    [{ key: 'sick', operator: 'Equal', value: 'w' }, false],
    [{ key: 'sick', operator: 'Exists', effect: 'NoExecute' }, false],
    [{ key: 'tired', operator: 'Exists' }, false],
  ])('is tolerated by %j: %s', (toleration, allowed) => {
    const slices = [slice('a', [tainted('NoSchedule')])];
    expect(found({ slices, claims: [tolerating(toleration)] }) !== undefined).toBe(allowed);
  });

  it('is added by a rule for its driver, pool and name', () => {
    const rule = (deviceSelector: object | undefined) => ({
      spec: { deviceSelector, taint: { key: 'sick', effect: 'NoSchedule' } },
    });
    const both = slice('a', devices('b', 'c'));
    const names = (deviceSelector: object | undefined) =>
      found({ slices: [withRules(both, [rule(deviceSelector)])], claims: [one] })?.flat();
    expect(names({ driver: DRIVER, pool: 'a', device: 'b' })).toEqual(['gpu c']);
    expect(names({ driver: DRIVER })).toBeUndefined();
    expect(names({})).toBeUndefined();
    expect(names({ pool: 'other' })).toEqual(['gpu b']);
    expect(names(undefined)).toEqual(['gpu b']);
  });
});

describe('partitions of a device', () => {
  const sharedCounters = [{ name: 'slots', counters: { free: { value: '3' } } }];
  const pool = { name: 'a', generation: 1, resourceSliceCount: 2 };
  const counters = slice('a', [], { pool, devices: undefined, sharedCounters }, 'counters');
  const partition = (name: string, value: string): Device => ({
    name,
    consumesCounters: [{ counterSet: 'slots', counters: { free: { value } } }],
  });
  const slices = [
    counters,
    slice('a', [partition('whole', '3'), partition('half', '2'), partition('third', '1')], { pool }),
  ];

  it('share what the device has', () => {
    expect(found({ slices, claims: [one] })).toEqual([['gpu whole']]);
    expect(found({ slices, claims: [one, claim('two')] })).toEqual([['gpu half'], ['gpu third']]);
    expect(found({ slices, claims: [one, claim('two'), claim('three')] })).toBeUndefined();
  });

  it('leave what others have not taken', () => {
    expect(found({ slices, claims: [one], taken: ['half'] })).toEqual([['gpu third']]);
    expect(found({ slices, claims: [one], taken: ['whole'] })).toBeUndefined();
  });

  it('of counters that do not exist make the pool invalid', () => {
    const odd = { name: 'odd', consumesCounters: [{ counterSet: 'none', counters: {} }] };
    expect(found({ slices: [counters, slice('a', [odd], { pool })], claims: [one] })).toBeUndefined();
  });
});

describe('a device that several claims can have', () => {
  const asking = (name: string, memory: string) =>
    claim(name, [request('gpu', { capacity: { requests: { memory } } })]);
  const consumed = (situation: Situation) =>
    solve(situation)?.map((solution) => {
      const [result] = allocationResult(solution, NODE.name).devices!.results!;
      return result!.consumedCapacity;
    });

  it('is shared until its capacity is used up', () => {
    const slices = [slice('a', [shareable('b')])];
    const claims = [asking('one', '15Gi'), asking('two', '25Gi')];
    expect(consumed({ slices, claims })).toEqual([{ memory: '16106127360' }, { memory: '26843545600' }]);
    expect(consumed({ slices, claims: [...claims, asking('three', '1')] })).toBeUndefined();
    const shared = new Map([
      [deviceId(DRIVER, 'a', 'b'), new Map([['memory', 30n * 2n ** 30n * 1_000_000_000n]])],
    ]);
    expect(consumed({ slices, claims: [asking('one', '10Gi')], shared })).toEqual([
      { memory: '10737418240' },
    ]);
    expect(consumed({ slices, claims: [asking('one', '11Gi')], shared })).toBeUndefined();
  });

  it('is taken whole by a claim that says nothing, or by its default', () => {
    expect(consumed({ slices: [slice('a', [shareable('b')])], claims: [one] })).toEqual([
      { memory: '42949672960' },
    ]);
    const slices = [slice('a', [shareable('b', { default: '4', validValues: ['4'] })])];
    expect(consumed({ slices, claims: [one] })).toEqual([{ memory: '4' }]);
  });

  it.each([
    ['1', '2'],
    ['3', '5'],
    ['7', '8'],
    ['9', undefined],
  ])('gives %s by its range, whose steps are whole, as %s', (memory, given) => {
    const validRange = { min: '2', max: '8', step: '2500m' };
    const slices = [slice('a', [shareable('b', { default: '2', validRange })])];
    const results = consumed({ slices, claims: [asking('one', memory)] });
    expect(results?.[0]?.['memory']).toBe(given);
  });

  it.each([
    ['3', '4'],
    ['8', '8'],
    ['9', undefined],
  ])('gives %s by its values as %s', (memory, given) => {
    const slices = [slice('a', [shareable('b', { default: '4', validValues: ['4', '8'] })])];
    expect(consumed({ slices, claims: [asking('one', memory)] })?.[0]?.['memory']).toBe(given);
  });

  it('must have the capacity that is asked for', () => {
    const claims = [claim('one', [request('gpu', { capacity: { requests: { cores: '1' } } })])];
    expect(found({ slices: [slice('a', [shareable('b')])], claims })).toBeUndefined();
  });
});

describe('what is written into a claim', () => {
  const result = (situation: Situation) => allocationResult(solve(situation)![0]!, NODE.name);
  const opaque = (driver: string) => ({ opaque: { driver, parameters: {} } });

  it.each([
    ['a node', {}, { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }],
    [
      'nodes by their labels',
      { nodeName: undefined, nodeSelector: zoneIs('west') },
      zoneIs('west').nodeSelectorTerms[0],
    ],
    ['every node', { nodeName: undefined, allNodes: true }, undefined],
  ])('keeps it to %s', (_, place, term) => {
    const { nodeSelector } = result({ slices: [slice('a', devices('b'), place)], claims: [one] });
    expect(nodeSelector?.nodeSelectorTerms[0]).toEqual(term);
  });

  it('keeps a device that binds to its node there', () => {
    const bound = [{ name: 'b', bindsToNode: true }];
    const slices = [slice('a', bound, { nodeName: undefined, allNodes: true })];
    expect(result({ slices, claims: [one] }).nodeSelector?.nodeSelectorTerms[0]?.matchFields).toHaveLength(1);
  });

  it('has the configuration of what was taken, the class before the claim', () => {
    const gpu = CLASSES[0]!;
    gpu.spec.config = [opaque('class')];
    const requests = [firstOf('x', { no: large, yes: {} }), request('y')];
    const config = [
      { ...opaque('all'), requests: [] },
      { ...opaque('taken'), requests: ['x/yes'] },
      { ...opaque('not taken'), requests: ['x/no'] },
      { ...opaque('both'), requests: ['x', 'y'] },
    ];
    const slices = [slice('a', [sized('b', 'small'), sized('c', 'small')])];
    const { devices: allocation } = result({ slices, claims: [claim('one', requests, { config })] });
    delete gpu.spec.config;
    expect(allocation?.config).toEqual([
      { ...opaque('class'), source: 'FromClass' },
      { ...opaque('all'), source: 'FromClaim' },
      { ...opaque('taken'), source: 'FromClaim', requests: ['x/yes'] },
      { ...opaque('both'), source: 'FromClaim' },
    ]);
  });
});

function zoneIs(zone: string) {
  return { nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: [zone] }] }] };
}
