// Pods of one class may each have an object of their own, whose events help the one pod alone.
import { expect, it } from 'vitest';
import type { ApiObject } from '../../src/model/types.ts';
import type { SharedEvent } from '../../src/queue/types.ts';
import { names, newHarness, pod, verdict } from './fixtures.ts';

const claimOf = (name: string): SharedEvent => ({
  kind: 'Object',
  before: claim(name),
  after: claim(name),
});

function claim(name: string): ApiObject {
  return { kind: 'PersistentVolumeClaim', metadata: { name: `of-${name}`, namespace: 'ns' } };
}

function newRig() {
  const harness = newHarness({
    ownObjectsOf: ({ metadata }) => [`PersistentVolumeClaim ns/of-${metadata?.name}`],
    helps: (event, { metadata }) =>
      event.kind === 'Object' && event.after?.metadata?.name === `of-${metadata?.name}`,
  });
  for (const name of ['a', 'b', 'c']) harness.queue.add(pod(name));
  return harness;
}

it('an event of an object wakes the pod whose own it is, and leaves the others of its group parked', () => {
  const { queue, clock } = newRig();
  queue.park('class', queue.drain(), verdict('VolumeBinding'));
  expect(queue.event(claimOf('b'))).toBe(1);
  clock.ms = 5_000;
  expect(names(queue.drain())).toEqual(['b']);
  expect(queue.event(claimOf('unknown'))).toBe(0);
  expect(queue.counts().unschedulable).toBe(2);
});

it('an event while the pods are decided is not missed by the pod whose own object it is about', () => {
  const { queue, clock } = newRig();
  const pods = queue.drain();
  queue.event(claimOf('c'));
  queue.park('class', pods, verdict('VolumeBinding'));
  clock.ms = 5_000;
  expect(names(queue.drain())).toEqual(['c']);
  expect(queue.counts().unschedulable).toBe(2);
});

it('pods that share an object are asked about once, however many they are and however often it changes', () => {
  const SHARED = 'PersistentVolumeClaim ns/of-shared';
  let asked = 0;
  const { queue } = newHarness({
    ownObjectsOf: () => [SHARED],
    helps: () => {
      asked++;
      return false;
    },
  });
  for (let n = 0; n < 1000; n++) queue.add(pod(`p${n}`));
  const pods = queue.drain();
  for (let n = 0; n < 100; n++) queue.event(claimOf('shared'));
  queue.park('class', pods, verdict('VolumeBinding'));
  // the first one for its group, and one for those that share the claim
  expect(asked).toBe(200);
  queue.event(claimOf('shared'));
  expect(asked).toBe(202);
  expect(queue.counts().unschedulable).toBe(1000);
});

it('a pod is asked about events of its own object only', () => {
  const asked: string[] = [];
  const { queue } = newHarness({
    ownObjectsOf: ({ metadata }) => [`PersistentVolumeClaim ns/of-${metadata?.name}`],
    helps: (event, { metadata }) => {
      asked.push(`${metadata?.name} ${event.kind === 'Object' ? event.after?.metadata?.name : ''}`);
      return false;
    },
  });
  for (const name of ['a', 'b', 'c']) queue.add(pod(name));
  const pods = queue.drain();
  for (const name of ['b', 'c', 'other']) queue.event(claimOf(name));
  queue.park('class', pods, verdict('VolumeBinding'));
  expect(asked.sort()).toEqual(['a of-b', 'a of-c', 'a of-other', 'b of-b', 'c of-c']);
});
