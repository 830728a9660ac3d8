// ReplicaSet and ReplicationController: a number of pods that are alike.
import type { ApiObject, ReplicaSet, ReplicationController } from '../model/types.ts';
import {
  activePodsOf,
  nothing,
  podOf,
  tooMany,
  type Expansion,
  type Surroundings,
  type WorkloadKind,
} from './workload.ts';

export const replicaSet: WorkloadKind = {
  kind: 'ReplicaSet',
  groups: ['apps', 'extensions'],
  expand: (object, surroundings) => expandReplicas(object, surroundings),
};

export const replicationController: WorkloadKind = {
  kind: 'ReplicationController',
  groups: [''],
  expand: (object, surroundings) => expandReplicas(object, surroundings),
};

/** The pods that are missing. */
function expandReplicas(object: ApiObject, surroundings: Surroundings): Expansion {
  const { spec } = object as ReplicaSet | ReplicationController;
  const there = activePodsOf(object, surroundings).length;
  const wanted = spec?.replicas ?? 1;
  if (spec?.template === undefined || wanted <= there) return nothing(there);
  if (wanted - there > surroundings.podsMax) return tooMany(wanted, there, surroundings);
  return { pods: [{ pod: podOf(spec.template, object), count: wanted - there }], objects: [], there };
}
