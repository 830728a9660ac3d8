// Constraints of the default profile that are not built yet. A pod that uses one is not placed; it waits, with a message
// that names it.
import type { Pod } from '../api/types.ts';
import type { Constraint } from './constraint.ts';

function unbuilt(name: string, uses: (pod: Pod) => string | undefined): Constraint {
  // in the key, so that no pod that uses it hides behind a master pod that does not
  return { name, key: (pod) => ({ rule: uses(pod) }), unbuilt: uses, helps: () => false };
}

export const gangScheduling = unbuilt('GangScheduling', (pod) => {
  const spec = pod.spec as { schedulingGroup?: unknown; workloadRef?: unknown } | undefined;
  return spec?.schedulingGroup || spec?.workloadRef ? 'a pod group' : undefined;
});
