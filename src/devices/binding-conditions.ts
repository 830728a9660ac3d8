// Devices that must be made ready before their pod is bound say so by conditions in the claim's status.
import type { DeviceResult, ResourceClaim } from './types.ts';

/** What stands in the way for good: a device could not be made ready. */
export class BindingFailed extends Error {
  override name = 'BindingFailed';
}

/** Whether some device of the claim must be made ready. */
export function hasBindingConditions(claim: ResourceClaim): boolean {
  return resultsOf(claim).some(({ bindingConditions = [] }) => bindingConditions.length > 0);
}

/**
 * Whether every device of the claim is ready.
 * @throws BindingFailed when one cannot be made ready
 */
export function isReadyForBinding(claim: ResourceClaim): boolean {
  if (claim.status?.allocation === undefined) return false;
  for (const result of resultsOf(claim)) {
    const { bindingConditions = [], bindingFailureConditions = [] } = result;
    if (bindingConditions.length === 0) continue;
    const conditions = conditionsOf(claim, result);
    const isTrue = (type: string) =>
      conditions.some((condition) => condition.type === type && condition.status === 'True');
    const failure = conditions.find(
      ({ type, status }) => bindingFailureConditions.includes(type) && status === 'True',
    );
    if (failure !== undefined) {
      const { reason, message } = failure;
      throw new BindingFailed(
        `device binding failed: claim=${claim.metadata?.name}, reason=${reason}, message=${JSON.stringify(message)}`,
      );
    }
    if (!bindingConditions.every(isTrue)) return false;
  }
  return true;
}

/** Whether a device of the claim has been waited for longer than that. Times are in milliseconds since 1970. */
export function hasTimedOut(claim: ResourceClaim, timeoutMs: number, now: number): boolean {
  const { allocationTimestamp } = claim.status?.allocation ?? {};
  if (allocationTimestamp === undefined || !hasBindingConditions(claim)) return false;
  return Date.parse(allocationTimestamp) + timeoutMs < now;
}

function resultsOf({ status }: ResourceClaim): readonly DeviceResult[] {
  return status?.allocation?.devices?.results ?? [];
}

function conditionsOf({ status }: ResourceClaim, { driver, pool, device }: DeviceResult) {
  const ofDevice = status?.devices?.find(
    (candidate) => candidate.driver === driver && candidate.pool === pool && candidate.device === device,
  );
  return ofDevice?.conditions ?? [];
}
