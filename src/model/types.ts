// The Kubernetes objects that coset reads, in the form in which they travel: plain JSON, times as strings.
import type { ObjectMeta, Node, Pod } from '../../build/kubernetes.js';

export type {
  Affinity,
  Binding,
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  Container,
  CronJob,
  DaemonSet,
  Deployment,
  Event,
  Job,
  LabelSelector,
  LimitRange,
  Node,
  NodeAffinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  ObjectMeta,
  OwnerReference,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodAffinityTerm,
  PodDisruptionBudget,
  PodTemplateSpec,
  PreferredSchedulingTerm,
  PriorityClass,
  ReplicaSet,
  ReplicationController,
  RuntimeClass,
  Service,
  StatefulSet,
  StorageClass,
  Taint,
  Toleration,
  TopologySelectorTerm,
  TopologySpreadConstraint,
  Volume,
  VolumeAttachment,
  WeightedPodAffinityTerm,
} from '../../build/kubernetes.js';

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
