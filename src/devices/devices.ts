// The devices of a cluster, as its slices and the rules that taint them say.
import type { Cluster } from '../state/cluster.ts';
import type { ObjectStore } from '../state/object-store.ts';
import type { NodeIdentity } from './node-selection.ts';
import { SliceIndex, type Pool } from './pools.ts';
import { withRules } from './taints.ts';
import type { DeviceClass, DeviceTaintRule, ResourceSlice } from './types.ts';

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

  /** The rows that can have devices of the pool, "driver/pool": 'all' where that hangs on more than names of nodes. */
  rowsOf(pool: string, { nodes }: Cluster): readonly number[] | 'all' {
    const names = this.#index.nodesOf(pool);
    if (names === undefined) return 'all';
    return [...names].flatMap((name) => nodes.rowOf(name) ?? []);
  }

  on(node: NodeIdentity): readonly Pool[] {
    let pools = this.#byNode.get(node.name);
    if (pools === undefined) this.#byNode.set(node.name, (pools = this.#index.poolsFor(node)));
    return pools;
  }
}

const known = new WeakMap<ObjectStore, DevicePools>();

export function classOf(store: ObjectStore, name: string): DeviceClass | undefined {
  return store.get<DeviceClass>('DeviceClass', `default/${name}`);
}
