// The scheduler over HTTP and pods that ask for extended resources which device classes back.
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../src/model/types.ts';
import type { DeviceClass, ResourceClaim } from '../../src/devices/types.ts';
import { resourceOfObject } from '../../src/dev/embedded/schema/resources.ts';
import { eventually, node, pod, startScheduler, type Running } from '../run/fixtures.ts';
import { claim, deviceClass, devices, DRIVER, slice } from './objects.ts';

const GPU = 'example.com/gpu';
const IMPLICIT = 'deviceclass.resource.kubernetes.io/gpu';
const ANNOTATION = 'resource.kubernetes.io/extended-resource-claim';
const CLAIM = resourceOfObject({ apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim' })!;
const CLASS = resourceOfObject({ apiVersion: 'resource.k8s.io/v1', kind: 'DeviceClass' })!;

const gpu = backing(GPU);

function backing(extendedResourceName: string): DeviceClass {
  const made = deviceClass('gpu');
  return { ...made, spec: { ...made.spec, extendedResourceName } };
}

function asking(name: string, requests: Record<string, string> = { [GPU]: '1' }): Pod {
  const made = pod(name);
  return { ...made, spec: { ...made.spec!, containers: [{ name: 'c', resources: { requests } }] } };
}

function claimsIn({ store }: Running): ResourceClaim[] {
  return store
    .collection('resourceclaims')
    .sorted()
    .map(({ object }) => object as ResourceClaim);
}

function devicesIn(running: Running): string[] {
  return claimsIn(running)
    .flatMap(({ status }) => status?.allocation?.devices?.results ?? [])
    .map(({ device }) => device)
    .sort();
}

function verdict(running: Running, name: string): string | undefined {
  return running.condition(name)?.message?.split(' preemption: ')[0];
}

describe('an extended resource that a device class backs', () => {
  it.each([GPU, IMPLICIT])('%s is served by devices, for which a claim is made', async (resource) => {
    const objects = [node('a'), gpu, slice('a', devices('b', 'c')), asking('one', { [resource]: '2' })];
    const running = await startScheduler({ objects });
    await running.bound('one');
    const { metadata, status: podStatus } = running.pod('one')!;
    const [made, ...others] = claimsIn(running);
    expect(others).toEqual([]);
    expect(made!.metadata).toMatchObject({
      generateName: 'one-extended-resources-',
      annotations: { [ANNOTATION]: 'true' },
      finalizers: ['resource.kubernetes.io/delete-protection'],
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'one', uid: metadata!.uid, controller: true }],
    });
    const name = 'container-0-request-0';
    const exactly = { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 2 };
    expect(made!.spec).toEqual({ devices: { requests: [{ name, exactly }] } });
    const results = ['b', 'c'].map((device) => ({ request: name, driver: DRIVER, pool: 'a', device }));
    expect(made!.status).toMatchObject({
      allocation: { devices: { results } },
      reservedFor: [{ resource: 'pods', name: 'one', uid: metadata!.uid }],
    });
    expect(podStatus).toMatchObject({
      extendedResourceClaimStatus: {
        resourceClaimName: made!.metadata!.name,
        requestMappings: [{ containerName: 'c', resourceName: resource, requestName: name }],
      },
    });
  });

  it('is taken for the pods after it, and is there again when the claim goes', async () => {
    const names = ['1st', '2nd', '3rd'];
    const objects = [node('a'), gpu, slice('a', devices('b', 'c')), ...names.map((name) => asking(name))];
    const running = await startScheduler({ objects });
    await running.bound('1st', '2nd');
    await running.waits('3rd');
    expect(devicesIn(running)).toEqual(['b', 'c']);
    expect(verdict(running, '3rd')).toBe('0/1 nodes are available: 1 cannot allocate all claims.');
    running.delete(running.pod('1st')!);
    const [first] = claimsIn(running);
    const { name } = first!.metadata!;
    const metadata = { ...first!.metadata, finalizers: undefined };
    running.store.update(CLAIM, 'ns', name!, { ...first!, metadata }, 'main');
    running.store.delete(CLAIM, 'ns', name!);
    await running.bound('3rd');
  });

  it('comes from the device plugin of a node that has one, without a claim', async () => {
    const plugin = node('plugin', { extra: { [GPU]: '1' } });
    const objects = [plugin, node('z'), gpu, slice('z', devices('b')), asking('one'), asking('two')];
    const running = await startScheduler({ objects });
    await running.bound('one', 'two');
    expect(running.podsByNode()).toEqual({ plugin: 1, z: 1 });
    expect(devicesIn(running)).toEqual(['b']);
  });

  it('is an ordinary one until the class comes', async () => {
    const objects = [node('a'), slice('a', devices('b')), asking('one')];
    const running = await startScheduler({ objects });
    await running.waits('one');
    expect(verdict(running, 'one')).toBe(`0/1 nodes are available: 1 Insufficient ${GPU}.`);
    running.store.load([backing('example.com/other')]);
    running.store.update(CLASS, '', 'gpu', gpu, 'main');
    await running.bound('one');
    expect(devicesIn(running)).toEqual(['b']);
  });

  it('is an ordinary one again when the class has gone', async () => {
    const plugin = node('plugin', { extra: { [GPU]: '1' } });
    const running = await startScheduler({
      objects: [node('a'), plugin, gpu, slice('a', devices()), asking('one'), asking('two')],
    });
    await running.bound('one');
    await running.waits('two');
    expect(verdict(running, 'two')).toBe(
      `0/2 nodes are available: 1 Insufficient ${GPU}, 1 cannot allocate all claims.`,
    );
    running.store.delete(CLASS, '', 'gpu');
    // that a class goes helps no pod; a slice does, but its watch may tell of it before the other one tells of the class
    let slices = 0;
    await eventually(() => {
      running.store.load([slice('z', devices('b'), {}, `z-${slices++}`)]);
      expect(verdict(running, 'two')).toBe(`0/2 nodes are available: 2 Insufficient ${GPU}.`);
    });
  });
});

