// Pod groups as the API server has them (scheduling.k8s.io/v1beta1), and what is read of them.
import { objectKey, type ApiObject, type Pod } from './types.ts';

/** The plugin that places the pods of a group all or none. */
export const GANG_SCHEDULING = 'GangScheduling';

export const POD_GROUP = 'PodGroup';

export interface PodGroup extends ApiObject {
  spec?: {
    schedulingPolicy?: { basic?: object; gang?: { minCount?: number } };
    schedulingConstraints?: { topology?: unknown[] };
    parentCompositePodGroupName?: string;
    resourceClaims?: unknown[];
    priority?: number;
  };
  status?: {
    conditions?: { type: string; status: string; message?: string; lastTransitionTime?: string }[];
  };
}

/** "namespace/name" of the group that a pod names. */
export function podGroupKeyOf(pod: Pod): string | undefined {
  const name = pod.spec?.schedulingGroup?.podGroupName;
  return name ? objectKey({ metadata: { namespace: pod.metadata?.namespace, name } }) : undefined;
}

/** How many of a gang's pods must have a node before any of them is bound. A group that is no gang has no minimum. */
export function minCountOf({ spec }: PodGroup): number | undefined {
  return spec?.schedulingPolicy?.gang?.minCount;
}
