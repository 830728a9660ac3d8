// Pods that were drained and have no outcome yet: what happens meanwhile is not missed.
import { describe, expect, it } from 'vitest';
import { MAX_EVENTS } from '../../src/queue/event-log.ts';
import { helpsWith, pod, newHarness, verdict } from './fixtures.ts';

const node = helpsWith('Other');

describe('a pod in flight', () => {
  it('is dropped by park and requeue when it was deleted', () => {
    const { queue } = newHarness();
    queue.add(pod('a'));
    queue.add(pod('b'));
    const [a, b] = queue.drain();
    queue.delete('ns/a', 'a');
    queue.delete('ns/b', 'b');
    queue.park('g', [a!], verdict('Fit'));
    queue.requeue(b!);
    expect(queue.snapshot(10)).toEqual([]);
    expect(queue.nextWakeup()).toBeUndefined();
  });

  it('does not come back in place of a new pod of its name', () => {
    const { queue } = newHarness();
    queue.add(pod('a'));
    const [old] = queue.drain();
    queue.add(pod('a', { uid: 'second' }));
    queue.park('g', [old!], verdict('Fit'));
    expect(queue.drain()).toMatchObject([{ uid: 'second' }]);
    queue.requeue(old!);
    expect(queue.counts()).toMatchObject({ active: 0, backoff: 0 });
  });

  it('keeps its object for the cycle and comes back with the newest', () => {
    const { queue, clock } = newHarness();
    queue.add(pod('a'));
    const [drained] = queue.drain();
    queue.update(pod('a'), pod('a', { priority: 5, labels: { app: 'x' } }));
    expect(drained!.pod.metadata?.labels).toBeUndefined();
    queue.requeue(drained!);
    queue.add(pod('b', { priority: 3 }));
    clock.ms = 1_000;
    const [first] = queue.drain();
    expect(first).toMatchObject({ key: 'ns/a', priority: 5 });
    expect(first!.pod.metadata?.labels).toEqual({ app: 'x' });
  });

  it('is not parked over an update that can help it', () => {
    const { queue } = newHarness();
    queue.add(pod('a'));
    queue.add(pod('b'));
    const drained = queue.drain();
    queue.update(pod('a'), pod('a', { labels: { fixed: 'Fit' } }));
    queue.park('g', drained, verdict('Fit'));
    expect(queue.snapshot(2).map((row) => row.queue)).toEqual(['backoff', 'unschedulable']);
  });

  it('is not parked over an event that can help it, nor are the parked pods of its class', () => {
    const { queue } = newHarness();
    queue.add(pod('before'));
    queue.park('g', queue.drain(), verdict('Taint'));
    queue.add(pod('a'));
    const drained = queue.drain();
    queue.event(helpsWith('Fit'));
    queue.park('g', drained, verdict('Fit'));
    expect(queue.counts()).toMatchObject({ backoff: 2, unschedulable: 0 });
  });

  it('is parked over events from before its drain, and over those that help nothing', () => {
    const { queue } = newHarness();
    queue.add(pod('a'));
    queue.add(pod('b'));
    const [first] = queue.drain(1);
    queue.event(helpsWith('Fit'));
    const [second] = queue.drain(1);
    queue.event(node);
    queue.park('g', [second!], verdict('Fit'));
    expect(queue.counts()).toMatchObject({ backoff: 0, unschedulable: 1 });
    queue.park('h', [first!], verdict('Fit'));
    expect(queue.counts()).toMatchObject({ backoff: 1, unschedulable: 1 });
  });

  it.each(['park', 'requeue', 'delete'])(
    'leaves no events behind after %s, and few if it never ends',
    (end) => {
      const { queue } = newHarness();
      queue.event(node);
      expect(queue.inFlightEvents).toBe(0);
      queue.add(pod('a'));
      queue.add(pod('b'));
      const [a, b] = queue.drain();
      for (let index = 0; index < 3 * MAX_EVENTS; index += 1) queue.event(node);
      expect(queue.inFlightEvents).toBeLessThanOrEqual(MAX_EVENTS);
      queue.requeue(b!);
      expect(queue.inFlightEvents).toBeGreaterThan(0);
      if (end === 'park') queue.park('g', [a!], verdict('Fit'));
      else if (end === 'requeue') queue.requeue(a!);
      else queue.delete('ns/a');
      expect(queue.inFlightEvents).toBe(0);
    },
  );

  it('backs off when more events came than are kept', () => {
    const { queue } = newHarness();
    queue.add(pod('a'));
    queue.add(pod('b'));
    const [old] = queue.drain(1);
    for (let index = 0; index < MAX_EVENTS; index += 1) queue.event(node);
    const [young] = queue.drain(1);
    queue.event(node);
    queue.park('g', [young!], verdict('Fit'));
    expect(queue.counts()).toMatchObject({ backoff: 0, unschedulable: 1 });
    queue.park('h', [old!], verdict('Fit'));
    expect(queue.counts()).toMatchObject({ backoff: 1, unschedulable: 1 });
  });
});
