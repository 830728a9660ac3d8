// Whose turn comes when: a namespace has its share of a round, and no more while others wait.
import { expect, test } from 'vitest';
import { node, pod, rig } from './fixtures.ts';

/** Pods of classes of their own. */
const ofTenant = (count: number) =>
  Array.from({ length: count }, (_, n) => pod(`t-${n}`, { namespace: 'tenant', cpu: `${n + 1}m` }));

const benchOf = (order: 'grouped' | 'strict') =>
  rig({ nodes: [1, 2, 3].map((n) => node(`n${n}`, { cpu: '10000', pods: '5000' })), args: { order } });

test('a pod of another namespace does not wait for all classes of one', () => {
  const bench = benchOf('grouped');
  bench.submit(...ofTenant(1000), pod('plain'));
  bench.run();
  const { log } = bench.binder;
  expect(log).toHaveLength(1001);
  const at = log.findIndex((line) => line.startsWith('ns/plain '));
  expect(at).toBeGreaterThan(0);
  expect(at).toBeLessThan(500);
});

test('what a namespace has beyond its share comes in the order in which it was', () => {
  const bench = benchOf('grouped');
  const pods = ofTenant(1000);
  bench.submit(...pods, pod('plain'));
  bench.run();
  const tenants = bench.binder.placements.map(({ pod: { key } }) => key).filter((key) => key !== 'ns/plain');
  expect(tenants).toEqual(pods.map(({ metadata }) => `tenant/${metadata?.name}`));
});

test('a pod that comes meanwhile is taken before what is left of a namespace', () => {
  const bench = benchOf('grouped');
  bench.submit(...ofTenant(1000));
  const cycle = bench.cycle.run();
  cycle.next();
  bench.submit(pod('plain'));
  // it ends early, and gives back what is left
  while (!cycle.next().done);
  const before = bench.binder.placements.length;
  expect(before).toBeLessThan(500);
  bench.run();
  const { log } = bench.binder;
  expect(log).toHaveLength(1001);
  expect(log.findIndex((line) => line.startsWith('ns/plain '))).toBeLessThan(before + 500);
});

test('in strict order a namespace has no share', () => {
  const bench = benchOf('strict');
  bench.submit(...ofTenant(1000), pod('plain'));
  bench.run();
  expect(bench.binder.log.at(-1)).toMatch(/^ns\/plain /);
});
