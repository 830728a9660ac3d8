// A short set of what `npm run fuzz:input` does.
import { expect, it } from 'vitest';
import { fuzzConfigurations } from './configurations.ts';
import { Host } from './host.ts';
import { fuzzObjects } from './objects.ts';
import { fuzzRequests } from './requests.ts';

it('objects at random leave the scheduler as it was', { timeout: 120_000 }, () => {
  expect(fuzzObjects(3000, 17)).toBe(3000);
});

it('configurations at random are taken, or refused with a message', () => {
  const { taken } = fuzzConfigurations(600, 17);
  expect(taken).toBeGreaterThan(10);
  expect(taken).toBeLessThan(590);
});

it('requests at random are answered', async () => {
  expect(await fuzzRequests(1000, 17)).toBe(1000);
});

it('a node, a class of devices or a service of the wrong types keeps no pod from its node', () => {
  const host = new Host();
  const named = (name: string) => ({ name, uid: name, resourceVersion: '1' });
  const node = { metadata: named('a'), status: { allocatable: { cpu: '1', memory: '1Gi', pods: '10' } } };
  host.feeds.get('Node')!.added(node);
  const wrong = [
    ['Node', { ...node, metadata: named('b'), spec: { taints: { length: 1 } } }],
    ['DeviceClass', { metadata: named('c') }],
    ['Service', { metadata: { ...named('d'), namespace: 'ns' }, spec: { selector: ['a'] } }],
    ['Node', { ...node, metadata: named('e'), status: { ...node.status, images: [{ names: null }] } }],
  ] as const;
  for (const [kind, object] of wrong) host.feeds.get(kind)!.added(object);
  const requests = { cpu: '1', 'example.com/gpu': '0' };
  const pod = {
    metadata: { ...named('p'), namespace: 'ns' },
    spec: { containers: [{ name: 'a', resources: { requests } }] },
  };
  host.feeds.get('Pod')!.added(pod);
  const placed = host.cycle().flatMap((outcome) => outcome.placed.map(({ node: on }) => on));
  // the last one has only a field that is absent in another way, and is taken
  expect(placed).toEqual(['a']);
  expect(host.cluster.nodes.count).toBe(2);
});
