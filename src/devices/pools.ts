// The resource pools that a node can take devices from: slices of one driver and pool, of its newest generation, in the
// order in which devices are tried.
import { append } from '../model/by-key.ts';
import { sliceMatchesNode, type NodeIdentity } from './node-selection.ts';
import type { CounterSet, Device, ResourceSlice } from './types.ts';

export interface Pool {
  readonly driver: string;
  readonly name: string;
  /**
   * Nothing is taken from a pool whose driver has not published all its slices (incomplete), nor from one whose slices
   * contradict each other (invalid).
   */
  readonly state: 'usable' | 'incomplete' | 'invalid';
  /** Slices with devices for the node, by name. */
  readonly slices: readonly ResourceSlice[];
  /** The pool's other slices with devices: what is taken of them uses up the same counters. */
  readonly otherSlices: readonly ResourceSlice[];
  /** What partitions of a device share. */
  readonly counterSets: ReadonlyMap<string, CounterSet>;
}

/** All slices, found by the node that they are for. */
export class SliceIndex {
  readonly #shared: ResourceSlice[] = [];
  readonly #byNode = new Map<string, ResourceSlice[]>();
  readonly #byPool = new Map<string, ResourceSlice[]>();

  constructor(slices: Iterable<ResourceSlice>) {
    for (const slice of slices) {
      // devices with compatibility groups are not understood; without their slices the pool counts as incomplete
      if (usesCompatibilityGroups(slice)) continue;
      const { nodeName, driver, pool } = slice.spec;
      if (nodeName) append(this.#byNode, nodeName, slice);
      else this.#shared.push(slice);
      append(this.#byPool, poolKey(driver, pool.name), slice);
    }
  }

  /** The names of the nodes that all slices of the pool are for; undefined where some name none. */
  nodesOf(pool: string): ReadonlySet<string> | undefined {
    const names = new Set<string>();
    for (const { spec } of this.#byPool.get(pool) ?? []) {
      if (!spec.nodeName) return undefined;
      names.add(spec.nodeName);
    }
    return names;
  }

  /** The pools with devices for the node, in the order in which they are tried. */
  poolsFor(node: NodeIdentity): readonly Pool[] {
    const newest = new Map<string, ResourceSlice[]>();
    for (const slice of [...(this.#byNode.get(node.name) ?? []), ...this.#shared]) {
      if (!sliceMatchesNode(slice, node)) continue;
      const { driver, pool } = slice.spec;
      const key = poolKey(driver, pool.name);
      const [known] = newest.get(key) ?? [];
      if (known === undefined || pool.generation > known.spec.pool.generation) newest.set(key, [slice]);
      else if (pool.generation === known.spec.pool.generation) newest.get(key)!.push(slice);
    }
    const pools: Pool[] = [];
    for (const [key, slices] of newest) {
      const pool = poolOf(slices, this.#byPool.get(key)!);
      if (pool !== undefined) pools.push(pool);
    }
    return pools.sort(
      (one, two) =>
        Number(hasBindingConditions(one)) - Number(hasBindingConditions(two)) ||
        compare(one.driver, two.driver) ||
        compare(one.name, two.name),
    );
  }
}

/** A pool of slices of one generation; undefined when a newer one is being published that has nothing for the node. */
function poolOf(slices: ResourceSlice[], ofPool: readonly ResourceSlice[]): Pool | undefined {
  const { driver, pool } = slices[0]!.spec;
  const empty = { driver, name: pool.name, slices: [], otherSlices: [], counterSets: new Map() };
  let others: readonly ResourceSlice[] = [];
  if (slices.length !== pool.resourceSliceCount) {
    if (ofPool.some(({ spec }) => spec.pool.generation > pool.generation)) return undefined;
    const all = ofPool.filter(({ spec }) => spec.pool.generation === pool.generation);
    if (all.length !== pool.resourceSliceCount) return { ...empty, state: 'incomplete' };
    others = all.filter((slice) => !slices.includes(slice));
  }
  const sets = [...slices, ...others].flatMap(({ spec }) => spec.sharedCounters ?? []);
  const counterSets = new Map(sets.map((set) => [set.name, set]));
  const hasDevices = ({ spec }: ResourceSlice) => (spec.sharedCounters ?? []).length === 0;
  const forNode = slices
    .filter(hasDevices)
    .sort((one, two) => compare(one.metadata.name!, two.metadata.name!));
  const otherSlices = others.filter(hasDevices);
  const names = devicesOf(forNode).map(({ name }) => name);
  const valid =
    new Set(names).size === names.length &&
    counterSets.size === sets.length &&
    [...devicesOf(forNode), ...devicesOf(otherSlices)].every((device) => countersExist(device, counterSets));
  if (!valid) return { ...empty, state: 'invalid' };
  return { driver, name: pool.name, state: 'usable', slices: forNode, otherSlices, counterSets };
}

function countersExist(device: Device, counterSets: ReadonlyMap<string, CounterSet>): boolean {
  return (device.consumesCounters ?? []).every(({ counterSet, counters }) => {
    const set = counterSets.get(counterSet);
    return set !== undefined && Object.keys(counters).every((name) => Object.hasOwn(set.counters, name));
  });
}

function usesCompatibilityGroups({ spec }: ResourceSlice): boolean {
  return (spec.devices ?? []).some(({ consumesCounters }) =>
    (consumesCounters ?? []).some(({ compatibilityGroups }) => (compatibilityGroups ?? []).length > 0),
  );
}

function hasBindingConditions({ slices }: Pool): boolean {
  return devicesOf(slices).some(({ bindingConditions }) => bindingConditions !== undefined);
}

function devicesOf(slices: readonly ResourceSlice[]): Device[] {
  return slices.flatMap(({ spec }) => spec.devices ?? []);
}

/** "driver/pool". */
export function poolKey(driver: string, pool: string): string {
  return `${driver}/${pool}`;
}

function compare(one: string, two: string): number {
  return one < two ? -1 : one > two ? 1 : 0;
}
