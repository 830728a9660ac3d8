// The devices of a cluster that are taken: those that claims hold, and those that they will hold once their allocations are
// written. It follows the changes of the store.
import { addToCount } from '../model/by-key.ts';
import { parseQuantity, QuantityError, type Quantity } from '../model/quantity.ts';
import { objectKey } from '../model/types.ts';
import { PENDING_ALLOCATION } from '../plugins/dynamic-resources/kinds.ts';
import { ChangeLog, LogReader } from '../state/change-log.ts';
import type { ObjectStore, StoreChange } from '../state/object-store.ts';
import type { AllocatedDevices } from './allocator.ts';
import type { Consumed } from './capacity.ts';
import type { PendingAllocation } from './claims.ts';
import { poolKey } from './pools.ts';
import { deviceId, type AllocationResult, type ResourceClaim } from './types.ts';

const CLAIM = 'ResourceClaim';
/** So many touched pools are kept. */
const TOUCHED_LIMIT = 4096;

/** A device that a claim holds. */
interface Taken {
  id: string;
  /** "driver/pool". */
  pool: string;
  /** Of a device that can be shared. */
  consumed: Consumed | undefined;
}

/** A device that several hold, and the sums of what they have taken of its capacities. */
interface Share {
  holders: number;
  consumed: Consumed;
}

const usages = new WeakMap<ObjectStore, DeviceUsage>();

export class DeviceUsage {
  /** The pools of which devices were taken or given back, as "driver/pool". */
  readonly touched = new ChangeLog<string>(TOUCHED_LIMIT);
  /** As they are now, and as they will be while the store is followed. */
  readonly devices: AllocatedDevices;
  readonly #store: ObjectStore;
  readonly #changes: LogReader<StoreChange>;
  readonly #exclusive = new Map<string, number>();
  readonly #shares = new Map<string, Share>();
  /** What is counted of each claim, by "namespace/name". */
  readonly #counted = new Map<string, readonly Taken[]>();
  /** The allocations that they were read from. */
  readonly #read = new Map<string, AllocationResult>();
  /** Of claims that cannot be read. */
  readonly #faults = new Map<string, QuantityError>();

  private constructor(store: ObjectStore) {
    this.#store = store;
    this.#changes = new LogReader(store.changes, 'everything');
    const shares = this.#shares;
    this.devices = {
      exclusive: this.#exclusive,
      shared: { has: (id) => shares.has(id), get: (id) => shares.get(id)?.consumed },
    };
  }

  /**
   * What is taken in a store, as it is now.
   * @throws QuantityError as long as some claim says something that is no amount
   */
  static of(store: ObjectStore): DeviceUsage {
    let usage = usages.get(store);
    if (usage === undefined) usages.set(store, (usage = new DeviceUsage(store)));
    usage.#follow();
    const [fault] = usage.#faults.values();
    if (fault !== undefined) throw fault;
    return usage;
  }

  #follow(): void {
    const changes = this.#changes.next();
    if (changes === undefined) {
      const keys = new Set(this.#read.keys());
      for (const claim of this.#store.list<ResourceClaim>(CLAIM)) keys.add(objectKey(claim));
      for (const pending of this.#store.list<PendingAllocation>(PENDING_ALLOCATION))
        keys.add(objectKey(pending));
      for (const key of keys) this.#look(key);
      return;
    }
    for (const { kind, key } of changes) if (kind === CLAIM || kind === PENDING_ALLOCATION) this.#look(key);
  }

  /** Counts what the claim has now in place of what was counted. */
  #look(key: string): void {
    // between its last write and the end of its pod's others an allocation stands in both
    const now =
      this.#store.get<ResourceClaim>(CLAIM, key)?.status?.allocation ??
      this.#store.get<PendingAllocation>(PENDING_ALLOCATION, key)?.allocation;
    if (now === this.#read.get(key)) return;
    this.#count(this.#counted.get(key) ?? [], -1);
    this.#counted.delete(key);
    this.#read.delete(key);
    this.#faults.delete(key);
    if (now === undefined) return;
    this.#read.set(key, now);
    try {
      const taken = takenBy(now);
      this.#count(taken, 1);
      this.#counted.set(key, taken);
    } catch (error) {
      if (!(error instanceof QuantityError)) throw error;
      this.#faults.set(key, error);
    }
  }

  #count(taken: readonly Taken[], by: 1 | -1): void {
    for (const { id, pool, consumed } of taken) {
      if (consumed === undefined) addToCount(this.#exclusive, id, by);
      else this.#countShare(id, consumed, by);
      this.touched.add(pool);
    }
  }

  #countShare(id: string, consumed: Consumed, by: 1 | -1): void {
    const share = this.#shares.get(id) ?? { holders: 0, consumed: new Map<string, Quantity>() };
    share.holders += by;
    for (const [name, amount] of consumed)
      share.consumed.set(name, (share.consumed.get(name) ?? 0n) + BigInt(by) * amount);
    if (share.holders === 0) this.#shares.delete(id);
    else this.#shares.set(id, share);
  }
}

/** @throws QuantityError */
function takenBy({ devices }: AllocationResult): Taken[] {
  // an administrator looks at devices without taking them
  const results = (devices?.results ?? []).filter(({ adminAccess }) => !adminAccess);
  return results.map(({ driver, pool, device, shareID, consumedCapacity = {} }) => ({
    id: deviceId(driver, pool, device),
    pool: poolKey(driver, pool),
    consumed:
      shareID === undefined
        ? undefined
        : new Map(Object.entries(consumedCapacity).map(([name, value]) => [name, parseQuantity(value)])),
  }));
}
