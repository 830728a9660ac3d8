// Says of pods that have no node why they have none: in their conditions, in events, in the metrics.
import type { SchedulerMetrics } from '../control/metrics.ts';
import type { Outcome } from '../cycle/outcome.ts';
import type { Refusal } from '../determination/refusal.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { PodConditionWriter } from '../kube/pod-condition.ts';
import type { PodGroupConditionWriter } from '../kube/pod-group-condition.ts';
import { POD_GROUP, type PodGroup } from '../model/pod-group.ts';
import type { Pod } from '../model/types.ts';
import type { Cluster } from '../state/cluster.ts';
import type { Reservations } from './reservation-api.ts';

export interface TellingOptions {
  cluster: Cluster;
  events: EventRecorder;
  conditions: PodConditionWriter;
  groupConditions: PodGroupConditionWriter;
  metrics: SchedulerMetrics;
  reservations: Reservations;
  onWriteFailed: (error: Error) => void;
}

export class Telling {
  readonly #options: TellingOptions;

  constructor(options: TellingOptions) {
    this.#options = options;
  }

  /** Of the pods that wait, or are tried again. The cycle has taken `seconds` by now. */
  tell(outcome: Outcome, seconds: number): void {
    const { cluster, conditions, groupConditions, metrics } = this.#options;
    const { batch, waiting, preempting, failed, unseated, refusal, gang } = outcome;
    const { schedulerName } = batch.class.context.profile;
    const unschedulable = (pod: Pod, why: Refusal, nominatedNodeName?: string) => {
      metrics.attempt('unschedulable', schedulerName, seconds);
      this.#unschedulable(pod, why, nominatedNodeName);
    };
    this.#remedy(outcome);
    for (const queued of waiting)
      unschedulable(queued.pod, refusal!, unseated.includes(queued) ? '' : undefined);
    for (const { pod, outcomes, refusal: own, unseated: others } of preempting) {
      const { node, victims } = outcomes[0]!;
      unschedulable(pod.pod, own, node);
      metrics.preempted(victims.length);
      for (const { namespace, key, uid } of others)
        conditions.unseat({ namespace, name: key.slice(namespace.length + 1), uid });
    }
    for (const { pod, message } of failed) {
      metrics.attempt('error', schedulerName, seconds);
      this.#failed(pod.pod, message);
    }
    const group = gang && cluster.store.get<PodGroup>(POD_GROUP, gang.podGroup);
    if (group !== undefined) groupConditions.write(group, gang!.message);
  }

  /** Of a pod that cannot be taken as it is. */
  refused(pod: Pod, message: string): void {
    if (!pod.spec?.nodeName) this.#failed(pod, message);
  }

  #unschedulable(pod: Pod, { message: reason, preemption }: Refusal, nominatedNodeName?: string): void {
    const { conditions, events, metrics } = this.#options;
    const message = preemption === undefined ? reason : `${reason} ${preemption}`;
    metrics.preemptionAttempts(preemption === undefined ? 0 : 1);
    events.failedScheduling(pod, message);
    conditions.unscheduled(pod, { reason: 'Unschedulable', message, nominatedNodeName });
  }

  #failed(pod: Pod, message: string): void {
    const { conditions, events } = this.#options;
    events.failedScheduling(pod, message);
    conditions.unscheduled(pod, { reason: 'SchedulerError', message });
  }

  /** Does what can be done outside for pods that found no node. */
  #remedy({ refusal, preempting }: Outcome): void {
    const { reservations, onWriteFailed } = this.#options;
    for (const remedy of [refusal?.remedy, ...preempting.map(({ refusal: own }) => own.remedy)])
      remedy?.(reservations).catch(onWriteFailed);
  }
}
