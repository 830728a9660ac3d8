// What a request takes of a device's capacities, by the policy of each.
import { parseQuantity, type Quantity } from '../model/quantity.ts';
import { AllocationError, type DeviceCapacity, type RequestPolicy } from './types.ts';

export type Capacities = Readonly<Record<string, DeviceCapacity>>;
/** Quantities by the name of a capacity. */
export type Consumed = Map<string, Quantity>;

const NANOS_A_UNIT = 1_000_000_000n;
const NANOS_A_MILLI = 1_000_000n;

/**
 * What a request takes of each capacity; what it does not ask for is taken by the policy's default, or whole. undefined
 * when the device has not got a capacity that is asked for, or a policy forbids the amount.
 * @throws AllocationError when an amount is negative
 */
export function consumedBy(
  requests: Readonly<Record<string, string>>,
  capacities: Capacities,
): Consumed | undefined {
  for (const name in requests) if (!Object.hasOwn(capacities, name)) return undefined;
  const consumed: Consumed = new Map();
  for (const [name, capacity] of Object.entries(capacities)) {
    const requested = Object.hasOwn(requests, name) ? parseQuantity(requests[name]!) : undefined;
    const amount = amountOf(requested, capacity);
    if (amount < 0n) throw new AllocationError(`capacity "${name}": capacity value is negative`);
    consumed.set(name, amount);
  }
  for (const [name, { requestPolicy }] of Object.entries(capacities))
    if (isForbidden(consumed.get(name)!, requestPolicy)) return undefined;
  return consumed;
}

/** Whether the device has enough left for what is taken, besides what others have taken. */
export function hasRoomFor(
  consumed: Consumed,
  capacities: Capacities,
  taken: readonly (Consumed | undefined)[],
): boolean {
  return Object.entries(capacities).every(([name, { value }]) => {
    let sum = consumed.get(name) ?? 0n;
    for (const other of taken) sum += other?.get(name) ?? 0n;
    return sum <= parseQuantity(value);
  });
}

/** The quantity as a text, in the largest of units, thousandths and billionths that is exact. */
export function quantityText(quantity: Quantity): string {
  if (quantity % NANOS_A_UNIT === 0n) return String(quantity / NANOS_A_UNIT);
  return quantity % NANOS_A_MILLI === 0n ? `${quantity / NANOS_A_MILLI}m` : `${quantity}n`;
}

function amountOf(requested: Quantity | undefined, { value, requestPolicy }: DeviceCapacity): Quantity {
  if (requested === undefined) return parseQuantity(requestPolicy?.default ?? value);
  const { validRange, validValues } = requestPolicy ?? {};
  if (validRange?.min !== undefined) return roundUp(requested, validRange);
  // they are sorted: the first one that is enough
  const enough = validValues?.map(parseQuantity).find((valid) => requested <= valid);
  return enough ?? requested;
}

type ValidRange = NonNullable<RequestPolicy['validRange']>;

/** The least amount of the range that is enough: its minimum and so many steps. */
function roundUp(requested: Quantity, range: ValidRange): Quantity {
  const min = parseQuantity(range.min!);
  if (requested < min) return min;
  if (range.step === undefined) return requested;
  const from = inUnits(min);
  const step = inUnits(parseQuantity(range.step));
  const steps = (inUnits(requested) - from + step - 1n) / step;
  return (from + steps * step) * NANOS_A_UNIT;
}

function isForbidden(amount: Quantity, policy: RequestPolicy | undefined): boolean {
  if (policy === undefined) return false;
  if (policy.default !== undefined && amount === parseQuantity(policy.default)) return false;
  if (policy.validRange !== undefined) {
    const { min, max, step } = policy.validRange;
    if (max !== undefined && amount > parseQuantity(max)) return true;
    if (step === undefined) return false;
    return (inUnits(amount) - inUnits(parseQuantity(min ?? '0'))) % inUnits(parseQuantity(step)) !== 0n;
  }
  const { validValues = [] } = policy;
  return validValues.length > 0 && !validValues.some((valid) => parseQuantity(valid) === amount);
}

/** Steps are counted in whole units: fractions of one are behind a feature gate that is off (DRAFractionalCapacityRange). */
function inUnits(quantity: Quantity): bigint {
  // amounts are not negative; parts of a unit count as one
  return (quantity + NANOS_A_UNIT - 1n) / NANOS_A_UNIT;
}
