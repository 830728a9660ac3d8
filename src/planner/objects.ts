// The objects that a planner takes, by their kinds: a misspelt field is a mistake in types.
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  CronJob,
  DaemonSet,
  Deployment,
  Job,
  LimitRange,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  PriorityClass,
  ReplicaSet,
  ReplicationController,
  ResourceClaimTemplate,
  RuntimeClass,
  Service,
  StatefulSet,
  StorageClass,
  VolumeAttachment,
  DeviceClass,
  ResourceClaim,
  ResourceSlice,
} from '../../build/kubernetes.js';
import type { PodGroup } from '../model/pod-group.ts';
import type { DeviceTaintRule } from '../model/devices.ts';

interface Kinds {
  Node: Node;
  Pod: Pod;
  Namespace: Namespace;
  Service: Service;
  ReplicationController: ReplicationController;
  ReplicaSet: ReplicaSet;
  StatefulSet: StatefulSet;
  Deployment: Deployment;
  DaemonSet: DaemonSet;
  Job: Job;
  CronJob: CronJob;
  LimitRange: LimitRange;
  PriorityClass: PriorityClass;
  RuntimeClass: RuntimeClass;
  PodDisruptionBudget: PodDisruptionBudget;
  PodGroup: PodGroup;
  PersistentVolume: PersistentVolume;
  PersistentVolumeClaim: PersistentVolumeClaim;
  StorageClass: StorageClass;
  CSIDriver: CSIDriver;
  CSINode: CSINode;
  CSIStorageCapacity: CSIStorageCapacity;
  VolumeAttachment: VolumeAttachment;
  ResourceClaim: ResourceClaim;
  ResourceClaimTemplate: ResourceClaimTemplate;
  ResourceSlice: ResourceSlice;
  DeviceClass: DeviceClass;
  DeviceTaintRule: DeviceTaintRule;
}

/** An object of a kind that scheduling reads. */
export type KubernetesObject = { [K in keyof Kinds]: Omit<Kinds[K], 'kind'> & { kind: K } }[keyof Kinds];

/** What an object is called. */
export interface ObjectName {
  apiVersion?: string;
  kind: string;
  metadata?: { name?: string; namespace?: string };
}

/** What happened to an object, as a watch of the Kubernetes API tells it. */
export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: KubernetesObject;
}
