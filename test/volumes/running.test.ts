// The scheduler over HTTP: what it writes for a pod's volumes, what it waits for, and what it does when that fails.
import { describe, expect, it } from 'vitest';
import { eventually, node, pod, startScheduler } from '../run/fixtures.ts';
import { boundWithVolumes, claimIn, refusalOf, replace, volumeIn } from './embedded.ts';
import { boundPair, claim, csiNode, podWith, storageClass, volume } from './objects.ts';

const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const made = storageClass('made');
const local = storageClass('local', { provisioner: 'kubernetes.io/no-provisioner' });

describe('a pod with claims', () => {
  it('is bound only after a volume was made for its claim', async () => {
    const running = await startScheduler({
      objects: [node('a'), made, claim('data', 'made'), podWith('one', ['data'])],
    });
    await eventually(() => {
      expect(claimIn(running, 'data')?.metadata?.annotations?.[SELECTED_NODE]).toBe('a');
    });
    expect(running.bindingsSent('one')).toBe(0);
    await boundWithVolumes(running, 'one');
    expect(running.nodeOf('one')).toBe('a');
    expect(running.messages('one', 'FailedScheduling')).toEqual([]);
  });

  it('gets the smallest available volume, with the claim and the controller annotation in it', async () => {
    const large = volume('large', 'local', 'a', { capacity: { storage: '4Gi' } });
    const small = volume('small', 'local', 'b', { capacity: { storage: '2Gi' } });
    const running = await startScheduler({
      objects: [node('b'), local, large, small, claim('data', 'local'), podWith('one', ['data'])],
    });
    await boundWithVolumes(running, 'one');
    expect(running.nodeOf('one')).toBe('b');
    const { metadata, spec } = volumeIn(running, 'small')!;
    expect(spec?.claimRef).toMatchObject({ kind: 'PersistentVolumeClaim', namespace: 'ns', name: 'data' });
    expect(spec?.claimRef?.uid).toBe(claimIn(running, 'data')?.metadata?.uid);
    expect(metadata?.annotations).toEqual({ 'pv.kubernetes.io/bound-by-controller': 'yes' });
    expect(volumeIn(running, 'large')?.spec?.claimRef).toBeUndefined();
  });

  it('does not take a volume that was given to a pod whose claim is not bound yet', async () => {
    const running = await startScheduler({
      objects: [
        ...[node('a'), local, volume('only', 'local', 'a'), claim('one', 'local'), claim('two', 'local')],
        ...[podWith('one', ['one']), podWith('two', ['two'])],
      ],
    });
    await running.waits('two');
    expect(refusalOf(running, 'two')).toBe(
      "0/1 nodes are available: 1 node(s) didn't find available persistent volumes to bind.",
    );
    await boundWithVolumes(running, 'one');
  });

  it('waits with a message for a claim that does not exist, and is placed when it comes', async () => {
    const [data, held] = boundPair('data');
    const running = await startScheduler({
      objects: [node('a'), held, podWith('one', ['data']), pod('other')],
    });
    await running.bound('other');
    await running.waits('one');
    expect(refusalOf(running, 'one')).toBe(
      '0/1 nodes are available: persistentvolumeclaim "data" not found.',
    );
    running.store.load([data]);
    await running.bound('one');
  });

  it('waits with a message when its class makes no volumes, and is placed when there is one', async () => {
    const running = await startScheduler({
      objects: [node('a'), local, claim('data', 'local'), podWith('one', ['data']), pod('other')],
    });
    await running.bound('other');
    await running.waits('one');
    expect(refusalOf(running, 'one')).toBe(
      "0/1 nodes are available: 1 node(s) didn't find available persistent volumes to bind.",
    );
    running.store.load([volume('new', 'local', 'a')]);
    await boundWithVolumes(running, 'one');
  });

  it('waits for a claim that is bound at once and is not yet', async () => {
    const atOnce = storageClass('at-once', { volumeBindingMode: 'Immediate' });
    const running = await startScheduler({
      objects: [node('a'), atOnce, claim('data', 'at-once'), podWith('one', ['data'])],
    });
    await running.waits('one');
    expect(refusalOf(running, 'one')).toBe(
      '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.',
    );
    running.store.load([volume('pv-data', 'at-once')]);
    const bound = claimIn(running, 'data')!;
    replace(running.store, {
      ...bound,
      metadata: { ...bound.metadata, annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
      spec: { ...bound.spec, volumeName: 'pv-data' },
    } as typeof bound);
    await running.bound('one');
  });
});

describe('a claim for one pod', () => {
  it('is free again when its pod is gone', async () => {
    const pair = boundPair('data', { accessModes: ['ReadWriteOncePod'] });
    const first = podWith('first', ['data'], { spec: { nodeName: 'a' } });
    first.spec!.volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
    const running = await startScheduler({ objects: [node('a'), ...pair, first] });
    running.store.load([podWith('second', ['data'])]);
    await running.waits('second');
    expect(refusalOf(running, 'second')).toBe(
      '0/1 nodes are available: 1 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod.',
    );
    running.delete(first);
    await running.bound('second');
  });
});

describe('a node that can attach one volume', () => {
  it('takes a second pod of the same volume, and no other until a pod leaves', async () => {
    const [shared, sharedVolume] = boundPair('shared');
    const [own, ownVolume] = boundPair('own');
    const running = await startScheduler({
      objects: [node('a'), csiNode('a', 1), shared, sharedVolume, own, ownVolume],
    });
    running.store.load([podWith('one', ['shared']), podWith('two', ['shared'])]);
    await running.bound('one', 'two');
    running.store.load([podWith('three', ['own'])]);
    await running.waits('three');
    expect(refusalOf(running, 'three')).toBe('0/1 nodes are available: 1 node(s) exceed max volume count.');
    running.delete(running.pod('one')!);
    running.delete(running.pod('two')!);
    await running.bound('three');
  });
});

describe('volumes that are not to be had', () => {
  it('a volume that was changed meanwhile is looked for anew', async () => {
    const running = await startScheduler({
      objects: [node('a'), local, volume('only', 'local', 'a'), claim('data', 'local')],
      before: ({ fail }) => fail('PUT', /\/persistentvolumes\/only$/, { status: 409 }),
    });
    running.store.load([podWith('one', ['data'])]);
    await boundWithVolumes(running, 'one');
    expect(running.messages('one', 'FailedScheduling')).toEqual([
      'binding ns/one to a: running PreBind plugin "VolumeBinding": binding volumes: a fault of status 409',
    ]);
    expect(volumeIn(running, 'only')?.spec?.claimRef?.name).toBe('data');
  });

  it('a claim whose volume cannot be made on the node is tried again', async () => {
    const running = await startScheduler({
      objects: [node('a'), made, claim('data', 'made'), podWith('one', ['data'])],
    });
    await eventually(() => {
      expect(claimIn(running, 'data')?.metadata?.annotations?.[SELECTED_NODE]).toBe('a');
    });
    const given = claimIn(running, 'data')!;
    replace(running.store, { ...given, metadata: { ...given.metadata, annotations: { seen: 'yes' } } });
    await eventually(() => {
      expect(running.messages('one', 'FailedScheduling')).toEqual([
        'binding ns/one to a: running PreBind plugin "VolumeBinding": binding volumes: provisioning failed for PVC "data"',
      ]);
    });
    await boundWithVolumes(running, 'one');
  });

  it('a pod that is deleted while it waits gives them back', async () => {
    const running = await startScheduler({
      objects: [node('a'), made, claim('data', 'made'), podWith('one', ['data'], { cpu: '8' })],
    });
    await eventually(() => {
      expect(claimIn(running, 'data')?.metadata?.annotations?.[SELECTED_NODE]).toBe('a');
    });
    running.delete(running.pod('one')!);
    running.store.load([pod('two', { cpu: '8' })]);
    await running.bound('two');
    await eventually(() => {
      expect(running.logged('a binding failed')).toMatchObject([{ pod: 'ns/one', outcome: 'gone' }]);
    });
  });

  it('volumes that take longer than bindTimeoutSeconds fail the pod, which is tried again', async () => {
    const running = await startScheduler({
      objects: [node('a'), made, claim('data', 'made')],
      pluginConfig: [{ name: 'VolumeBinding', args: { bindTimeoutSeconds: 1 } }],
    });
    running.store.load([podWith('one', ['data'])]);
    await eventually(() => {
      expect(running.messages('one', 'FailedScheduling')).toContain(
        'binding ns/one to a: running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded',
      );
    });
    await boundWithVolumes(running, 'one');
  });
});
