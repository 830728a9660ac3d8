// The defaults of each kind that scheduling reads.
import type {
  ApiObject,
  CSIDriver,
  DaemonSet,
  Deployment,
  Job,
  LimitRange,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  PriorityClass,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
  StorageClass,
} from '../model/types.ts';
import { setLimitRangeDefaults } from './limit-ranger.ts';
import { setPodDefaults } from './pod.ts';
import { roundUp } from './resource-list.ts';

const DEFAULTS: Readonly<Record<string, (object: never) => void>> = {
  Pod: setPodDefaults,
  LimitRange: (range: LimitRange) => setLimitRangeDefaults(range),
  Node({ status }: Node) {
    if (status?.capacity) status.allocatable ??= status.capacity;
    roundUp(status?.capacity);
    roundUp(status?.allocatable);
  },
  Namespace(namespace: ApiObject) {
    const { name } = namespace.metadata ?? {};
    if (name) (namespace.metadata!.labels ??= {})['kubernetes.io/metadata.name'] = name;
  },
  PriorityClass(priorityClass: PriorityClass) {
    priorityClass.preemptionPolicy ??= 'PreemptLowerPriority';
  },
  PersistentVolumeClaim({ spec }: PersistentVolumeClaim) {
    if (spec) spec.volumeMode ??= 'Filesystem';
  },
  PersistentVolume({ spec }: PersistentVolume) {
    if (!spec) return;
    spec.volumeMode ??= 'Filesystem';
    spec.persistentVolumeReclaimPolicy ??= 'Retain';
  },
  StorageClass(storageClass: StorageClass) {
    storageClass.reclaimPolicy ??= 'Delete';
    storageClass.volumeBindingMode ??= 'Immediate';
  },
  CSIDriver({ spec }: CSIDriver) {
    if (!spec) return;
    spec.attachRequired ??= true;
    spec.storageCapacity ??= false;
  },
  ReplicationController: setReplicationControllerDefaults,
  ReplicaSet: setReplicas,
  StatefulSet: setReplicas,
  Deployment: setReplicas,
  DaemonSet(set: DaemonSet) {
    if (!set.spec) return;
    (set.spec.updateStrategy ??= {}).type ??= 'RollingUpdate';
  },
  Job: setJobDefaults,
};

/**
 * Sets the defaults of an object's type, in place, as the API server does whenever it reads one; doing it again changes
 * nothing. Kinds that have no defaults which scheduling reads are left as they are.
 */
export function setDefaults(object: ApiObject): void {
  const { kind = '' } = object;
  if (Object.hasOwn(DEFAULTS, kind)) DEFAULTS[kind]!(object as never);
}

function setReplicas({ spec }: Deployment | ReplicaSet | StatefulSet): void {
  if (spec) spec.replicas ??= 1;
}

function setReplicationControllerDefaults(controller: ReplicationController): void {
  const { spec } = controller;
  if (!spec) return;
  spec.replicas ??= 1;
  const labels = spec.template?.metadata?.labels;
  if (!labels) return;
  if (isEmpty(spec.selector)) spec.selector = { ...labels };
  if (isEmpty(controller.metadata?.labels)) (controller.metadata ??= {}).labels = { ...labels };
}

function setJobDefaults(job: Job): void {
  const { spec } = job;
  if (!spec) return;
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.manualSelector ??= false;
  const labels = (spec as Partial<typeof spec>).template?.metadata?.labels;
  if (labels && isEmpty(job.metadata?.labels)) (job.metadata ??= {}).labels = { ...labels };
}

function isEmpty(labels: object | undefined): boolean {
  return labels === undefined || Object.keys(labels).length === 0;
}
