// Volumes of pods, as far as others can see them: claims, and disks that are attached to the node.
import { ChangeLog } from './change-log.ts';
import { addToCount } from '../model/by-key.ts';
import type { Pod, Volume } from '../model/types.ts';

/** Counts, in the object store's generations, the pods with such volumes that came to a node or left it. */
export const POD_VOLUMES = 'PodVolumes';

/** Disks that are written in the pod itself, and that a CSI driver attaches. */
const DISKS = ['awsElasticBlockStore', 'azureDisk', 'cinder', 'gcePersistentDisk', 'portworxVolume'] as const;

const SOURCES = [
  'persistentVolumeClaim',
  'ephemeral',
  ...DISKS,
  'iscsi',
  'rbd',
] as const satisfies (keyof Volume)[];

/** So many touched rows are kept. */
const TOUCHED_LIMIT = 32_768;

const NO_VOLUMES: readonly Volume[] = [];

/** The volumes of a pod's spec that other pods' constraints read. */
export function visibleVolumesOf({ volumes }: Partial<NonNullable<Pod['spec']>>): readonly Volume[] {
  if (volumes === undefined || volumes.length === 0) return NO_VOLUMES;
  return volumes.filter((volume) => SOURCES.some((source) => volume[source]));
}

/** The claim of a volume, by "namespace/name", of a pod of this key; undefined of a volume without one. */
function claimKeyOf(pod: string, { name, persistentVolumeClaim, ephemeral }: Volume): string | undefined {
  if (persistentVolumeClaim) return `${pod.slice(0, pod.indexOf('/'))}/${persistentVolumeClaim.claimName}`;
  return ephemeral ? `${pod}-${name}` : undefined;
}

/** The pods that use a claim: mostly one, which is kept by itself. */
interface Users {
  pod: string;
  count: number;
  others: Map<string, number> | undefined;
}

/** What is kept of a pod with volumes. */
interface PodWithVolumes {
  readonly key: string;
  readonly volumes: readonly Volume[];
}

/** Which pods use which volumes: those on nodes, and those that wait. */
export class VolumeUsers {
  /** Counts the times that a claim came to have several users or another one, or that disks came to be written in pods. */
  sharingVersion = 0;
  /** Of claims that pods on nodes name, by "namespace/name"; claims of ephemeral volumes are not counted. */
  readonly #namedOnNodes = new Map<string, number>();
  readonly #users = new Map<string, Users>();
  readonly #waiting = new Map<string, PodWithVolumes>();
  readonly #rowVersions: number[] = [];
  /** The rows that were touched, by pods with volumes or by objects. */
  readonly touched = new ChangeLog<number>(TOUCHED_LIMIT);
  #disks = 0;

  /** Takes the volumes of a pod that waits, in the place of those that it had. */
  setWaiting(key: string, spec: Pod['spec']): void {
    const volumes = spec === undefined ? NO_VOLUMES : visibleVolumesOf(spec);
    const before = this.#waiting.get(key);
    if (before === undefined && volumes.length === 0) return;
    const pod = { key, volumes };
    this.#use(pod, 1);
    if (before !== undefined) this.#use(before, -1);
    if (volumes.length === 0) this.#waiting.delete(key);
    else this.#waiting.set(key, pod);
  }

  dropWaiting(key: string): void {
    const before = this.#waiting.get(key);
    if (before === undefined) return;
    this.#waiting.delete(key);
    this.#use(before, -1);
  }

  /** A pod has come to the row (1), or has left it (-1). */
  count(pod: PodWithVolumes, row: number, by: 1 | -1): void {
    this.suppose(pod, row, by);
    this.#use(pod, by);
    if (pod.volumes.length > 0) this.touched.add(row);
  }

  /** Lets a pod come to the row or leave it, until the caller undoes it. */
  suppose(pod: PodWithVolumes, row: number, by: 1 | -1): void {
    if (pod.volumes.length === 0) return;
    this.#rowVersions[row] = this.versionOf(row) + 1;
    for (const volume of pod.volumes)
      if (volume.persistentVolumeClaim) addToCount(this.#namedOnNodes, claimKeyOf(pod.key, volume)!, by);
  }

  /** Objects have changed what the volumes in the row are. */
  touch(row: number): void {
    this.#rowVersions[row] = this.versionOf(row) + 1;
    this.touched.add(row);
  }

  /** Counts the pods with volumes that came to the row or left it, or were supposed to. */
  versionOf(row: number): number {
    return this.#rowVersions[row] ?? 0;
  }

  /** How many pods on nodes name a claim, by "namespace/name". */
  namedOnNodes(claim: string): number {
    return this.#namedOnNodes.get(claim) ?? 0;
  }

  /** Whether no pod but this one, be it on a node or waiting, uses the claim. */
  isOnlyUser(pod: string, claim: string): boolean {
    const users = this.#users.get(claim);
    return users === undefined || (users.pod === pod && users.others === undefined);
  }

  /** Whether some pod has a disk written in it that a CSI driver attaches. */
  get hasDisks(): boolean {
    return this.#disks > 0;
  }

  #use(pod: PodWithVolumes, by: 1 | -1): void {
    for (const volume of pod.volumes) {
      const claim = claimKeyOf(pod.key, volume);
      if (claim !== undefined) this.#useClaim(pod.key, claim, by);
      else if (DISKS.some((source) => volume[source])) {
        if (this.#disks === 0 || this.#disks + by === 0) this.sharingVersion++;
        this.#disks += by;
      }
    }
  }

  #useClaim(pod: string, claim: string, by: 1 | -1): void {
    const users = this.#users.get(claim);
    if (users === undefined) {
      this.#users.set(claim, { pod, count: by, others: undefined });
      return;
    }
    if (users.pod === pod) users.count += by;
    else {
      if (users.others === undefined) this.sharingVersion++;
      addToCount((users.others ??= new Map<string, number>()), pod, by);
    }
    if (users.count === 0) {
      const [next] = users.others ?? [];
      if (next === undefined) {
        this.#users.delete(claim);
        return;
      }
      [users.pod, users.count] = next;
      users.others!.delete(users.pod);
    }
    if (users.others?.size === 0) {
      users.others = undefined;
      this.sharingVersion++;
    }
  }
}
