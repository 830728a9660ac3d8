// What the API server tells of pods, late and in odd orders, into the real queue, cluster and cycle.
import { expect, it } from 'vitest';
import type { Pod } from '../../src/model/types.ts';
import { PodFeed } from '../../src/run/pod-feed.ts';
import { node, on, pod, newHarness, type Harness } from '../cycle/fixtures.ts';

const slot = { cpu: '1' };

function feedOf({ cluster, queue, cycle, binder }: Harness): PodFeed {
  return new PodFeed({
    ...{ cluster, queue, cycle },
    isElsewhere: () => false,
    isOurs: () => true,
    uidInBinding: (key) =>
      cycle.isBinding(key) ? binder.placements.findLast((one) => one.pod.key === key)?.pod.uid : undefined,
    notify: () => undefined,
    onRefused: (_, message) => expect.unreachable(message),
  });
}

function newer(name: string): Pod {
  const other = pod(name, slot);
  other.metadata!.uid = 'newer';
  return other;
}

const queued = ({ queue }: Harness) => queue.snapshot(10).map(({ key }) => key);

it('a bound pod that is told of late, as it was before, is not queued again', () => {
  const scheduler = newHarness({ nodes: [node('a')] });
  const feed = feedOf(scheduler);
  feed.added(pod('one', slot));
  scheduler.run();
  // while it is being bound, and after that
  feed.modified(pod('one', { ...slot, labels: { late: 'yes' } }));
  scheduler.acknowledgeAll();
  expect(queued(scheduler)).toEqual([]);
  feed.modified(pod('one', { ...slot, labels: { late: 'yes' } }));
  expect(queued(scheduler)).toEqual([]);
  scheduler.run();
  expect(scheduler.binder.log).toEqual(['ns/one a']);
  feed.modified(on('a', pod('one', slot)));
  expect(scheduler.cluster.pod('ns/one')).toMatchObject({ nodeName: 'a', assumed: false });
});

it('the deletion of a pod that is told of late leaves the newer one of its name waiting', () => {
  const scheduler = newHarness();
  const feed = feedOf(scheduler);
  feed.added(pod('one', slot));
  feed.added(newer('one'));
  feed.deleted(pod('one', slot));
  expect(queued(scheduler)).toEqual(['ns/one']);
  // it is known: a list without it ends it
  feed.list().end();
  expect(queued(scheduler)).toEqual([]);
});

it('the deletion of a pod that is told of late leaves the newer one of its name on its node', () => {
  const scheduler = newHarness({ nodes: [node('a')] });
  const feed = feedOf(scheduler);
  feed.added(on('a', pod('one', slot)));
  feed.added(on('a', newer('one')));
  feed.deleted(on('a', pod('one', slot)));
  expect(scheduler.cluster.pod('ns/one')?.uid).toBe('newer');
});
