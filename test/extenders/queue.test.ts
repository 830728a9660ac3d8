// What the queue does for pods that come back with an extender's answer.
import { expect, test } from 'vitest';
import { helpsWith, names, pod, newHarness, verdict } from '../queue/fixtures.ts';

test('a pod that is given back is drained again as if for the first time', () => {
  const { queue } = newHarness();
  queue.add(pod('one'));
  queue.giveBack(queue.drain()[0]!);
  expect(queue.counts()).toMatchObject({ active: 1, backoff: 0 });
  expect(queue.drain()[0]).toMatchObject({ key: 'ns/one', attempts: 1 });
});

test('a pod that was given back misses no event since it was drained the first time', () => {
  const { queue } = newHarness();
  queue.add(pod('one'));
  queue.giveBack(queue.drain()[0]!);
  // nothing is in flight now
  queue.event(helpsWith('Extender'));
  queue.park('class', queue.drain(), verdict('Extender'));
  expect(queue.counts()).toMatchObject({ unschedulable: 0, backoff: 1 });
});

test('a pod that was given back and saw nothing is parked', () => {
  const { queue } = newHarness();
  queue.add(pod('one'));
  queue.giveBack(queue.drain()[0]!);
  queue.event(helpsWith('Other'));
  queue.park('class', queue.drain(), verdict('Extender'));
  expect(queue.counts()).toMatchObject({ unschedulable: 1, backoff: 0 });
  expect(queue.inFlightEvents).toBe(0);
});

test('a pod that was deleted or gated meanwhile is not active', () => {
  const { queue } = newHarness();
  queue.add(pod('deleted'));
  queue.add(pod('gated'));
  const [deleted, gated] = queue.drain();
  queue.delete('ns/deleted');
  queue.update(pod('gated'), pod('gated', { gates: ['wait'] }));
  queue.giveBack(deleted!);
  queue.giveBack(gated!);
  expect(deleted!.hasLeft).toBe(true);
  expect(queue.counts()).toEqual({ active: 0, backoff: 0, unschedulable: 0, gated: 1 });
});

test('a pod that is held stays active, and one that was given back is not held again', () => {
  let isHeld = false;
  const { queue } = newHarness({ isHeld: (_, wasGivenBack) => isHeld && !wasGivenBack });
  queue.add(pod('one'));
  const [one] = queue.drain();
  isHeld = true;
  queue.add(pod('two'));
  queue.giveBack(one!);
  expect(names(queue.drain())).toEqual(['one']);
  expect(queue.counts().active).toBe(1);
  isHeld = false;
  expect(names(queue.drain())).toEqual(['two']);
});
