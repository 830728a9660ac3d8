// The workloads that coset knows how to make pods of. Adding one is its file and its line here.
import type { ApiObject } from '../model/types.ts';
import { cronJob } from './cron-job.ts';
import { daemonSet } from './daemon-set.ts';
import { deployment } from './deployment.ts';
import { job } from './job.ts';
import { replicaSet, replicationController } from './replica-set.ts';
import { statefulSet } from './stateful-set.ts';
import type { WorkloadKind } from './workload.ts';

export { replicaSetOf } from './deployment.ts';
export { controllerOf, surroundingsOf } from './surroundings.ts';
export { PODS_MAX } from './workload.ts';
export type { Surroundings, WorkloadKind } from './workload.ts';

const WORKLOADS: readonly WorkloadKind[] = [
  deployment,
  replicaSet,
  replicationController,
  statefulSet,
  daemonSet,
  job,
  cronJob,
];

/** The kind of workload that an object is, by its kind and its group; undefined of all others. */
export function workloadOf({ kind, apiVersion }: ApiObject): WorkloadKind | undefined {
  const workload = WORKLOADS.find((known) => known.kind === kind);
  if (workload === undefined || apiVersion === undefined) return workload;
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return workload.groups.includes(group) ? workload : undefined;
}
