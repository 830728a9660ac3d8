import { expect, it } from 'vitest';
import { missingAmong, OTHER_RESOURCES, type WatchedResource } from '../../src/kube/resources.ts';
import { inTree } from '../../src/plugins/in-tree.ts';
import { startHarness } from './harness.ts';

const here: WatchedResource = { kind: 'PodDisruptionBudget', path: '/apis/policy/v1/poddisruptionbudgets' };
const elsewhere: WatchedResource = { kind: 'Gateway', path: '/apis/gateway.networking.k8s.io/v1/gateways' };
const unnamed: WatchedResource = { kind: 'Eviction', path: '/apis/policy/v1/evictions' };

it('finds out which resources the server does not have', async () => {
  const { transport } = await startHarness();
  expect(await missingAmong(transport, [...OTHER_RESOURCES, ...inTree.objects, elsewhere, unnamed])).toEqual(
    new Set([elsewhere.path, unnamed.path]),
  );
});

it.each([
  [/^\/apis\/policy\/v1$/, 404],
  [/^\/apis/, 404],
  [/^\/apis/, 200],
] as const)('takes none for missing because something else answers %s with %d', async (path, status) => {
  const { transport, fail } = await startHarness();
  fail('GET', path, ...Array(5).fill({ status, strange: '<html>default backend</html>' }));
  expect(await missingAmong(transport, [here, unnamed])).toEqual(new Set());
});
