// Pods that are bound run at once, and those of a Job end after a while.
import type { Pod } from '../../../model/types.ts';
import { now } from '../store/store.ts';
import { controllerOf } from '../../../workloads/index.ts';
import type { ControlledCluster } from './controlled-cluster.ts';

/** As many in a round, so that requests come between them. */
const STARTS_MAX = 1000;
const RUN_MS = 1000;

export function runPods(cluster: ControlledCluster): boolean {
  let starts = 0;
  let isWaiting = false;
  for (const pod of cluster.list<Pod>('pods')) {
    const { phase, startTime } = pod.status ?? {};
    if (!pod.spec?.nodeName || pod.metadata?.deletionTimestamp) continue;
    if (phase === 'Pending') {
      if (++starts > STARTS_MAX) return true;
      cluster.setStatus(pod, running(pod));
      isWaiting ||= endsByItself(pod);
    } else if (phase === 'Running' && endsByItself(pod)) {
      if (Date.now() - Date.parse(startTime ?? now()) < RUN_MS) isWaiting = true;
      else cluster.setStatus(pod, ended(pod));
    }
  }
  return isWaiting;
}

function endsByItself(pod: Pod): boolean {
  return controllerOf(pod)?.kind === 'Job';
}

function running(pod: Pod): object {
  const startedAt = now();
  return {
    phase: 'Running',
    startTime: startedAt,
    conditions: conditions(pod, true, startedAt),
    containerStatuses: pod.spec!.containers.map(({ name, image = '' }) => ({
      ...{ name, image, imageID: '', ready: true, started: true, restartCount: 0 },
      state: { running: { startedAt } },
    })),
  };
}

function ended(pod: Pod): object {
  const finishedAt = now();
  return {
    phase: 'Succeeded',
    conditions: conditions(pod, false, finishedAt),
    containerStatuses: pod.status!.containerStatuses!.map((container) => ({
      ...container,
      ready: false,
      started: false,
      state: {
        terminated: {
          exitCode: 0,
          reason: 'Completed',
          startedAt: container.state?.running?.startedAt,
          finishedAt,
        },
      },
    })),
  };
}

function conditions({ status }: Pod, isReady: boolean, lastTransitionTime: string): object[] {
  const own = ['Initialized', 'Ready', 'ContainersReady'].map((type) => ({
    type,
    status: isReady || type === 'Initialized' ? 'True' : 'False',
    ...(!isReady && type !== 'Initialized' && { reason: 'PodCompleted' }),
    lastTransitionTime,
  }));
  return [...(status?.conditions ?? []).filter(({ type }) => !own.some((one) => one.type === type)), ...own];
}
