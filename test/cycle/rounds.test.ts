// Whose turn comes when: a namespace has its share of a round, and no more while others wait.
import { expect, test } from 'vitest';
import type { Batch } from '../../src/cycle/batches.ts';
import { Rounds } from '../../src/cycle/rounds.ts';
import { node, on, pod, newHarness, service } from './fixtures.ts';

/** Pods of classes of their own. */
const ofTenant = (count: number) =>
  Array.from({ length: count }, (_, n) => pod(`t-${n}`, { namespace: 'tenant', cpu: `${n + 1}m` }));

const harnessOf = (order: 'grouped' | 'strict') =>
  newHarness({ nodes: [1, 2, 3].map((n) => node(`n${n}`, { cpu: '10000', pods: '5000' })), args: { order } });

test('a pod of another namespace does not wait for all classes of one', () => {
  const harness = harnessOf('grouped');
  harness.submit(...ofTenant(1000), pod('plain'));
  harness.run();
  const { log } = harness.binder;
  expect(log).toHaveLength(1001);
  const at = log.findIndex((line) => line.startsWith('ns/plain '));
  expect(at).toBeGreaterThan(0);
  expect(at).toBeLessThan(500);
});

test('what a namespace has beyond its share comes in the order in which it was', () => {
  const harness = harnessOf('grouped');
  const pods = ofTenant(1000);
  harness.submit(...pods, pod('plain'));
  harness.run();
  const tenants = harness.binder.placements
    .map(({ pod: { key } }) => key)
    .filter((key) => key !== 'ns/plain');
  expect(tenants).toEqual(pods.map(({ metadata }) => `tenant/${metadata?.name}`));
});

test('a pod that comes meanwhile is taken before what is left of a namespace', () => {
  const harness = harnessOf('grouped');
  harness.submit(...ofTenant(1000));
  const cycle = harness.cycle.run();
  cycle.next();
  harness.submit(pod('plain'));
  // it ends early, and gives back what is left
  while (!cycle.next().done);
  const before = harness.binder.placements.length;
  expect(before).toBeLessThan(500);
  harness.run();
  const { log } = harness.binder;
  expect(log).toHaveLength(1001);
  expect(log.findIndex((line) => line.startsWith('ns/plain '))).toBeLessThan(before + 500);
});

test('pods of more priority come first, whatever their namespace has had', () => {
  const harness = harnessOf('grouped');
  const urgent = ofTenant(1000).map((each) => ({ ...each, spec: { ...each.spec!, priority: 10 } }));
  harness.submit(pod('plain'), ...urgent);
  harness.run();
  expect(harness.binder.log).toHaveLength(1001);
  expect(harness.binder.log.at(-1)).toMatch(/^ns\/plain /);
});

test('what a namespace has beyond its share stays in the order of priorities when it is partitioned anew', () => {
  const harness = harnessOf('grouped');
  const urgent = ofTenant(1000).map((each) => ({ ...each, spec: { ...each.spec!, priority: 10 } }));
  harness.submit(pod('plain'), ...urgent, pod('first', { spec: { priority: 10 } }));
  let isTold = false;
  for (const { placed } of harness.cycle.run()) {
    if (isTold || placed[0]?.pod.key !== 'ns/first') continue;
    isTold = true;
    harness.cluster.setObject(service('s', { app: 'x' }), true);
  }
  expect(isTold).toBe(true);
  expect(harness.binder.log).toHaveLength(1002);
  expect(harness.binder.log.at(-1)).toMatch(/^ns\/plain /);
});

test('the more pods wait, the more are decided before they are given back', () => {
  const decided = (count: number) => {
    const harness = harnessOf('grouped');
    harness.submit(...ofTenant(count));
    const cycle = harness.cycle.run();
    cycle.next();
    harness.submit(pod('plain'));
    while (!cycle.next().done);
    return harness.binder.placements.length;
  };
  // so that giving them back and taking them again does not outweigh what is decided
  expect(decided(40_000)).toBeGreaterThan(3 * decided(1000));
});

test('however many rounds they take, the classes of one namespace are looked at a few times each', () => {
  const harness = harnessOf('grouped');
  const [waiting] = ofTenant(1);
  const { class: one } = harness.cycle.classify(waiting!)!;
  let looks = 0;
  const parts = Array.from({ length: 3000 }, (_, n): Batch => {
    const pods = [
      { pod: waiting!, key: `tenant/t-${n}`, uid: `${n}`, priority: 0, timestamp: 0, attempts: 1 },
    ];
    return {
      class: one,
      isNominated: false,
      get pods() {
        looks++;
        return pods;
      },
    };
  });
  const rounds = new Rounds(parts);
  let taken = 0;
  let count = 0;
  do {
    count++;
    for (let part; (part = rounds.take()) !== undefined; taken++) rounds.spend(part, 1_000_000);
  } while (rounds.begin());
  expect(taken).toBe(parts.length);
  expect(count).toBeGreaterThan(100);
  expect(looks / parts.length).toBeLessThan(20);
});

test('in strict order a namespace has no share', () => {
  const harness = harnessOf('strict');
  harness.submit(...ofTenant(1000), pod('plain'));
  harness.run();
  expect(harness.binder.log.at(-1)).toMatch(/^ns\/plain /);
});

test('no pod is decided that is gone, or that somebody else has bound, when its turn comes', () => {
  const { submit, cycle, cluster, queue, binder } = newHarness({ nodes: [node('a'), node('b')] });
  const [first, gone, bound, last] = ['1', '2', '3', '4'].map((cpu) => pod(`pod-${cpu}`, { cpu }));
  submit(first!, gone!, bound!, last!);
  const outcomes = cycle.run();
  outcomes.next();
  queue.delete('ns/pod-2');
  queue.delete('ns/pod-3');
  cluster.setPod(on('a', bound!));
  expect([...outcomes]).toHaveLength(1);
  expect(binder.log.map((line) => line.split(' ')[0])).toEqual(['ns/pod-1', 'ns/pod-4']);
  expect(cluster.pod('ns/pod-3')).toMatchObject({ nodeName: 'a', assumed: false });
});
