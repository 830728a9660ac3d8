// Jobs: as many pods as may run at once, until enough have succeeded.
import type { Job, Pod } from '../../../model/types.ts';
import { now } from '../store/store.ts';
import type { ControlledCluster } from './controlled-cluster.ts';
import { createMissing, podsOf } from './replicas.ts';

export function jobs(cluster: ControlledCluster): void {
  for (const job of cluster.list<Job>('jobs')) {
    if (isComplete(job)) continue;
    const status = statusOf(job, podsOf(cluster, job));
    cluster.setStatus(job, status);
    // How many are missing depends on how many have succeeded.
    createMissing(cluster, { ...job, status: { ...job.status, ...status } } as Job);
  }
  for (const pod of cluster.list<Pod>('pods')) {
    const hasEnded = ['Succeeded', 'Failed'].includes(pod.status?.phase ?? '');
    if (hasEnded || pod.metadata?.deletionTimestamp) cluster.dropFinalizer(pod, TRACKING);
  }
}

/** Keeps a Job's pods until its controller has counted them. */
const TRACKING = 'batch.kubernetes.io/job-tracking';

function isComplete({ status }: Job): boolean {
  return status?.conditions?.some(({ type }) => type === 'Complete') ?? false;
}

function statusOf({ spec, status, metadata }: Job, pods: Pod[]): object {
  const count = (...phases: string[]) =>
    pods.filter((pod) => phases.includes(pod.status?.phase ?? '')).length;
  const succeeded = count('Succeeded');
  const active = count('Pending', 'Running');
  const wanted = spec?.completions ?? 1;
  const time = now();
  return {
    startTime: status?.startTime ?? metadata?.creationTimestamp,
    active,
    ready: count('Running'),
    succeeded,
    failed: count('Failed'),
    ...(succeeded >= wanted &&
      active === 0 && {
        completionTime: time,
        conditions: [
          {
            ...{ type: 'Complete', status: 'True', reason: 'CompletionsReached' },
            lastProbeTime: time,
            lastTransitionTime: time,
          },
        ],
      }),
  };
}
