// The devices of a cluster, and which of them are taken, from its claims and slices.
import { parseQuantity, type Quantity } from '../model/quantity.ts';
import { objectKey } from '../model/types.ts';
import type { Cluster } from '../state/cluster.ts';
import type { ObjectStore } from '../state/object-store.ts';
import type { AllocatedDevices } from './allocator.ts';
import type { Consumed } from './capacity.ts';
import { PENDING_ALLOCATION } from '../plugins/dynamic-resources/kinds.ts';
import { isAllocated, type PendingAllocation } from './claims.ts';
import type { NodeIdentity } from './node-selection.ts';
import { SliceIndex, type Pool } from './pools.ts';
import { withRules } from './taints.ts';
import {
  deviceId,
  type AllocationResult,
  type DeviceClass,
  type DeviceTaintRule,
  type ResourceClaim,
  type ResourceSlice,
} from './types.ts';

/** The pools of each node, as the slices are now. */
export class DevicePools {
  readonly #version: string;
  readonly #index: SliceIndex;
  readonly #byNode = new Map<string, readonly Pool[]>();

  /** As of a version that `of` tells apart. */
  constructor(store: ObjectStore, version: string) {
    this.#version = version;
    const rules = [...store.list<DeviceTaintRule>('DeviceTaintRule')];
    const slices = [...store.list<ResourceSlice>('ResourceSlice')];
    this.#index = new SliceIndex(slices.map((slice) => withRules(slice, rules)));
  }

  /** Those of the cluster; worked out anew when its slices, its taint rules or its nodes have changed. */
  static of({ store, nodes }: Cluster): DevicePools {
    const version = [
      store.versionOf('ResourceSlice'),
      store.versionOf('DeviceTaintRule'),
      nodes.version,
    ].join();
    const cached = known.get(store);
    if (cached !== undefined && cached.#version === version) return cached;
    const pools = new DevicePools(store, version);
    known.set(store, pools);
    return pools;
  }

  on(node: NodeIdentity): readonly Pool[] {
    let pools = this.#byNode.get(node.name);
    if (pools === undefined) this.#byNode.set(node.name, (pools = this.#index.poolsFor(node)));
    return pools;
  }
}

const known = new WeakMap<ObjectStore, DevicePools>();

/** The devices that claims hold, or will hold once their allocations are written. */
export function allocatedDevices(store: ObjectStore): AllocatedDevices {
  const exclusive = new Set<string>();
  const shared = new Map<string, Consumed>();
  const add = (allocation: AllocationResult | undefined) => {
    for (const result of allocation?.devices?.results ?? []) {
      // an administrator looks at devices without taking them
      if (result.adminAccess) continue;
      const id = deviceId(result.driver, result.pool, result.device);
      if (result.shareID === undefined) {
        exclusive.add(id);
        continue;
      }
      const consumed: Consumed = shared.get(id) ?? new Map<string, Quantity>();
      shared.set(id, consumed);
      for (const [name, value] of Object.entries(result.consumedCapacity ?? {}))
        consumed.set(name, (consumed.get(name) ?? 0n) + parseQuantity(value));
    }
  };
  for (const claim of store.list<ResourceClaim>('ResourceClaim')) add(claim.status?.allocation);
  for (const pending of store.list<PendingAllocation>(PENDING_ALLOCATION)) {
    // between its last write and the end of its pod's others it stands in both
    const claim = store.get<ResourceClaim>('ResourceClaim', objectKey(pending));
    if (claim === undefined || !isAllocated(claim)) add(pending.allocation);
  }
  return { exclusive, shared };
}

export function classOf(store: ObjectStore, name: string): DeviceClass | undefined {
  return store.get<DeviceClass>('DeviceClass', `default/${name}`);
}
