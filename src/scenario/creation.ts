// Pods that do not exist yet: what the API server makes of them when they are created, and why it would not.
import type { PersistentVolumeClaim, Pod } from '../model/types.ts';
import { admit, setDefaults, type ClusterFacts, type Refusal } from '../defaults/index.ts';

/** Why a pod is none; the type promises containers, what is read may have none. */
export function containersFault({ spec }: Pod): string | undefined {
  const containers: unknown = spec?.containers;
  return Array.isArray(containers) && containers.length > 0
    ? undefined
    : 'spec.containers: must have at least one container';
}

type Stored = Pick<Pod & PersistentVolumeClaim, 'metadata'> & {
  spec?: { nodeName?: string };
  status?: { phase?: string };
};

/** Whether the API server has stored the pod or claim already, and so set all that it sets. */
export function isStored({ metadata, spec, status }: Stored): boolean {
  const { uid, creationTimestamp, deletionTimestamp, resourceVersion } = metadata ?? {};
  const mark = uid ?? creationTimestamp ?? deletionTimestamp ?? resourceVersion;
  return Boolean(mark ?? spec?.nodeName ?? status?.phase);
}

/** What keeps a pod from being created. */
export interface CreationFaults {
  faults: string[];
  /** What it names and is not there; it is complete but for what that would have set. */
  missing: NonNullable<Refusal['missing']>[];
}

/** Sets in a pod what the API server does when it is created, in place. To be done once. */
export function complete(pod: Pod, facts: ClusterFacts): CreationFaults {
  setDefaults(pod);
  const refusals = admit(pod, facts);
  return {
    faults: refusals
      .filter(({ missing }) => missing === undefined)
      .map(({ message }) => `the API server refuses it: ${message}`),
    missing: refusals.flatMap(({ missing }) => missing ?? []),
  };
}
