// The scheduler's queue: woken by what the plugins of each pod's profile say, and counted.
import type { Configuration } from '../config/types.ts';
import type { SchedulerMetrics } from '../control/metrics.ts';
import type { Clock } from '../kube/clock.ts';
import { schedulerNameOf, type Pod } from '../model/types.ts';
import type { Framework } from '../plugins/framework.ts';
import { SchedulingQueue } from '../queue/scheduling-queue.ts';
import type { Cluster } from '../state/cluster.ts';
import type { CollectionPeriods } from './collection-periods.ts';
import type { LogSummary } from './log-summary.ts';

export interface MakeQueueOptions {
  configuration: Configuration;
  profiles: ReadonlyMap<string, Framework>;
  cluster: Cluster;
  clock: Clock;
  metrics: SchedulerMetrics;
  logSummary: LogSummary;
  collectionPeriods: CollectionPeriods;
  isPaused: () => boolean;
  /** Whether the pod is decided over all nodes only, and this is not the time for it. */
  waitsForTurn: (pod: Pod) => boolean;
}

export function makeQueue(options: MakeQueueOptions): SchedulingQueue {
  const { configuration, profiles, cluster, clock, metrics, logSummary } = options;
  const { collectionPeriods, isPaused, waitsForTurn } = options;
  // a step that was asked for takes what is there, and who was taken before does not wait for others once more
  const isCollected = (pod: Pod, wasGivenBack: boolean) =>
    !wasGivenBack && !isPaused() && collectionPeriods.holds(schedulerNameOf(pod));
  return new SchedulingQueue({
    now: () => clock.monotonic(),
    initialBackoffMs: configuration.podInitialBackoffSeconds * 1000,
    maxBackoffMs: configuration.podMaxBackoffSeconds * 1000,
    helps: (event, pod, plugins) => {
      const profile = profiles.get(schedulerNameOf(pod));
      if (profile === undefined) return false;
      return profile.registry.helps(event, pod, plugins, { cluster, profile });
    },
    ownObjectsOf: (pod) => profiles.get(schedulerNameOf(pod))?.registry.ownObjectsOf(pod) ?? [],
    onHintFault: (plugins, error) => logSummary.failure('a wake-up hint failed', { plugins, error }),
    isHeld: (pod, wasGivenBack) => isCollected(pod, wasGivenBack) || waitsForTurn(pod),
    onIncoming: (queue, event, pods) => metrics.incoming(queue, event, pods),
  });
}
