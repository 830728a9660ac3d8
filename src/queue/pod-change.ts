// Which changes of a waiting pod matter to its scheduling.
import { equal } from '../model/equal.ts';
import type { Pod } from '../model/types.ts';
import { hasResourceStatus } from '../model/pod-resources.ts';

/**
 * Whether a plugin could decide differently on the pod, or the pod could stand in another class. Most updates
 * of a waiting pod only carry the condition that a scheduler wrote itself: those must not wake it.
 */
export function schedulingPropertiesChanged(before: Pod, after: Pod): boolean {
  return !(
    equal(before.spec, after.spec) &&
    equal(before.metadata?.labels, after.metadata?.labels) &&
    equal(before.metadata?.ownerReferences, after.metadata?.ownerReferences) &&
    equal(before.status?.resourceClaimStatuses, after.status?.resourceClaimStatuses)
  );
}

/** Whether the pod stands in the class in which it stood before: nothing changed but conditions, and what only its writers read. */
export function isClassedAlike(before: Pod, after: Pod): boolean {
  return (
    !hasResourceStatus(before) && !hasResourceStatus(after) && !schedulingPropertiesChanged(before, after)
  );
}
