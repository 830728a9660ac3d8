// Counters that the partitions of a device share: what is left of them in each pool.
import { parseQuantity, type Quantity } from '../model/quantity.ts';
import type { Pool } from './pools.ts';
import { deviceId, type Device } from './types.ts';

/** Quantities by counter set and counter. */
class CounterValues {
  readonly #values = new Map<string, Quantity>();

  get(set: string, counter: string): Quantity {
    return this.#values.get(`${set}/${counter}`) ?? 0n;
  }

  add(set: string, counter: string, by: Quantity): void {
    this.#values.set(`${set}/${counter}`, this.get(set, counter) + by);
  }

  /** Adds what a device consumes, `times` over. */
  addConsumption(device: Device, times: 1n | -1n): void {
    for (const { counterSet, counters } of device.consumesCounters ?? [])
      for (const [name, { value }] of Object.entries(counters))
        this.add(counterSet, name, times * parseQuantity(value));
  }
}

/** What the pools' counters have left beside the devices that were allocated before. */
export class AvailableCounters {
  readonly #isAllocated: (id: string) => boolean;
  readonly #byPool = new Map<string, CounterValues>();

  constructor(isAllocated: (id: string) => boolean) {
    this.#isAllocated = isAllocated;
  }

  /** The pool's counters; below 0 where more is allocated than there is. */
  of(pool: Pool): CounterValues {
    const key = `${pool.driver}/${pool.name}`;
    let available = this.#byPool.get(key);
    if (available === undefined) {
      available = new CounterValues();
      for (const { name: set, counters } of pool.counterSets.values())
        for (const [name, { value }] of Object.entries(counters))
          available.add(set, name, parseQuantity(value));
      for (const { spec } of [...pool.slices, ...pool.otherSlices])
        for (const device of spec.devices ?? [])
          if (this.#isAllocated(deviceId(spec.driver, spec.pool.name, device.name)))
            available.addConsumption(device, -1n);
      this.#byPool.set(key, available);
    }
    return available;
  }
}

/** What the devices of one attempt consume. */
export class ConsumedCounters {
  readonly #available: AvailableCounters;
  readonly #byPool = new Map<string, CounterValues>();

  constructor(available: AvailableCounters) {
    this.#available = available;
  }

  /** Takes what the device consumes; false, and nothing is taken, when one of the pool's counters has too little. */
  take(pool: Pool, device: Device): boolean {
    const consumed = this.#of(pool);
    consumed.addConsumption(device, 1n);
    const available = this.#available.of(pool);
    for (const { name: set, counters } of pool.counterSets.values()) {
      for (const name of Object.keys(counters)) {
        if (available.get(set, name) >= consumed.get(set, name)) continue;
        consumed.addConsumption(device, -1n);
        return false;
      }
    }
    return true;
  }

  giveBack(pool: Pool, device: Device): void {
    this.#of(pool).addConsumption(device, -1n);
  }

  #of(pool: Pool): CounterValues {
    const key = `${pool.driver}/${pool.name}`;
    let consumed = this.#byPool.get(key);
    if (consumed === undefined) this.#byPool.set(key, (consumed = new CounterValues()));
    return consumed;
  }
}