describe('the claim for extended resources', () => {
  const objects = [node('a'), gpu, slice('a', devices('b')), asking('one')];

  it.each<[string, 'POST' | 'PUT' | 'PATCH', RegExp]>([
    ['it cannot be created', 'POST', /resourceclaims$/],
    ['its devices cannot be written', 'PUT', /resourceclaims\/one-.*\/status$/],
    ['its pod cannot be told', 'PATCH', /pods\/one\/status$/],
    ['its pod cannot be bound', 'POST', /pods\/one\/binding$/],
  ])('is deleted when %s, and made anew', async (_, method, path) => {
    const running = await startScheduler({
      objects,
      before: ({ fail }) => fail(method, path, { status: 403 }),
    });
    await running.bound('one');
    expect(devicesIn(running)).toEqual(['b']);
    expect(claimsIn(running)).toHaveLength(1);
    const made = running.harness.requests.filter((line) => /^POST .*resourceclaims$/.test(line));
    expect(made).toHaveLength(2);
  });

  it('of an attempt that nobody remembers is deleted first', async () => {
    const left = claim('left');
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'one', uid: 'uid-one', controller: true };
    Object.assign(left.metadata!, { annotations: { [ANNOTATION]: 'true' }, ownerReferences: [owner] });
    const one = asking('one');
    one.metadata!.uid = 'uid-one';
    const running = await startScheduler({
      objects: [node('a'), gpu, slice('a', devices('b')), left, one],
    });
    await running.bound('one');
    expect(running.messages('one', 'FailedScheduling').join()).toContain(
      '1 cannot schedule extended resource claim',
    );
    expect(claimsIn(running).map(({ metadata }) => metadata!.generateName)).toEqual([
      'one-extended-resources-',
    ]);
  });
});
