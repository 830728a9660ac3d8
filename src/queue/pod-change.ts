// Which changes of a waiting pod matter to its scheduling.
import type { Pod } from '../api/types.ts';

/**
 * Whether a constraint could decide differently on the pod, or the pod could stand in another class. Most updates
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

/** Equality of two JSON values; an absent field equals one that is undefined. */
function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const name in left) if (!equal(left[name], right[name])) return false;
  for (const name in right) if (right[name] !== undefined && left[name] === undefined) return false;
  return true;
}
