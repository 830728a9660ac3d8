// allocResourceClaims: gives claims their devices, each on a node at random, as if pods had once been there.
import type { ApiObject, Node } from '../../src/model/types.ts';
import { allocationResult } from '../../src/devices/allocation-result.ts';
import { Allocator } from '../../src/devices/allocator.ts';
import { DeviceUsage } from '../../src/devices/device-usage.ts';
import { classOf, DevicePools } from '../../src/devices/devices.ts';
import type { ResourceClaim } from '../../src/devices/types.ts';
import { ObjectStore } from '../../src/state/object-store.ts';
import { seededRandom } from '../random.ts';
import type { Objects } from './objects.ts';

const RESOURCE = '/apis/resource.k8s.io/v1';
const KINDS = { ResourceSlice: 'resourceslices', DeviceClass: 'deviceclasses' };
/** Every contestant finds the same devices taken. */
const SEED = 1;

export async function allocateClaims({ client }: Objects, namespace: string): Promise<void> {
  const list = async <T extends ApiObject>(path: string) =>
    (await client.json<{ items: T[] }>('GET', path)).items;
  const store = new ObjectStore([...Object.keys(KINDS), 'ResourceClaim', 'DeviceTaintRule']);
  for (const [kind, name] of Object.entries(KINDS)) {
    for (const object of await list(`${RESOURCE}/${name}`)) store.set(kind, object);
  }
  const path = `${RESOURCE}/namespaces/${namespace}/resourceclaims`;
  const nodes = await list<Node>('/api/v1/nodes');
  const pools = new DevicePools(store, '');
  const random = seededRandom(SEED);
  for (const claim of await list<ResourceClaim>(path)) {
    const key = `${namespace}/${claim.metadata!.name}`;
    const allocation = allocationFor(claim, key, { store, pools, nodes, random });
    const allocated = {
      ...claim,
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceClaim',
      status: { allocation },
    };
    await client.text('PUT', `${path}/${claim.metadata!.name}/status`, allocated);
    store.set('ResourceClaim', allocated);
  }
}

interface Means {
  store: ObjectStore;
  pools: DevicePools;
  nodes: readonly Node[];
  random: () => number;
}

function allocationFor(claim: ResourceClaim, key: string, { store, pools, nodes, random }: Means) {
  const allocator = new Allocator(DeviceUsage.of(store).devices, (name) => classOf(store, name));
  const begin = Math.floor(random() * nodes.length);
  for (let n = 0; n < nodes.length; n++) {
    const { metadata } = nodes[(begin + n) % nodes.length]!;
    const node = { name: metadata!.name!, labels: metadata!.labels ?? {} };
    const [solution] = allocator.allocate(node, pools.on(node), [{ claim, key }]) ?? [];
    if (solution !== undefined) return allocationResult(solution, node.name);
  }
  throw new Error(`${key}: no node has its devices`);
}
