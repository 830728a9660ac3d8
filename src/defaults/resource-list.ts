// Lists of resources as pods, nodes and limit ranges have them.
import { parseQuantity, quantityText, type Quantity } from '../model/quantity.ts';
import type { Container, Pod } from '../model/types.ts';

export type ResourceList = Record<string, string>;

export interface Amount {
  quantity: Quantity;
  /** As it was given, or of a sum as the first of its parts was that is not 0: how it is printed. */
  given: string;
}

export type Amounts = Map<string, Amount>;

const NANOS_A_MILLI = 1_000_000n;

/** Rounds amounts finer than a thousandth up to one, in place, as the API server keeps them. */
export function roundUp(list: ResourceList | undefined): void {
  if (!list) return;
  for (const name of Object.keys(list)) {
    const given = list[name]!;
    const rest = parseQuantity(given) % NANOS_A_MILLI;
    if (rest === 0n) continue;
    const towards = rest > 0n ? NANOS_A_MILLI : -NANOS_A_MILLI;
    list[name] = quantityText(parseQuantity(given) - rest + towards, given);
  }
}

export function amountsOf(list: ResourceList | undefined): Amounts {
  return new Map(
    Object.entries(list ?? {}).map(([name, given]) => [name, { quantity: parseQuantity(given), given }]),
  );
}

/** An amount as the API server writes one that it has worked out. */
export function textOf({ quantity, given }: Amount): string {
  return quantityText(quantity, given);
}

/**
 * What the containers of a pod need at one time, by their requests or by their limits: containers beside each other,
 * after init containers that run one by one, beside the restartable ones before them.
 */
export function sumOfContainers(pod: Pod, field: 'requests' | 'limits'): Amounts {
  const listOf = (container: Container) => container.resources?.[field];
  const sums: Amounts = new Map();
  for (const container of pod.spec?.containers ?? []) add(sums, listOf(container));
  const restartable: Amounts = new Map();
  const peak: Amounts = new Map();
  for (const container of pod.spec?.initContainers ?? []) {
    if (container.restartPolicy === 'Always') {
      add(sums, listOf(container));
      add(restartable, listOf(container));
      raise(peak, restartable);
    } else {
      const together: Amounts = new Map(restartable);
      add(together, listOf(container));
      raise(peak, together);
    }
  }
  raise(sums, peak);
  return sums;
}

function add(sums: Amounts, list: ResourceList | undefined): void {
  for (const [name, amount] of amountsOf(list)) {
    const sum = sums.get(name);
    const of = sum === undefined || sum.quantity === 0n ? amount : sum;
    sums.set(name, { quantity: (sum?.quantity ?? 0n) + amount.quantity, given: of.given });
  }
}

function raise(sums: Amounts, others: Amounts): void {
  for (const [name, amount] of others) {
    const sum = sums.get(name);
    if (sum === undefined || amount.quantity > sum.quantity) sums.set(name, amount);
  }
}
