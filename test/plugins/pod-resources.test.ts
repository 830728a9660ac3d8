// What a pod asks for, and what it takes from its node.
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../src/model/types.ts';
import {
  amountsOf,
  isExtendedResource,
  isScalarResource,
  requestsOf,
  scoredRequestsOf,
  usageOf,
} from '../../src/model/pod-resources.ts';

type Spec = NonNullable<Pod['spec']>;
type Status = NonNullable<Pod['status']>;
type Requests = Record<string, string>;

const MEBIBYTE = 1024 * 1024;

const container = (name: string, requests?: Requests) => ({ name, resources: requests && { requests } });
const sidecar = (name: string, requests: Requests) => ({
  ...container(name, requests),
  restartPolicy: 'Always',
});
const podWith = (spec: Partial<Spec>, status?: Partial<Status>): Pod => ({
  spec: { containers: [], ...spec },
  status,
});
const asked = (spec: Partial<Spec>) => Object.fromEntries(requestsOf(podWith(spec)));

describe('requestsOf', () => {
  test.each<[string, Partial<Spec>, Record<string, number>]>([
    ['nothing', {}, {}],
    [
      'containers add up; cpu in thousandths, the rest in units',
      {
        containers: [
          container('a', { cpu: '1', memory: '1Mi' }),
          container('b', { cpu: '250m', memory: '1M', 'example.com/gpu': '2' }),
        ],
      },
      { cpu: 1250, memory: MEBIBYTE + 1_000_000, 'example.com/gpu': 2 },
    ],
    [
      'a fraction is rounded up after the sum',
      { containers: [container('a', { cpu: '100u' }), container('b', { cpu: '200u' })] },
      { cpu: 1 },
    ],
    [
      'an init container that asks for more than all containers',
      { containers: [container('a', { cpu: '1' })], initContainers: [container('i', { cpu: '3' })] },
      { cpu: 3000 },
    ],
    [
      'an init container that asks for less',
      { containers: [container('a', { cpu: '1' })], initContainers: [container('i', { cpu: '500m' })] },
      { cpu: 1000 },
    ],
    [
      'init containers run one after another',
      { initContainers: [container('i', { cpu: '2' }), container('j', { cpu: '1', memory: '5' })] },
      { cpu: 2000, memory: 5 },
    ],
    [
      'a sidecar runs beside the containers',
      { containers: [container('a', { cpu: '1' })], initContainers: [sidecar('s', { cpu: '2' })] },
      { cpu: 3000 },
    ],
    [
      'a sidecar runs beside the init containers after it',
      {
        containers: [container('a', { cpu: '1' })],
        initContainers: [sidecar('s', { cpu: '2' }), container('i', { cpu: '4' })],
      },
      { cpu: 6000 },
    ],
    [
      'but not beside those before it',
      {
        containers: [container('a', { cpu: '1' })],
        initContainers: [container('i', { cpu: '4' }), sidecar('s', { cpu: '2' })],
      },
      { cpu: 4000 },
    ],
    [
      'overhead comes on top',
      { containers: [container('a', { cpu: '1' })], overhead: { cpu: '100m', memory: '5' } },
      { cpu: 1100, memory: 5 },
    ],
    [
      'pod-level requests stand for those of the containers, resource by resource',
      {
        containers: [container('a', { cpu: '1', memory: '5', 'example.com/gpu': '1' })],
        resources: { requests: { cpu: '4' } },
      },
      { cpu: 4000, memory: 5, 'example.com/gpu': 1 },
    ],
    [
      'overhead comes on top of pod-level requests too',
      { resources: { requests: { cpu: '4' } }, overhead: { cpu: '1' } },
      { cpu: 5000 },
    ],
    [
      'pod-level requests of other resources mean nothing',
      {
        containers: [container('a', { 'example.com/gpu': '1' })],
        resources: { requests: { 'example.com/gpu': '4' } },
      },
      { 'example.com/gpu': 1 },
    ],
    ['a native resource that is not counted', { containers: [container('a', { 'made-up': '1' })] }, {}],
    ['limits mean nothing', { containers: [{ name: 'a', resources: { limits: { cpu: '4' } } }] }, {}],
  ])('%s', (_, spec, expected) => {
    expect(asked(spec)).toEqual(expected);
  });
});

describe('what scores count', () => {
  const scored = (spec: Partial<Spec>) => Object.fromEntries(scoredRequestsOf(podWith(spec)));
  test('a container that names no cpu or memory counts with a little of it', () => {
    expect(scored({ containers: [container('a'), container('b', { cpu: '1' })] })).toEqual({
      cpu: 1100,
      memory: 400 * MEBIBYTE,
    });
  });

  test('one that asks for none counts with none', () => {
    expect(scored({ containers: [container('a', { cpu: '0', memory: '0' })] })).toEqual({
      cpu: 0,
      memory: 0,
    });
  });

  test('pod-level requests are left out for a waiting pod, and counted once it uses a node', () => {
    const spec = { containers: [container('a')], resources: { requests: { cpu: '4' } } };
    expect(scored(spec)['cpu']).toBe(100);
    expect(usageOf(podWith(spec))).toMatchObject({ nonzeroCpu: 4000, nonzeroMemory: 200 * MEBIBYTE });
  });
});

