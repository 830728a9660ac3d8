import { expect, it } from 'vitest';
import { eventually, node, pod, startScheduler } from './fixtures.ts';

const full = { cpu: '1' };

it('wakes a class when a node comes, all its pods with one pass', async () => {
  const names = ['one', 'two', 'three'];
  const running = await startScheduler({
    objects: [node('a', full), ...names.map((name) => pod(name, { cpu: '2' }))],
  });
  await running.waits(...names);
  expect(await running.metric('coset_filter_passes_total')).toBe(1);
  running.store.load([node('b', { cpu: '8' })]);
  await running.bound(...names);
  expect(running.podsByNode()).toEqual({ b: 3 });
  expect(await running.metric('coset_filter_passes_total')).toBe(2);
  expect(await running.metric('scheduler_queue_incoming_pods_total', { event: 'NodeAdd' })).toBe(3);
});

it('wakes a pod when another one leaves', async () => {
  const running = await startScheduler({ objects: [node('a', full), pod('one', { cpu: '1' })] });
  await running.bound('one');
  running.store.load([pod('two', { cpu: '1' })]);
  await running.waits('two');
  running.delete(pod('one'));
  await running.bound('two');
});

it('does not wake a pod by what cannot help it', async () => {
  const running = await startScheduler({ objects: [node('a', full), pod('big', { cpu: '2' })] });
  await running.waits('big');
  // its rejecting constraint reads resources only; the pod that comes after shows that the changes have been seen
  running.update(node('a', { ...full, labels: { zone: 'z' } }));
  running.store.load([node('b', full), pod('small', { cpu: '1' })]);
  await running.bound('small');
  await eventually(() => {
    expect(running.scheduler.queue(10)).toMatchObject([
      { key: 'ns/big', queue: 'unschedulable', attempts: 1 },
    ]);
  });
  expect(running.messages('big', 'FailedScheduling')).toHaveLength(1);
});

it('parks the pods of a class together, with one verdict', async () => {
  const names = ['one', 'two', 'three'];
  const running = await startScheduler({
    objects: [node('a', full), ...names.map((name) => pod(name, { cpu: '2' }))],
  });
  await running.waits(...names);
  expect(await running.metric('scheduler_unschedulable_pods', { plugin: 'NodeResourcesFit' })).toBe(3);
  expect(await running.control('/coset/v1/classes')).toMatchObject({
    classes: [{ pods: 3, masterPod: 'ns/one' }],
  });
  const verdicts = running.scheduler.queue(10).map(({ reason }) => reason);
  expect(verdicts).toEqual(Array(3).fill('0/1 nodes are available: 1 Insufficient cpu.'));
});

it('wakes a pod by its own change', async () => {
  const taints = [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }];
  const waiting = pod('waiting');
  const running = await startScheduler({ objects: [node('a', { taints }), waiting, pod('other')] });
  await running.waits('waiting', 'other');
  running.update({
    ...waiting,
    spec: { ...waiting.spec!, tolerations: [{ key: 'gpu', operator: 'Exists' }] },
  });
  await running.bound('waiting');
  await eventually(() => {
    expect(running.scheduler.queue(10)).toMatchObject([{ key: 'ns/other', queue: 'unschedulable' }]);
  });
});

it('forgets a pod that is deleted while it waits', async () => {
  const running = await startScheduler({ objects: [node('a', full), pod('big', { cpu: '2' })] });
  await running.waits('big');
  running.delete(pod('big'));
  await eventually(() => {
    expect(running.scheduler.queue(10)).toEqual([]);
  });
});

it('waits for the first node of an empty cluster', async () => {
  const running = await startScheduler({ objects: [pod('one')] });
  await eventually(() => {
    expect(running.condition('one')?.status).toBe('False');
  });
  running.store.load([node('a')]);
  await running.bound('one');
});
