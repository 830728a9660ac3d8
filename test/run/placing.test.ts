import { describe, expect, it } from 'vitest';
import { eventually, node, pod, startScheduler } from './fixtures.ts';

const small = { cpu: '1' };

describe('a running scheduler', () => {
  it('binds pods that are there and pods that come, and says so', async () => {
    const running = await startScheduler({ objects: [node('a'), pod('first')] });
    await running.bound('first');
    running.store.load([pod('second')]);
    await running.bound('second');
    await eventually(() => {
      expect(running.messages('second', 'Scheduled')).toEqual(['Successfully assigned ns/second to a']);
    });
    expect(running.messages('second', 'FailedScheduling')).toEqual([]);
    expect(running.scheduler.state().queue).toEqual({ active: 0, backoff: 0, unschedulable: 0, gated: 0 });
  });

  it('binds all pods before it tells of most of them', async () => {
    const nodes = ['a', 'b', 'c', 'd', 'e'].map((name) => node(name));
    const pods = Array.from({ length: 500 }, (_, index) => pod(`p-${index}`));
    const running = await startScheduler({ objects: [...nodes, ...pods] });
    await eventually(() => {
      expect(Object.values(running.podsByNode()).reduce((sum, count) => sum + count, 0)).toBe(500);
    });
    const { requests } = running.harness;
    const lastBinding = requests.findLastIndex((request) => request.endsWith('/binding'));
    const isEvent = (request: string) => request.startsWith('POST') && request.endsWith('/events');
    expect(requests.slice(0, lastBinding).filter(isEvent).length).toBeLessThan(100);
    await eventually(() => expect(requests.filter(isEvent)).toHaveLength(500));
  });

  it('says of a pod that fits nowhere why, in its event and its condition', async () => {
    const running = await startScheduler({
      objects: [
        node('a', small),
        node('b', { ...small, taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] }),
        pod('big', { cpu: '2' }),
      ],
    });
    await running.waits('big');
    const message =
      '0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s). ' +
      'preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.';
    expect(running.condition('big')).toMatchObject({ reason: 'Unschedulable', message });
    await eventually(() => {
      expect(running.messages('big', 'FailedScheduling')).toEqual([message]);
    });
    expect(running.bindingsSent('big')).toBe(0);
  });

  it('gives the last slot to one of two pods', async () => {
    const running = await startScheduler({
      objects: [node('a', small), pod('one', { cpu: '1' }), pod('two', { cpu: '1' })],
    });
    await running.bound('one');
    await running.waits('two');
    expect(running.podsByNode()).toEqual({ a: 1 });
  });

  it('leaves pods of another scheduler alone, and counts them where they stand', async () => {
    const running = await startScheduler({
      objects: [node('a', small), pod('theirs', { cpu: '1', spec: { schedulerName: 'other' } })],
    });
    running.store.load([pod('ours', { cpu: '1', spec: { nodeName: 'a', schedulerName: 'other' } })]);
    running.store.load([pod('mine', { cpu: '1' })]);
    await running.waits('mine');
    expect(running.bindingsSent('theirs')).toBe(0);
    expect(running.scheduler.queue(10).map(({ key }) => key)).toEqual(['ns/mine']);
    expect(running.condition('theirs')).toBeUndefined();
  });

  it('takes a pod up when its scheduling gates are gone', async () => {
    const gated = pod('gated', { spec: { schedulingGates: [{ name: 'example.com/wait' }] } });
    const running = await startScheduler({ objects: [node('a'), gated, pod('free')] });
    await running.bound('free');
    expect(running.scheduler.queue(10)).toMatchObject([
      { key: 'ns/gated', queue: 'gated', reason: 'waiting for scheduling gates: example.com/wait' },
    ]);
    expect(running.bindingsSent('gated')).toBe(0);
    running.update({ ...gated, spec: { ...gated.spec!, schedulingGates: [] } });
    await running.bound('gated');
  });

  it('does not place a pod that asks for what is not built, says what that is, and places the others', async () => {
    const preference = { matchExpressions: [{ key: 'zone', operator: 'Like', values: ['a'] }] };
    const nodeAffinity = { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference }] };
    const running = await startScheduler({
      objects: [node('a'), pod('asking', { spec: { affinity: { nodeAffinity } } }), pod('plain')],
    });
    await running.bound('plain');
    await running.waits('asking');
    const message =
      'NodeAffinity is not supported: the pod asks for a preferred node affinity term that cannot be understood.';
    expect(running.condition('asking')?.message).toBe(message);
    await eventually(() => {
      expect(running.messages('asking', 'FailedScheduling')).toEqual([message]);
    });
    expect(running.bindingsSent('asking')).toBe(0);
  });

  it('takes a cluster over in the middle: what is bound stays, the rest is placed beside it', async () => {
    const running = await startScheduler({
      objects: [
        node('a', { cpu: '2' }),
        node('b', { cpu: '2' }),
        ...[1, 2].map((n) => pod(`old-${n}`, { cpu: '1' })),
      ],
    });
    await running.bound('old-1', 'old-2');
    await running.scheduler.stop();
    const before = [running.nodeOf('old-1'), running.nodeOf('old-2')];
    running.store.load([1, 2, 3].map((n) => pod(`new-${n}`, { cpu: '1' })));

    await running.restart();
    await running.bound('new-1', 'new-2');
    await running.waits('new-3');
    expect(running.podsByNode()).toEqual({ a: 2, b: 2 });
    expect([running.nodeOf('old-1'), running.nodeOf('old-2')]).toEqual(before);
    expect(running.bindingsSent('old-1')).toBe(1);
  });
});

