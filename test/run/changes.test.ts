// Pods that change, or end, while they wait or run, and nodes that change beside them.
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../src/model/types.ts';
import { service } from '../cycle/fixtures.ts';
import { eventually, node, pod, startScheduler, type Running } from './fixtures.ts';

const small = { cpu: '2', memory: '1Gi' };

/** Waits until the scheduler has seen everything that was changed so far. */
async function seen(running: Running, name: string): Promise<void> {
  running.store.load([pod(name)]);
  await running.bound(name);
}

function rowOf(running: Running, name: string) {
  return running.scheduler.queue(20).find(({ key }) => key === `ns/${name}`);
}

/** A pod with a node as its kubelet shows it: what it asks for, and what its container really has. */
function running(name: string, asked: string, has: string): Pod {
  const shown = pod(name, { cpu: asked, spec: { nodeName: 'a' } });
  const resources = { requests: { cpu: has } };
  const status = { name: 'main', image: '', imageID: '', ready: true, restartCount: 0 };
  shown.status = {
    phase: 'Running',
    containerStatuses: [{ ...status, resources, allocatedResources: { cpu: has } }],
  };
  return shown;
}

/** Writes a pod's spec and its status, as a resize changes both. */
function resize(scheduler: Running, shown: Pod): void {
  scheduler.update(shown);
  scheduler.update(shown, 'status');
}

describe('a pod that waits for memory', () => {
  it('is woken by more memory, and by nothing else that happens', async () => {
    const waiting = pod('large', { memory: '4Gi' });
    const scheduler = await startScheduler({
      objects: [
        node('a', small),
        node('b', { memory: '2Gi' }),
        pod('there', { spec: { nodeName: 'a' } }),
        waiting,
      ],
    });
    await scheduler.waits('large');
    scheduler.update(node('a', { ...small, labels: { zone: 'z' } }));
    scheduler.update(
      node('a', { ...small, labels: { zone: 'z' }, taints: [{ key: 'k', effect: 'PreferNoSchedule' }] }),
    );
    scheduler.update(node('a', { ...small, cpu: '64' }), 'status');
    scheduler.update(pod('there', { labels: { app: 'web' }, spec: { nodeName: 'a' } }));
    scheduler.store.load([service('web', { app: 'web' })]);
    await seen(scheduler, 'after');
    expect(rowOf(scheduler, 'large')).toMatchObject({ queue: 'unschedulable', attempts: 1 });
    scheduler.update(node('b', { memory: '8Gi' }), 'status');
    await scheduler.bound('large');
    expect(scheduler.nodeOf('large')).toBe('b');
  });

  it('is not woken by memory that would still be too little', async () => {
    const scheduler = await startScheduler({ objects: [node('a', small), pod('large', { memory: '4Gi' })] });
    await scheduler.waits('large');
    scheduler.update(node('a', { ...small, memory: '2Gi' }), 'status');
    await seen(scheduler, 'after');
    expect(rowOf(scheduler, 'large')).toMatchObject({ queue: 'unschedulable', attempts: 1 });
  });
});

describe('a pod that is resized in place', () => {
  it('makes room for one that waits as soon as its container has shrunk', async () => {
    const scheduler = await startScheduler({
      objects: [node('a', { cpu: '4' }), running('elastic', '3', '3'), pod('waiting', { cpu: '2' })],
    });
    await scheduler.waits('waiting');
    // asked for, not done yet
    resize(scheduler, running('elastic', '1', '3'));
    await seen(scheduler, 'between');
    expect(rowOf(scheduler, 'waiting')).toMatchObject({ queue: 'unschedulable', attempts: 1 });
    resize(scheduler, running('elastic', '1', '1'));
    await scheduler.bound('waiting');
  });

  it('takes room from the moment that it asks for more', async () => {
    const scheduler = await startScheduler({
      objects: [node('a', { cpu: '4' }), running('elastic', '1', '1')],
    });
    resize(scheduler, running('elastic', '3', '1'));
    await seen(scheduler, 'between');
    scheduler.store.load([pod('late', { cpu: '2' })]);
    await scheduler.waits('late');
    expect(scheduler.condition('late')?.message).toContain('1 Insufficient cpu');
  });
});

describe('a pod that ends', () => {
  it('while it waits, as by its active deadline, is no longer tried', async () => {
    const waiting = pod('late', { cpu: '4', spec: { activeDeadlineSeconds: 1 } });
    const scheduler = await startScheduler({ objects: [node('a', small), waiting] });
    await scheduler.waits('late');
    scheduler.update({ ...waiting, status: { phase: 'Failed', reason: 'DeadlineExceeded' } }, 'status');
    await eventually(() => {
      expect(rowOf(scheduler, 'late')).toBeUndefined();
    });
    scheduler.store.load([node('b', { cpu: '8' })]);
    await seen(scheduler, 'after');
    expect(scheduler.bindingsSent('late')).toBe(0);
  });

  it('on its node makes room for one that waits', async () => {
    const done = pod('done', { cpu: '2', spec: { nodeName: 'a' } });
    const scheduler = await startScheduler({
      objects: [node('a', small), done, pod('waiting', { cpu: '2' })],
    });
    await scheduler.waits('waiting');
    scheduler.update({ ...done, status: { phase: 'Succeeded' } }, 'status');
    await scheduler.bound('waiting');
  });
});

describe('a waiting pod that changes', () => {
  it('in what no constraint reads stays where it is', async () => {
    const waiting = pod('waiting', { cpu: '4' });
    const scheduler = await startScheduler({ objects: [node('a', small), waiting] });
    await scheduler.waits('waiting');
    scheduler.update({ ...waiting, spec: { ...waiting.spec!, activeDeadlineSeconds: 60 } });
    await seen(scheduler, 'after');
    expect(rowOf(scheduler, 'waiting')).toMatchObject({ queue: 'unschedulable', attempts: 1 });
  });

  it('to ask for less is tried again', async () => {
    const waiting = pod('waiting', { cpu: '4' });
    const scheduler = await startScheduler({ objects: [node('a', small), waiting] });
    await scheduler.waits('waiting');
    scheduler.update(pod('waiting', { cpu: '1' }));
    await scheduler.bound('waiting');
  });
});

it('gives what becomes free to the more important pod, also when it came later', async () => {
  const scheduler = await startScheduler({
    backoffSeconds: 0,
    objects: [
      node('a', { cpu: '1' }),
      pod('holder', { cpu: '1', spec: { nodeName: 'a', priority: 100 } }),
      pod('low', { cpu: '1', spec: { priority: 1 } }),
    ],
  });
  await scheduler.waits('low');
  scheduler.store.load([pod('high', { cpu: '1', spec: { priority: 10 } })]);
  await scheduler.waits('high');
  // one event wakes both, and one cycle takes both
  scheduler.scheduler.pause();
  scheduler.delete(pod('holder'));
  await eventually(() => {
    expect(scheduler.scheduler.state().queue.active).toBe(2);
  });
  scheduler.scheduler.resume();
  await scheduler.bound('high');
  await scheduler.waits('low');
});
