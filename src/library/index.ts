// coset: a cluster that is kept, and where pods would go in it.
export { ConfigurationError, configurationOf, defaultConfiguration } from '../config/configuration.ts';
export type { ConfigurationFile } from '../config/file.ts';
export type { Configuration } from '../config/types.ts';
export { instantiateKernel, KernelError, type Kernel } from '../kernel/kernel.ts';
export type {
  ApiObject,
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  Container,
  CronJob,
  DaemonSet,
  Decision,
  Deployment,
  Job,
  LabelSelector,
  LimitRange,
  Node,
  ObjectMeta,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  PodTemplateSpec,
  PriorityClass,
  Rejection,
  ReplicaSet,
  ReplicationController,
  RuntimeClass,
  Scenario,
  Service,
  StatefulSet,
  StorageClass,
  Taint,
  Toleration,
  TopologySpreadConstraint,
  VolumeAttachment,
} from '../model/types.ts';
export type { DecideOptions, Plan } from '../planner/decider.ts';
export type { KubernetesObject, ObjectName, WatchEvent } from '../planner/objects.ts';
export { PlannerError } from '../planner/planner-error.ts';
export { Planner, type PlannerOptions } from '../planner/planner.ts';
export { inTree } from '../plugins/in-tree.ts';
export type { Registry } from '../plugins/registry.ts';