describe('objects that cannot be used', () => {
  it('are told of by name and field, and the others are taken', async () => {
    const running = await startScheduler({
      objects: [node('bad', { cpu: '4 cores' }), node('good'), pod('one')],
    });
    await running.bound('one');
    expect(running.nodeOf('one')).toBe('good');
    expect(running.logged('an object was refused')).toEqual([
      { object: 'node bad', error: 'node bad: status.allocatable.cpu: "4 cores" is not a quantity' },
    ]);
  });

  it('take no pods until they can be used again: a node that turns bad may be one that nobody should be put on', async () => {
    const running = await startScheduler({ objects: [node('a', small), pod('first', { cpu: '500m' })] });
    await running.bound('first');
    running.update({ ...node('a', { cpu: 'many' }), spec: { unschedulable: true } }, 'main');
    running.update(node('a', { cpu: 'many' }), 'status');
    await eventually(() => {
      expect(running.logged('an object was refused')[0]).toMatchObject({ object: 'node a' });
    });
    running.store.load([pod('second', { cpu: '500m' })]);
    await running.waits('second');
    expect(running.condition('second')?.message).toBe(
      "0/1 nodes are available: 1 node a's last update was refused. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
    );
    running.update({ ...node('a', small), spec: {} }, 'main');
    running.update(node('a', small), 'status');
    await running.bound('second');
    // what it had still counts
    running.store.load([pod('third', { cpu: '500m' })]);
    await running.waits('third');
  });

  it('do not hold up the pods that come with them', async () => {
    const running = await startScheduler({
      objects: [node('a'), pod('bad', { cpu: 'one' }), pod('good')],
    });
    await running.bound('good');
    const message = 'pod ns/bad: spec.containers[0].resources.requests.cpu: "one" is not a quantity';
    await eventually(() => {
      expect(running.messages('bad', 'FailedScheduling')).toEqual([message]);
      expect(running.condition('bad')).toMatchObject({ reason: 'SchedulerError', message });
    });
  });

  it('do not hold up the pods of other classes, when only a constraint finds them out', async () => {
    const affinity = {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'Like', values: ['a'] }] }],
        },
      },
    };
    const running = await startScheduler({
      objects: [node('a'), pod('bad', { spec: { affinity } }), pod('good')],
    });
    await running.bound('good');
    expect(running.bindingsSent('bad')).toBe(0);
  });
});
