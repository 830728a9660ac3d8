// Deployments, ReplicaSets, ReplicationControllers, StatefulSets and DaemonSets: the pods that are missing are made, those
// that are too many go, and the status says how many there are.
import type {
  ApiObject,
  DaemonSet,
  Deployment,
  Pod,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
} from '../../../model/types.ts';
import { replicaSetOf, workloadOf } from '../../../workloads/index.ts';
import { isActive } from '../../../workloads/workload.ts';
import { now } from '../store/store.ts';
import type { ControlledCluster } from './controlled-cluster.ts';

/** Which of its templates a Deployment and a ReplicaSet are at, for "kubectl rollout". */
const REVISION = 'deployment.kubernetes.io/revision';

/** As many in a round for each controller, so that requests come between them. */
const CREATIONS_MAX = 500;

/** Makes the pods that an object's controller would make now, and the claims that these refer to. */
export function createMissing(cluster: ControlledCluster, object: ApiObject): void {
  const workload = workloadOf(object);
  if (workload === undefined || object.metadata?.deletionTimestamp) return;
  const { pods, objects } = workload.expand(object, cluster.surroundings());
  for (const made of objects) cluster.create(made);
  let created = 0;
  for (const { pod, count } of pods) {
    for (let n = 0; n < count; n++) {
      if (++created > CREATIONS_MAX || !cluster.create(pod)) return;
    }
  }
}

/** The pods that an object controls. */
export function podsOf(cluster: ControlledCluster, { metadata }: ApiObject): Pod[] {
  return cluster
    .list<Pod>('pods')
    .filter((pod) =>
      pod.metadata?.ownerReferences?.some(({ uid, controller }) => controller && uid === metadata?.uid),
    );
}

export function replicaSets(cluster: ControlledCluster): void {
  const sets = cluster.list<ReplicaSet>('replicasets');
  const controllers = cluster.list<ReplicationController>('replicationcontrollers');
  for (const set of [...sets, ...controllers]) {
    createMissing(cluster, set);
    removeSurplus(cluster, set, set.spec?.replicas ?? 1, byUsefulness);
    const { all, ready } = counts(podsOf(cluster, set));
    cluster.setStatus(set, {
      replicas: all,
      fullyLabeledReplicas: all,
      readyReplicas: ready,
      availableReplicas: ready,
      observedGeneration: set.metadata?.generation,
    });
  }
}

/**
 * A Deployment has one ReplicaSet for each template that it had. The one for the present template gets all replicas at
 * once, and the others lose theirs when these are ready: there is no rolling in steps.
 */
export function deployments(cluster: ControlledCluster): void {
  for (const deployment of cluster.list<Deployment>('deployments')) {
    const wanted = deployment.spec?.replicas ?? 1;
    const name = replicaSetOf(deployment).metadata?.name;
    const sets = ownedSets(cluster, deployment);
    const current = sets.find(({ metadata }) => metadata?.name === name);
    if (current === undefined) cluster.create(replicaSetOf(deployment));
    else if (current.spec?.replicas !== wanted) cluster.setSpec(current, { replicas: wanted });
    const ready = current?.status?.readyReplicas ?? 0;
    const others = sets.filter((set) => set !== current);
    if (current !== undefined) setRevision(cluster, deployment, current, others);
    if (current !== undefined && ready >= wanted) {
      for (const set of others) if (set.spec?.replicas !== 0) cluster.setSpec(set, { replicas: 0 });
    }
    cluster.setStatus(deployment, deploymentStatus(deployment, sets, current));
  }
}

/** A template that comes, or comes again, is the latest. */
function setRevision(
  cluster: ControlledCluster,
  deployment: Deployment,
  current: ReplicaSet,
  others: ReplicaSet[],
): void {
  const revisionOf = ({ metadata }: ReplicaSet) => Number(metadata?.annotations?.[REVISION] ?? 0);
  const latest = Math.max(revisionOf(current), ...others.map((set) => revisionOf(set) + 1), 1);
  for (const object of [current, deployment]) {
    if (object.metadata?.annotations?.[REVISION] !== String(latest))
      cluster.annotate(object, { [REVISION]: String(latest) });
  }
}

