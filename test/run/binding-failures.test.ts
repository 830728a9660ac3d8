import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/dev/embedded/faults.ts';
import { after, eventually, node, pod, startScheduler } from './fixtures.ts';

const slot = { cpu: '1' };

describe('a binding that fails', () => {
  it('is sent again when the server has an error, and the pod is bound once', async () => {
    const running = await startScheduler({
      objects: [node('a', slot)],
      before: ({ fail }) => fail('POST', /\/binding$/, { status: 500 }, { status: 503 }),
    });
    running.store.load([pod('one', slot)]);
    await running.bound('one');
    expect(running.bindingsSent('one')).toBe(3);
    await eventually(() => {
      expect(running.messages('one', 'Scheduled')).toHaveLength(1);
    });
    expect(running.messages('one', 'FailedScheduling')).toEqual([]);
  });

  it('again and again frees the node, backs the pod off and tries it later', async () => {
    const running = await startScheduler({
      objects: [node('a', slot), pod('one', slot)],
      before: ({ fail }) => fail('POST', /\/binding$/, ...Array<Fault>(5).fill({ status: 500 })),
    });
    await running.bound('one');
    const error = 'a fault of status 500';
    expect(running.logged('a binding failed')).toEqual([
      { pod: 'ns/one', node: 'a', outcome: 'failed', error },
    ]);
    await eventually(() => {
      expect(running.messages('one', 'FailedScheduling')).toEqual([`binding ns/one to a: ${error}`]);
      expect(running.messages('one', 'Scheduled')).toHaveLength(1);
    });
    expect(await running.metric('scheduler_schedule_attempts_total', { result: 'error' })).toBe(1);
    expect(await running.metric('scheduler_schedule_attempts_total', { result: 'scheduled' })).toBe(1);
  });

  it('does not keep the node from a pod that waits for it', async () => {
    const running = await startScheduler({ objects: [node('a', slot)] });
    running.failBinding('one', ...Array<Fault>(4).fill({ status: 500 }));
    running.store.load([pod('one', slot), pod('two', slot)]);
    // it has waited longer
    await running.bound('two');
    await running.waits('one');
  });

  it('because the answer was lost is no failure: the pod is bound', async () => {
    const running = await startScheduler({ objects: [node('a', slot)] });
    running.failBinding('one', { drop: 'answer' });
    running.store.load([pod('one', slot), pod('two', slot)]);
    await running.bound('one');
    await running.waits('two');
    await eventually(() => {
      expect(running.messages('one', 'Scheduled')).toHaveLength(1);
    });
    expect(running.logged('a binding failed')).toEqual([]);
    expect(running.podsByNode()).toEqual({ a: 1 });
  });

  it('and of which the server cannot say what became of it keeps no other pod from being bound', async () => {
    const names = Array.from({ length: 60 }, (_, n) => `lost-${n}`);
    const running = await startScheduler({ objects: [node('a', { cpu: '100' })] });
    for (const name of names) {
      running.failBinding(name, { drop: 'answer' }, ...Array<Fault>(3).fill({ status: 500 }));
      running.harness.fail('GET', new RegExp(`/pods/${name}$`), { delayMs: 3_600_000 });
    }
    running.store.load(names.map((name) => pod(name, slot)));
    await eventually(() => {
      for (const name of names) expect(running.bindingsSent(name)).toBe(4);
    });
    running.store.load([pod('other', slot)]);
    await running.bound('other');
    // those may be bound, and keep their place
    expect(running.logged('a binding failed')).toEqual([]);
  });

  it('because another scheduler was faster leaves the pod where it is, and counts it there', async () => {
    const running = await startScheduler({ objects: [node('a', slot), node('b', slot)] });
    const one = pod('one', slot);
    const elsewhere = (): void => running.update({ ...one, spec: { ...one.spec!, nodeName: 'b' } });
    running.failBinding('one', after(elsewhere, 409));
    running.store.load([one]);
    await eventually(() => {
      expect(running.logged('a binding failed')).toHaveLength(1);
    });
    expect(running.logged('a binding failed')).toMatchObject([
      { pod: 'ns/one', node: 'a', outcome: 'conflict', error: 'pod ns/one is already bound to node b' },
    ]);
    running.store.load([pod('two', slot), pod('three', slot)]);
    await running.bound('two');
    await running.waits('three');
    expect(running.podsByNode()).toEqual({ a: 1, b: 1 });
    expect(running.bindingsSent('one')).toBe(1);
  });

  it('because another scheduler was faster is counted by that one, also on the same node', async () => {
    const running = await startScheduler({ objects: [node('a', slot)] });
    const one = pod('one', slot);
    const here = (): void => running.update({ ...one, spec: { ...one.spec!, nodeName: 'a' } });
    running.failBinding('one', after(here, 409));
    running.store.load([one]);
    await eventually(() => {
      expect(running.logged('a binding failed')).toMatchObject([{ pod: 'ns/one', outcome: 'conflict' }]);
    });
    running.store.load([pod('two', slot)]);
    await running.waits('two');
    expect(await running.metric('scheduler_schedule_attempts_total', { result: 'scheduled' })).toBe(0);
    expect(await running.metric('scheduler_schedule_attempts_total', { result: 'error' })).toBe(0);
    const bound = await running.scheduler
      .metrics()
      .getSingleMetricAsString('scheduler_pod_scheduling_attempts');
    expect(bound).toContain('scheduler_pod_scheduling_attempts_count 0');
    expect(running.messages('one', 'Scheduled')).toEqual([]);
    expect(running.messages('one', 'FailedScheduling')).toEqual([]);
  });

  it('because something else answers that there is no such pod loses no pod', async () => {
    const running = await startScheduler({ objects: [node('a', slot)] });
    const strange = { status: 404, strange: 'default backend - 404' };
    running.failBinding('one', strange, strange);
    running.harness.fail('GET', /\/pods\/one$/, strange, strange);
    running.store.load([pod('one', slot)]);
    await running.bound('one');
    expect(running.logged('a binding failed')).toMatchObject([
      { pod: 'ns/one', outcome: 'failed', error: 'status 404' },
      { pod: 'ns/one', outcome: 'failed', error: 'status 404' },
    ]);
  });

  it('because the pod was deleted frees its node', async () => {
    const running = await startScheduler({ objects: [node('a', slot)] });
    running.failBinding(
      'one',
      after(() => running.delete(pod('one')), 500),
    );
    running.store.load([pod('one', slot), pod('two', slot)]);
    await running.bound('two');
    await eventually(() => {
      expect(running.logged('a binding failed')).toMatchObject([{ pod: 'ns/one', outcome: 'gone' }]);
    });
    expect(running.scheduler.queue(10)).toEqual([]);
    expect(running.messages('one', 'FailedScheduling')).toEqual([]);
  });

  it('tells nothing of the pod that has taken its name', async () => {
    const running = await startScheduler({ objects: [node('a', slot), node('b', slot)] });
    const second = pod('one', slot);
    second.metadata!.uid = 'second';
    const replace = (): void => {
      running.delete(second);
      running.store.load([second]);
    };
    running.failBinding('one', after(replace, 500));
    running.store.load([pod('one', slot)]);
    await running.bound('one');
    running.store.load([pod('two', slot), pod('three', slot)]);
    await running.bound('two');
    await running.waits('three');
    expect(running.pod('one')?.metadata?.uid).toBe('second');
    expect(running.podsByNode()).toEqual({ a: 1, b: 1 });
    await eventually(async () => {
      expect(await running.metric('coset_correspondences')).toBe(0);
    });
  });

  it('for many pods at once is told of a few times and then counted', async () => {
    const names = Array.from({ length: 40 }, (_, n) => `pod-${n}`);
    const running = await startScheduler({ objects: [node('a')], backoffSeconds: 3600 });
    running.harness.fail('POST', /\/binding$/, ...Array<Fault>(40).fill({ status: 403 }));
    running.store.load(names.map((name) => pod(name)));
    await eventually(() => {
      expect(running.scheduler.state().queue.backoff).toBe(40);
    });
    await running.scheduler.stop();
    const lines = running.logged('a binding failed');
    expect(lines.length).toBeLessThan(10);
    expect(lines.at(-1)).toEqual({ more: 40 - (lines.length - 1) });
  });
});

