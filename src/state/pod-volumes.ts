// Volumes of pods on nodes, as far as other pods can see them: claims, and disks that are attached to the node.
import type { Pod, Volume } from '../model/types.ts';

/** Counts, in the object store's generations, the pods with such volumes that came to a node or left it. */
export const POD_VOLUMES = 'PodVolumes';

const SOURCES = [
  'persistentVolumeClaim',
  'ephemeral',
  'awsElasticBlockStore',
  'azureDisk',
  'cinder',
  'gcePersistentDisk',
  'iscsi',
  'portworxVolume',
  'rbd',
] as const satisfies (keyof Volume)[];

/** The volumes of a pod's spec that other pods' constraints read. */
export function visibleVolumesOf({ volumes }: Partial<NonNullable<Pod['spec']>>): readonly Volume[] {
  return (volumes ?? []).filter((volume) => SOURCES.some((source) => volume[source]));
}

/** How many pods on nodes name each claim, by "namespace/name"; claims of ephemeral volumes are not counted. */
export class ClaimUsers {
  readonly #users = new Map<string, number>();

  count(namespace: string, volumes: readonly Volume[], by: 1 | -1): void {
    for (const { persistentVolumeClaim } of volumes) {
      if (!persistentVolumeClaim) continue;
      const key = `${namespace}/${persistentVolumeClaim.claimName}`;
      const users = (this.#users.get(key) ?? 0) + by;
      if (users === 0) this.#users.delete(key);
      else this.#users.set(key, users);
    }
  }

  of(key: string): number {
    return this.#users.get(key) ?? 0;
  }
}
