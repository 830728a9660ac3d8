// The Kubernetes objects that coset reads, in the form in which they travel: plain JSON, times as strings.
import type {
  CoreV1Event,
  V1Affinity,
  V1Binding,
  V1CSIDriver,
  V1CSINode,
  V1CSIStorageCapacity,
  V1Container,
  V1CronJob,
  V1DaemonSet,
  V1Deployment,
  V1Job,
  V1LabelSelector,
  V1LimitRange,
  V1Node,
  V1NodeAffinity,
  V1NodeSelector,
  V1NodeSelectorRequirement,
  V1NodeSelectorTerm,
  V1ObjectMeta,
  V1OwnerReference,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1PodDisruptionBudget,
  V1Pod,
  V1PodAffinityTerm,
  V1PodTemplateSpec,
  V1PreferredSchedulingTerm,
  V1PriorityClass,
  V1ReplicaSet,
  V1ReplicationController,
  V1RuntimeClass,
  V1Service,
  V1StatefulSet,
  V1StorageClass,
  V1Taint,
  V1Toleration,
  V1TopologySelectorTerm,
  V1TopologySpreadConstraint,
  V1Volume,
  V1VolumeAttachment,
  V1WeightedPodAffinityTerm,
} from '@kubernetes/client-node';

/** The type that an object of client-node's type T has on the wire. */
export type Wire<T> = T extends Date
  ? string
  : T extends (infer E)[]
    ? Wire<E>[]
    : T extends object
      ? { [K in keyof T]: Wire<T[K]> }
      : T;

export type Affinity = Wire<V1Affinity>;
export type Binding = Wire<V1Binding>;
export type Container = Wire<V1Container>;
export type CSIDriver = Wire<V1CSIDriver>;
export type CSINode = Wire<V1CSINode>;
export type CSIStorageCapacity = Wire<V1CSIStorageCapacity>;
export type CronJob = Wire<V1CronJob>;
export type DaemonSet = Wire<V1DaemonSet>;
export type Deployment = Wire<V1Deployment>;
export type Job = Wire<V1Job>;
export type LabelSelector = Wire<V1LabelSelector>;
export type LimitRange = Wire<V1LimitRange>;
export type Node = Wire<V1Node>;
export type NodeAffinity = Wire<V1NodeAffinity>;
export type NodeSelector = Wire<V1NodeSelector>;
export type NodeSelectorRequirement = Wire<V1NodeSelectorRequirement>;
export type NodeSelectorTerm = Wire<V1NodeSelectorTerm>;
export type ObjectMeta = Wire<V1ObjectMeta>;
export type OwnerReference = Wire<V1OwnerReference>;
export type PersistentVolume = Wire<V1PersistentVolume>;
export type PersistentVolumeClaim = Wire<V1PersistentVolumeClaim>;
export type Pod = Wire<V1Pod>;
export type PodDisruptionBudget = Wire<V1PodDisruptionBudget>;
export type PodAffinityTerm = Wire<V1PodAffinityTerm>;
export type PodTemplateSpec = Wire<V1PodTemplateSpec>;
export type PreferredSchedulingTerm = Wire<V1PreferredSchedulingTerm>;
export type PriorityClass = Wire<V1PriorityClass>;
export type ReplicaSet = Wire<V1ReplicaSet>;
export type ReplicationController = Wire<V1ReplicationController>;
export type RuntimeClass = Wire<V1RuntimeClass>;
export type Service = Wire<V1Service>;
export type StatefulSet = Wire<V1StatefulSet>;
export type StorageClass = Wire<V1StorageClass>;
export type Taint = Wire<V1Taint>;
export type Toleration = Wire<V1Toleration>;
export type TopologySelectorTerm = Wire<V1TopologySelectorTerm>;
export type TopologySpreadConstraint = Wire<V1TopologySpreadConstraint>;
export type Volume = Wire<V1Volume>;
export type VolumeAttachment = Wire<V1VolumeAttachment>;
export type WeightedPodAffinityTerm = Wire<V1WeightedPodAffinityTerm>;
export type Event = Wire<CoreV1Event>;

/** Any API object. */
export interface ApiObject {
  apiVersion?: string;
  kind?: string;
  metadata?: ObjectMeta;
}

/** "namespace/name"; an object without a namespace stands in "default". */
export function objectKey(object: ApiObject): string {
  return `${object.metadata?.namespace ?? 'default'}/${object.metadata?.name ?? ''}`;
}

/** A scenario as kube-oracle reads it: a cluster, and pods to place in queue order. */
export interface Scenario {
  name?: string;
  configuration?: unknown;
  nodes: Node[];
  pods: Pod[];
  objects: ApiObject[];
  pending: Pod[];
}

/** What was decided on one pending pod, in kube-oracle's format. */
export interface Decision {
  pod: string;
  node?: string;
  feasible: number;
  score?: number;
  best?: string[];
  message?: string;
  /** Who can make way for the pod, best outcomes first; the first is carried out. */
  preemption?: { node: string; victims: string[] }[];
  scores?: Record<string, Record<string, number>>;
  rejected?: Record<string, Rejection>;
}

/** Why one node was rejected. */
export interface Rejection {
  plugin: string;
  code: 'Unschedulable' | 'UnschedulableAndUnresolvable';
  reasons: string[];
}

export const DEFAULT_SCHEDULER = 'default-scheduler';

/** The scheduler that a pod asks for. */
export function schedulerNameOf({ spec }: Pick<Pod, 'spec'>): string {
  return spec?.schedulerName ?? DEFAULT_SCHEDULER;
}

/** Whether the pod is not to be scheduled yet. */
export function isGated({ spec }: Pod): boolean {
  return (spec?.schedulingGates ?? []).length > 0;
}