function ownedSets(cluster: ControlledCluster, { metadata }: Deployment): ReplicaSet[] {
  return cluster
    .list<ReplicaSet>('replicasets')
    .filter((set) => set.metadata?.ownerReferences?.some(({ uid }) => uid === metadata?.uid));
}

function deploymentStatus(
  { status, spec, metadata }: Deployment,
  sets: ReplicaSet[],
  current: ReplicaSet | undefined,
): object {
  const sum = (of: (set: ReplicaSet) => number | undefined) =>
    sets.reduce((total, set) => total + (of(set) ?? 0), 0);
  const ready = sum((set) => set.status?.readyReplicas);
  const isAvailable = ready >= (spec?.replicas ?? 1);
  const condition = (type: string, is: boolean, reason: string) => {
    const before = status?.conditions?.find((one) => one.type === type);
    const word = is ? 'True' : 'False';
    if (before?.status === word) return before;
    const time = now();
    return { type, status: word, reason, lastUpdateTime: time, lastTransitionTime: time };
  };
  return {
    observedGeneration: metadata?.generation,
    replicas: sum((set) => set.status?.replicas),
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: ready,
    availableReplicas: ready,
    unavailableReplicas: Math.max(0, (spec?.replicas ?? 1) - ready),
    conditions: [
      condition(
        'Available',
        isAvailable,
        isAvailable ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      ),
      condition('Progressing', true, 'NewReplicaSetAvailable'),
    ],
  };
}

export function statefulSets(cluster: ControlledCluster): void {
  for (const set of cluster.list<StatefulSet>('statefulsets')) {
    createMissing(cluster, set);
    removeSurplus(cluster, set, set.spec?.replicas ?? 1, byOrdinal);
    const { all, ready } = counts(podsOf(cluster, set));
    cluster.setStatus(set, {
      replicas: all,
      currentReplicas: all,
      updatedReplicas: all,
      readyReplicas: ready,
      availableReplicas: ready,
      observedGeneration: set.metadata?.generation,
    });
  }
}

export function daemonSets(cluster: ControlledCluster): void {
  for (const set of cluster.list<DaemonSet>('daemonsets')) {
    createMissing(cluster, set);
    const { all, ready } = counts(podsOf(cluster, set));
    cluster.setStatus(set, {
      desiredNumberScheduled: all,
      currentNumberScheduled: all,
      updatedNumberScheduled: all,
      numberReady: ready,
      numberAvailable: ready,
      numberMisscheduled: 0,
      observedGeneration: set.metadata?.generation,
    });
  }
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
}

function counts(pods: Pod[]): { all: number; ready: number } {
  const active = pods.filter(isActive);
  return { all: active.length, ready: active.filter(isReady).length };
}

/** Deletes the pods that are too many, the last ones of an order. */
function removeSurplus(
  cluster: ControlledCluster,
  owner: ApiObject,
  wanted: number,
  order: (one: Pod, two: Pod) => number,
): void {
  const active = podsOf(cluster, owner).filter(isActive);
  if (active.length <= wanted) return;
  for (const pod of active.sort(order).slice(wanted)) cluster.delete(pod);
}

/** Pods that run before those that wait, old ones before new ones. */
function byUsefulness(one: Pod, two: Pod): number {
  const use = (pod: Pod) => (isReady(pod) ? 0 : pod.spec?.nodeName ? 1 : 2);
  const age = (pod: Pod) => pod.metadata?.creationTimestamp ?? '';
  return use(one) - use(two) || (age(one) < age(two) ? -1 : age(one) > age(two) ? 1 : 0);
}

function byOrdinal(one: Pod, two: Pod): number {
  const ordinal = ({ metadata }: Pod) => Number(/-(\d+)$/.exec(metadata?.name ?? '')?.[1]);
  return ordinal(one) - ordinal(two);
}