describe('usageOf', () => {
  const containers = [container('a', { cpu: '2' })];
  const statusOf = (allocated?: Requests, actuated?: Requests): Partial<Status> => ({
    containerStatuses: [
      {
        name: 'a',
        image: '',
        imageID: '',
        ready: true,
        restartCount: 0,
        allocatedResources: allocated,
        resources: actuated && { requests: actuated },
      },
    ],
  });
  const pending = (reason: string): Status['conditions'] => [
    { type: 'PodResizePending', status: 'True', reason },
  ];
  const podStatus = (allocated?: Requests, actuated?: Requests): Partial<Status> => ({
    allocatedResources: allocated,
    resources: actuated && { requests: actuated },
  });
  test.each<[string, Partial<Status>, number]>([
    ['no status', {}, 2000],
    ['a status that says nothing', statusOf(), 2000],
    ['what is allocated is more than what is asked for', statusOf({ cpu: '3' }), 3000],
    ['what is allocated is less', statusOf({ cpu: '1' }), 2000],
    ['what is in effect is the most', statusOf({ cpu: '1' }, { cpu: '4' }), 4000],
    [
      'a resize that must wait counts already',
      { ...statusOf({ cpu: '1' }), conditions: pending('Deferred') },
      2000,
    ],
    [
      'a resize that cannot be done does not count',
      { ...statusOf({ cpu: '1' }), conditions: pending('Infeasible') },
      1000,
    ],
    [
      'what is in effect counts also then',
      { ...statusOf({ cpu: '1' }, { cpu: '1500m' }), conditions: pending('Infeasible') },
      1500,
    ],
    [
      'a resize that cannot be done, of a pod that was given nothing yet',
      { conditions: pending('Infeasible') },
      0,
    ],
    [
      "the pod's own status stands for those of its containers",
      { ...statusOf({ cpu: '5' }, { cpu: '6' }), ...podStatus({ cpu: '3' }, { cpu: '4' }) },
      4000,
    ],
    ['what the pod is allocated is more than what is in effect', podStatus({ cpu: '4' }, { cpu: '3' }), 4000],
    ['what the pod has is less than what is asked for', podStatus({ cpu: '1' }, { cpu: '1' }), 2000],
    [
      'a resize that cannot be done, by what the pod has',
      { ...podStatus({ cpu: '1' }, { cpu: '500m' }), conditions: pending('Infeasible') },
      1000,
    ],
    [
      'without what is in effect the containers are asked',
      { ...statusOf({ cpu: '3' }), ...podStatus({ cpu: '9' }) },
      3000,
    ],
  ])('%s', (_, status, expected) => {
    const usage = usageOf(podWith({ containers }, status));
    expect(usage.requests.get('cpu') ?? 0).toBe(expected);
    // what the pod's status says of cpu and memory needs no defaults; without it nothing is said
    if (expected > 0) expect(usage.nonzeroCpu).toBe(expected);
  });

  test.each<[string, Partial<Spec>, Partial<Status>, Record<string, number>]>([
    ['without a status', {}, {}, { cpu: 2000 }],
    ['the pod has more than it asks for', {}, podStatus({ cpu: '3' }, { cpu: '4' }), { cpu: 4000 }],
    ['it has more of what it does not ask for', {}, podStatus({ memory: '7' }, {}), { cpu: 2000, memory: 7 }],
    ['only what is in effect is told', {}, podStatus(undefined, { cpu: '3' }), { cpu: 3000 }],
    ['only what is allocated is told, which is not read then', {}, podStatus({ cpu: '3' }), { cpu: 2000 }],
    [
      'a resize that cannot be done',
      {},
      { ...podStatus(undefined, { cpu: '1' }), conditions: pending('Infeasible') },
      { cpu: 1000 },
    ],
    [
      'a resize that must wait counts already',
      {},
      { ...podStatus({ cpu: '1' }, { cpu: '1' }), conditions: pending('Deferred') },
      { cpu: 2000 },
    ],
    [
      'overhead comes on top',
      { overhead: { cpu: '500m' } },
      podStatus({ cpu: '3' }, { cpu: '3' }),
      { cpu: 3500 },
    ],
    [
      'of other resources the whole pod has what its containers have',
      {},
      podStatus({ 'example.com/gpu': '2' }, { 'example.com/gpu': '1' }),
      { cpu: 2000, 'example.com/gpu': 2 },
    ],
  ])('pod-level requests: %s', (_, spec, status, expected) => {
    const pod = podWith(
      { containers: [container('a')], resources: { requests: { cpu: '2' } }, ...spec },
      status,
    );
    expect(Object.fromEntries(usageOf(pod).requests)).toEqual(expected);
  });

  test('what the filter checks and its score counts of a waiting pod is its spec alone', () => {
    const pod = podWith({ containers }, podStatus({ cpu: '5' }, { cpu: '5' }));
    expect([requestsOf(pod).get('cpu'), scoredRequestsOf(pod).get('cpu')]).toEqual([2000, 2000]);
  });
});

describe('names of resources', () => {
  test.each([
    ['example.com/gpu', true, true],
    ['hugepages-2Mi', true, false],
    ['attachable-volumes-csi-x', true, false],
    ['kubernetes.io/thing', true, false],
    ['requests.example.com/gpu', false, false],
    ['cpu', false, false],
    ['example.com/', false, false],
    ['-bad-/gpu', false, false],
  ])('%s: scalar %s, extended %s', (name, scalar, extended) => {
    expect({ scalar: isScalarResource(name), extended: isExtendedResource(name) }).toEqual({
      scalar,
      extended,
    });
  });

  test("amounts of a node's list", () => {
    const list = { cpu: '3900m', memory: '1Ki', pods: '110', 'example.com/gpu': '2', 'made-up': '1' };
    expect(Object.fromEntries(amountsOf(list))).toEqual({
      cpu: 3900,
      memory: 1024,
      pods: 110,
      'example.com/gpu': 2,
    });
  });
});
