// What pending pods name and the files do not hold, as sentences: each is said once, with how to get it.
import type { Pod, Scenario } from '../model/types.ts';

interface Missing {
  /** Kinds of which the files hold not one object. */
  kinds: readonly string[];
  isNamedBy: (pod: Pod) => boolean;
  text: (pods: number) => string;
}

const MISSING: readonly Missing[] = [
  {
    kinds: ['PersistentVolumeClaim'],
    isNamedBy: ({ spec }) =>
      spec?.volumes?.some((volume) => volume.persistentVolumeClaim !== undefined) ?? false,
    text: (pods) =>
      `${pods} ${pods === 1 ? 'pod names' : 'pods name'} claims, and the files hold no PersistentVolumeClaim: add "kubectl get persistentvolumeclaims,persistentvolumes,storageclasses,csinodes,csidrivers -A -o json"`,
  },
  {
    kinds: ['ResourceClaim', 'ResourceClaimTemplate'],
    isNamedBy: ({ spec }) => (spec?.resourceClaims?.length ?? 0) > 0,
    text: (pods) =>
      `${pods} ${pods === 1 ? 'pod names' : 'pods name'} resource claims, and the files hold none: add "kubectl get resourceclaims,resourceclaimtemplates,resourceslices,deviceclasses -A -o json"`,
  },
];

export function missingNotices({ pending, objects }: Scenario): string[] {
  return MISSING.flatMap(({ kinds, isNamedBy, text }) => {
    const pods = pending.filter(isNamedBy).length;
    return pods === 0 || objects.some(({ kind = '' }) => kinds.includes(kind)) ? [] : [text(pods)];
  });
}
