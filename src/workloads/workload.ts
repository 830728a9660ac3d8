// What the controllers of workloads have in common.
import type { ApiObject, Node, OwnerReference, Pod, PodTemplateSpec } from '../model/types.ts';

/** What controllers see of a cluster. */
export interface Surroundings {
  nodes: readonly Node[];
  /** How many pods a workload may lack: more are a mistake, or an attack. */
  podsMax: number;
  /** The pods of a controller, in any phase; of a deployment those of its replica sets. */
  podsOf(owner: ApiObject): readonly Pod[];
  /** The replica sets of a deployment, the jobs of a cron job. */
  ownedBy<T extends ApiObject>(owner: ApiObject, kind: 'ReplicaSet' | 'Job'): readonly T[];
  /** An object of a namespace by its name. */
  has(kind: 'Pod' | 'PersistentVolumeClaim', namespace: string, name: string): boolean;
}

/** What a controller would create now, as it sends it: before defaults and admission, without a uid. */
export interface Expansion {
  /** Pods that differ in no more than the name that is generated for each. */
  pods: { pod: Pod; count: number }[];
  /** Further objects that pods or scheduling refer to. */
  objects: ApiObject[];
  /** How many of its pods are there already. */
  there: number;
  /** Why it creates none, where that is for another reason than that all are there. */
  why?: string;
}

/** A kind of object that makes pods. */
export interface WorkloadKind {
  kind: string;
  /** The API groups that serve it, or have served it; the first one is today's. */
  groups: readonly string[];
  /** What its controller would do, the object having its defaults. */
  expand(object: ApiObject, surroundings: Surroundings): Expansion;
}

export function nothing(there: number, why?: string): Expansion {
  return { pods: [], objects: [], there, why };
}

/** As many pods as one plan can hold. */
export const PODS_MAX = 1_000_000;

export function tooMany(asked: number, there: number, { podsMax }: Surroundings): Expansion {
  return nothing(there, `it asks for ${asked} pods, and one plan holds at most ${podsMax}`);
}

export function namespaceOf(object: ApiObject): string {
  return object.metadata?.namespace ?? 'default';
}

/** The reference by which a controller marks what it creates. */
export function controllerRef(owner: ApiObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion ?? 'v1',
    kind: owner.kind ?? '',
    name: owner.metadata?.name ?? '',
    uid: owner.metadata?.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** A pod as controllers make it of their template, its name to be generated. */
export function podOf(template: PodTemplateSpec, owner: ApiObject): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${owner.metadata?.name}-`,
      namespace: namespaceOf(owner),
      labels: { ...labels },
      ...(annotations && { annotations: { ...annotations } }),
      ...(finalizers && { finalizers: [...finalizers] }),
      ownerReferences: [controllerRef(owner)],
    },
    spec: JSON.parse(JSON.stringify(template.spec ?? {})) as Pod['spec'],
  };
}

/** Whether a pod counts for its controller: it has not ended, and is not being deleted. */
export function isActive({ metadata, status }: Pod): boolean {
  return (
    status?.phase !== 'Succeeded' && status?.phase !== 'Failed' && metadata?.deletionTimestamp === undefined
  );
}

export function activePodsOf(owner: ApiObject, surroundings: Surroundings): Pod[] {
  return surroundings.podsOf(owner).filter(isActive);
}
