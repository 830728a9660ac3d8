// The scheduler over HTTP: what it writes for a pod's claims, what it waits for, and what it does when that fails.
import { describe, expect, it } from 'vitest';
import { resourceOfObject } from '../../src/dev/embedded/schema/resources.ts';
import type { ResourceClaim } from '../../src/devices/types.ts';
import { after, eventually, node, pod, startScheduler, type Running } from '../run/fixtures.ts';
import {
  allocated,
  claim,
  deviceClass,
  devices,
  DRIVER,
  podWith,
  request,
  selecting,
  slice,
} from './objects.ts';

const FINALIZER = 'resource.kubernetes.io/delete-protection';
const CLAIM = resourceOfObject({ apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim' })!;
const gpu = deviceClass('gpu');

function claimIn({ store }: Running, name: string): ResourceClaim {
  const { object } = store.collection('resourceclaims').get(`ns/${name}`)!;
  return object as ResourceClaim;
}

function writeClaim({ store }: Running, object: ResourceClaim, part: 'main' | 'status'): void {
  store.update(CLAIM, 'ns', object.metadata!.name!, object, part);
}

function devicesOf(running: Running, name: string): string[] | undefined {
  return claimIn(running, name).status?.allocation?.devices?.results?.map(({ device }) => device);
}

/** Why the pod waits, without what preemption could do. */
function verdict(running: Running, name: string): string | undefined {
  return running.condition(name)?.message?.split(' preemption: ')[0];
}

/** What the claim's driver says of its device. */
function report(running: Running, name: string, device: string, type: string): void {
  const current = claimIn(running, name);
  const condition = {
    type,
    status: 'True',
    reason: 'Tried',
    message: 'so',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
  const status = {
    ...current.status,
    devices: [{ driver: DRIVER, pool: 'a', device, conditions: [condition] }],
  };
  writeClaim(running, { ...current, status }, 'status');
}

describe('a pod with a claim', () => {
  it('is bound after its devices were written, with a finalizer and for itself', async () => {
    const objects = [node('a'), gpu, slice('a', devices('b', 'c')), claim('one'), podWith('one', 'one')];
    const running = await startScheduler({ objects });
    await running.bound('one');
    const { metadata, status } = claimIn(running, 'one');
    expect(metadata?.finalizers).toEqual([FINALIZER]);
    expect(status?.reservedFor).toEqual([
      { resource: 'pods', name: 'one', uid: running.pod('one')?.metadata?.uid },
    ]);
    expect(status?.allocation).toMatchObject({
      devices: { results: [{ request: 'gpu', driver: DRIVER, pool: 'a', device: 'b' }] },
      nodeSelector: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', values: ['a'] }] }] },
    });
    expect(status?.allocation?.allocationTimestamp).toMatch(/^\d{4}-.*Z$/);
  });

  it('gets no device that another one has, and waits until there is one', async () => {
    const names = ['1st', '2nd', '3rd'];
    const running = await startScheduler({
      objects: [
        ...[node('a'), gpu, slice('a', devices('b', 'c'))],
        ...names.flatMap((name) => [claim(name), podWith(name, name)]),
      ],
    });
    await running.bound('1st', '2nd');
    expect(names.slice(0, 2).map((name) => devicesOf(running, name))).toEqual([['b'], ['c']]);
    await running.waits('3rd');
    expect(verdict(running, '3rd')).toBe('0/1 nodes are available: 1 cannot allocate all claims.');
    const held = claimIn(running, '1st');
    writeClaim(running, { ...held, status: {} }, 'status');
    await running.bound('3rd');
    expect(devicesOf(running, '3rd')).toEqual(['b']);
  });

  it('shares a claim that is allocated, on the node that it is for', async () => {
    const shared = allocated(claim('shared'), 'b', 'x');
    const running = await startScheduler({
      objects: [node('a'), node('b'), gpu, shared, podWith('one', 'shared'), podWith('two', 'shared')],
    });
    await running.bound('one', 'two');
    expect(running.podsByNode()).toEqual({ b: 2 });
    const users = claimIn(running, 'shared').status?.reservedFor?.map(({ name }) => name);
    expect(users?.sort()).toEqual(['one', 'two']);
  });

  it('is given other devices when no node has those of its claim and nobody else uses it', async () => {
    const idle = allocated(claim('idle'), 'gone', 'x');
    const running = await startScheduler({
      objects: [node('a'), gpu, slice('a', devices('b')), idle, podWith('one', 'idle')],
    });
    await running.bound('one');
    expect(devicesOf(running, 'idle')).toEqual(['b']);
    expect(running.messages('one', 'FailedScheduling').join()).toContain(
      '1 resourceclaim not available on the node',
    );
  });

  it('is given other devices when those of its claim were not made ready in time', async () => {
    const late = allocated(claim('late'), 'a', 'b');
    const { allocation } = late.status!;
    Object.assign(allocation!.devices!.results![0]!, { bindingConditions: ['ready'] });
    Object.assign(allocation!, { allocationTimestamp: '2020-01-01T00:00:00Z' });
    const running = await startScheduler({
      objects: [node('a'), node('z'), gpu, slice('z', devices('c')), late, podWith('one', 'late')],
    });
    await running.bound('one');
    expect(devicesOf(running, 'late')).toEqual(['c']);
  });

  it('waits while another pod uses its claim elsewhere', async () => {
    const used = allocated(claim('used'), 'gone', 'x');
    used.status!.reservedFor = [{ resource: 'pods', name: 'another', uid: 'another' }];
    const running = await startScheduler({
      objects: [node('a'), gpu, slice('a', devices('b')), used, podWith('one', 'used'), pod('other')],
    });
    await running.bound('other');
    await running.waits('one');
    expect(devicesOf(running, 'used')).toEqual(['x']);
  });

  it('waits for a claim that is being allocated for another pod, and shares it then', async () => {
    const running = await startScheduler({
      objects: [
        ...[node('a'), gpu, slice('a', devices('b')), claim('shared')],
        ...[podWith('one', 'shared'), podWith('two', 'shared')],
      ],
    });
    await running.bound('one', 'two');
    expect(devicesOf(running, 'shared')).toEqual(['b']);
    expect(claimIn(running, 'shared').status?.reservedFor).toHaveLength(2);
  });

  it('waits with a message for what does not exist, and is placed when it comes', async () => {
    const running = await startScheduler({ objects: [node('a'), podWith('one', 'one'), pod('other')] });
    await running.bound('other');
    await running.waits('one');
    expect(verdict(running, 'one')).toBe('0/1 nodes are available: could not find ResourceClaim "ns/one".');
    running.store.load([claim('one')]);
    await eventually(() => {
      expect(verdict(running, 'one')).toBe(
        '0/1 nodes are available: request gpu: device class gpu does not exist.',
      );
    });
    await running.waits('one');
    running.store.load([gpu]);
    await eventually(() => {
      expect(verdict(running, 'one')).toBe('0/1 nodes are available: 1 cannot allocate all claims.');
    });
    await running.waits('one');
    running.store.load([slice('a', devices('b'))]);
    await running.bound('one');
  });

  it('waits with a message when a selector is not valid CEL, and all others go on', async () => {
    const invalid = claim('bad', [request('gpu', selecting('device.driver =='))]);
    const odd = claim('odd', [request('gpu', selecting('device.attributes["x"].y == 1'))]);
    const running = await startScheduler({
      objects: [
        ...[node('a'), gpu, slice('a', devices('b', 'c')), invalid, odd, claim('good')],
        ...[podWith('bad', 'bad'), podWith('odd', 'odd'), podWith('good', 'good'), pod('other')],
      ],
    });
    await running.bound('good', 'other');
    await eventually(() => {
      expect(verdict(running, 'bad')).toMatch(
        /^running "DynamicResources" filter plugin: claim ns\/bad: selector #0: CEL compile error: ./,
      );
      expect(verdict(running, 'odd')).toMatch(
        /claim ns\/odd: selector #0 on device .*: CEL runtime error: .*y/,
      );
    });
  });

  it('is placed when the claim of its template is there and is its own', async () => {
    const templated = pod('one');
    templated.spec!.resourceClaims = [{ name: 'gpu', resourceClaimTemplateName: 'template' }];
    const running = await startScheduler({ objects: [node('a'), gpu, slice('a', devices('b')), templated] });
    await running.waits('one');
    expect(verdict(running, 'one')).toBe(
      '0/1 nodes are available: pod "ns/one": ResourceClaim not created yet.',
    );
    const owner = {
      apiVersion: 'v1',
      kind: 'Pod',
      name: 'one',
      uid: running.pod('one')!.metadata!.uid!,
      controller: true,
    };
    const made = claim('one-gpu');
    running.store.load([{ ...made, metadata: { ...made.metadata, ownerReferences: [owner] } }]);
    const current = running.pod('one')!;
    const resourceClaimStatuses = [{ name: 'gpu', resourceClaimName: 'one-gpu' }];
    running.update({ ...current, status: { ...current.status, resourceClaimStatuses } }, 'status');
    await running.bound('one');
    expect(devicesOf(running, 'one-gpu')).toEqual(['b']);
  });
});

describe('writing a claim', () => {
  const objects = [node('a'), gpu, slice('a', devices('b')), claim('one'), podWith('one', 'one')];

  it('is tried again on the claim as somebody else has changed it', async () => {
    const running = await startScheduler({
      objects,
      before: ({ fail, embedded }) =>
        fail(
          'PUT',
          /resourceclaims\/one\/status$/,
          after(() => {
            const current = embedded.store.collection('resourceclaims').get('ns/one')!.object;
            const labels = { seen: 'yes' };
            const changed = { ...current, metadata: { ...current.metadata, labels } };
            embedded.store.update(CLAIM, 'ns', 'one', changed, 'main');
          }, 409),
        ),
    });
    await running.bound('one');
    const { metadata, status } = claimIn(running, 'one');
    expect(metadata?.labels).toEqual({ seen: 'yes' });
    expect(status?.reservedFor).toHaveLength(1);
    expect(running.bindingsSent('one')).toBe(1);
  });

  it('that fails leaves the devices to others, and the pod is tried again', async () => {
    const running = await startScheduler({
      objects,
      before: ({ fail }) => fail('PUT', /resourceclaims\/one$/, { status: 500 }),
    });
    await running.bound('one');
    expect(devicesOf(running, 'one')).toEqual(['b']);
    expect(running.messages('one', 'FailedScheduling').join()).toContain(
      'running PreBind plugin "DynamicResources"',
    );
  });

  it('is taken back for a pod that could not be bound', async () => {
    const running = await startScheduler({
      objects,
      before: ({ fail }) => fail('POST', /pods\/one\/binding$/, { status: 403 }),
    });
    await running.bound('one');
    expect(claimIn(running, 'one').status?.reservedFor).toHaveLength(1);
    expect(
      running.harness.requests.filter(
        (line) => line.startsWith('PATCH') && line.includes('resourceclaims/one/status'),
      ),
    ).toHaveLength(1);
  });
});

describe('a device that must be made ready', () => {
  const prepared = (name: string) => ({
    name,
    bindingConditions: ['ready'],
    bindingFailureConditions: ['broken'],
  });
  const objects = [
    node('a'),
    gpu,
    slice('a', [prepared('b'), prepared('c')]),
    claim('one'),
    podWith('one', 'one'),
  ];

  it('holds up its pod until it is', async () => {
    const running = await startScheduler({ objects });
    await eventually(() => expect(devicesOf(running, 'one')).toEqual(['b']));
    expect(running.bindingsSent('one')).toBe(0);
    report(running, 'one', 'b', 'ready');
    await running.bound('one');
  });

  it('and cannot be, gives the claim back', async () => {
    const running = await startScheduler({ objects, backoffSeconds: 0.3 });
    await eventually(() => expect(devicesOf(running, 'one')).toEqual(['b']));
    report(running, 'one', 'b', 'broken');
    await eventually(() => expect(claimIn(running, 'one').status?.allocation).toBeUndefined());
    await eventually(() => {
      expect(running.messages('one', 'FailedScheduling').join()).toContain(
        'device binding failed: claim=one',
      );
    });
    await eventually(() => expect(devicesOf(running, 'one')).toEqual(['b']));
    report(running, 'one', 'b', 'ready');
    await running.bound('one');
  });
});
