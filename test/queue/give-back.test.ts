// A pod that is given back is as if it had never been drained, and misses no event for it.
import { describe, expect, it } from 'vitest';
import { MAX_EVENTS } from '../../src/queue/event-log.ts';
import type { QueuedPod } from '../../src/queue/types.ts';
import { helpsWith, names, pod, newHarness, verdict } from './fixtures.ts';

type Queue = ReturnType<typeof newHarness>['queue'];

/** Adds a pod, drains it and gives it back. */
function givenBack(queue: Queue, name: string): QueuedPod {
  queue.add(pod(name));
  const [drained] = queue.drain();
  queue.giveBack(drained!);
  return drained!;
}

describe('a pod that was given back', () => {
  it('has its place again, and no attempt more', () => {
    const { queue } = newHarness();
    queue.add(pod('first'));
    queue.add(pod('second'));
    for (const each of queue.drain().reverse()) queue.giveBack(each);
    const drained = queue.drain();
    expect(names(drained)).toEqual(['first', 'second']);
    expect(drained.map(({ attempts }) => attempts)).toEqual([1, 1]);
  });

  it('is the object that came meanwhile', () => {
    const { queue } = newHarness();
    queue.add(pod('a'));
    const [drained] = queue.drain();
    const newer = pod('a', { labels: { is: 'newer' } });
    queue.update(pod('a'), newer);
    queue.giveBack(drained!);
    expect(queue.drain()[0]!.pod).toBe(newer);
  });

  it('waits for the gates of that object', () => {
    const { queue } = newHarness();
    queue.add(pod('a'));
    const [drained] = queue.drain();
    const gated = pod('a', { gates: ['g'] });
    queue.update(pod('a'), gated);
    queue.giveBack(drained!);
    expect(queue.counts()).toMatchObject({ active: 0, gated: 1 });
    queue.update(gated, pod('a'));
    expect(names(queue.drain())).toEqual(['a']);
  });

  it('is not parked over an event that came while it was in flight the first time', () => {
    const { queue } = newHarness();
    queue.add(pod('a'));
    const [drained] = queue.drain();
    queue.event(helpsWith('Fit'));
    queue.giveBack(drained!);
    queue.park('class', queue.drain(), verdict('Fit'));
    expect(queue.counts()).toMatchObject({ backoff: 1, unschedulable: 0 });
  });

  it('nor over one that came while it waited again', () => {
    const { queue } = newHarness();
    givenBack(queue, 'a');
    queue.event(helpsWith('Fit'));
    queue.park('class', queue.drain(), verdict('Fit'));
    expect(queue.counts()).toMatchObject({ backoff: 1, unschedulable: 0 });
  });

  it('has the events kept that came since, and not those of pods that were drained later only', () => {
    const { queue } = newHarness();
    const send = (count: number) => {
      for (let n = 0; n < count; n++) queue.event(helpsWith('nothing'));
    };
    queue.add(pod('oldest'));
    queue.drain();
    send(3000);
    givenBack(queue, 'a');
    const [a] = queue.drain();
    queue.giveBack(a!);
    queue.delete('ns/oldest');
    send(MAX_EVENTS - 3000);
    queue.add(pod('later', { priority: 1 }));
    queue.drain(1);
    send(1);
    queue.park('class', queue.drain(), verdict('Fit'));
    expect(queue.counts()).toMatchObject({ backoff: 0, unschedulable: 1 });
  });

  it.each(['park', 'delete'])('needs no events any more after its %s', (ends) => {
    const { queue } = newHarness();
    givenBack(queue, 'a');
    if (ends === 'park') queue.park('class', queue.drain(), verdict('Fit'));
    else queue.delete('ns/a');
    queue.event(helpsWith('nothing'));
    expect(queue.inFlightEvents).toBe(0);
  });

  it('is drained where others are held, which stay until they are not', () => {
    let holds = false;
    const { queue } = newHarness({ isHeld: (_, wasGivenBack) => holds && !wasGivenBack });
    givenBack(queue, 'a');
    queue.add(pod('b'));
    holds = true;
    expect(names(queue.drain())).toEqual(['a']);
    holds = false;
    expect(names(queue.drain())).toEqual(['b']);
  });
});