describe('while pods are being bound', () => {
  it('their node may go: they are bound to it all the same, and it counts for nothing', async () => {
    const running = await startScheduler({ objects: [node('a', slot)] });
    running.failBinding(
      'one',
      after(() => running.delete(node('a')), 500),
    );
    running.store.load([pod('one', slot)]);
    await running.bound('one');
    running.store.load([pod('two', slot)]);
    await eventually(() => {
      expect(running.condition('two')?.status).toBe('False');
    });
    // the node comes back with the pod that stands on it
    running.store.load([node('a', slot), node('b', slot)]);
    await running.bound('two');
    expect(running.nodeOf('two')).toBe('b');
  });

  it('they may change: the labels that they have when they are bound are those that count', async () => {
    const running = await startScheduler({ objects: [node('a'), node('b')] });
    const labelled = pod('one', { labels: { app: 'new' } });
    running.failBinding(
      'one',
      after(() => running.update(labelled), 500),
    );
    running.store.load([pod('one', { labels: { app: 'old' } })]);
    await running.bound('one');
    const other = running.nodeOf('one') === 'a' ? 'b' : 'a';
    const spread = {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'kubernetes.io/hostname',
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { app: 'new' } },
        },
      ],
    };
    running.store.load([pod('two', { labels: { app: 'new' }, spec: spread })]);
    await running.bound('two');
    expect(running.nodeOf('two')).toBe(other);
  });
});
