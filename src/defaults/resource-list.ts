// Lists of resources as pods, nodes and limit ranges have them.
import { parseQuantity, type Quantity } from '../model/quantity.ts';
import type { Container, Pod } from '../model/types.ts';

export type ResourceList = Record<string, string>;

/** Exact amounts by resource. */
export type Sums = Map<string, Quantity>;

const NANOS_A_MILLI = 1_000_000n;
const MILLIS_A_UNIT = 1000n;

/** Rounds amounts finer than a thousandth up to one, in place, as the API server keeps them. */
export function roundUp(list: ResourceList | undefined): void {
  if (!list) return;
  for (const name of Object.keys(list)) {
    const quantity = parseQuantity(list[name]!);
    if (quantity % NANOS_A_MILLI !== 0n) list[name] = textOf(quantity);
  }
}

/** An amount in units, or in thousandths where it is not whole; what is finer is rounded up. */
export function textOf(quantity: Quantity): string {
  const millis = quantity / NANOS_A_MILLI + (quantity > 0n && quantity % NANOS_A_MILLI !== 0n ? 1n : 0n);
  return millis % MILLIS_A_UNIT === 0n ? String(millis / MILLIS_A_UNIT) : `${millis}m`;
}

/**
 * What the containers of a pod need at one time, by their requests or by their limits: containers beside each other,
 * after init containers that run one by one, beside the restartable ones before them.
 */
export function sumOfContainers(pod: Pod, field: 'requests' | 'limits'): Sums {
  const listOf = (container: Container) => container.resources?.[field];
  const sums: Sums = new Map();
  for (const container of pod.spec?.containers ?? []) add(sums, listOf(container));
  const restartable: Sums = new Map();
  const peak: Sums = new Map();
  for (const container of pod.spec?.initContainers ?? []) {
    if (container.restartPolicy === 'Always') {
      add(sums, listOf(container));
      add(restartable, listOf(container));
      raise(peak, restartable);
    } else {
      const together: Sums = new Map(restartable);
      add(together, listOf(container));
      raise(peak, together);
    }
  }
  raise(sums, peak);
  return sums;
}

function add(sums: Sums, list: ResourceList | undefined): void {
  for (const name in list) sums.set(name, (sums.get(name) ?? 0n) + parseQuantity(list[name]!));
}

function raise(sums: Sums, others: Sums): void {
  for (const [name, quantity] of others) {
    const sum = sums.get(name);
    if (sum === undefined || quantity > sum) sums.set(name, quantity);
  }
}
