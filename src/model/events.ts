// What happened in the cluster, in the terms in which a plugin says whether it can help a waiting pod.
import type { ApiObject, Node, Pod } from './types.ts';

/** An event of the cluster. `before` is absent when something was added, `after` when it was deleted. */
export type ClusterEvent =
  | { kind: 'Node'; before?: Node; after?: Node }
  | { kind: 'AssignedPod'; before?: Pod; after?: Pod }
  /** The waiting pod itself was changed. */
  | { kind: 'TargetPod'; before: Pod; after: Pod }
  /** Any other object that a plugin reads: Service, ReplicaSet, Namespace, PersistentVolumeClaim... */
  | { kind: 'Object'; before?: ApiObject; after?: ApiObject };
