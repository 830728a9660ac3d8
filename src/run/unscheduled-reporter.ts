// Says of pods that have no node why they have none: in their conditions, in events, in the metrics.
import type { SchedulerMetrics } from '../control/metrics.ts';
import type { Outcome } from '../cycle/outcome.ts';
import type { Refusal } from '../determination/refusal.ts';
import type { Clock } from '../kube/clock.ts';
import { EventRecorder } from '../kube/events.ts';
import { PodConditionWriter } from '../kube/pod-condition.ts';
import { PodGroupConditionWriter } from '../kube/pod-group-condition.ts';
import type { Transport } from '../kube/transport.ts';
import { POD_GROUP, type PodGroup } from '../model/pod-group.ts';
import type { Pod } from '../model/types.ts';
import type { SharedEvent } from '../queue/types.ts';
import type { Cluster } from '../state/cluster.ts';
import { nominationEnded } from './pod-feed.ts';
import type { Reservations } from './reservation-api.ts';

export interface UnscheduledReporterOptions {
  transport: Transport;
  clock: Clock;
  random: () => number;
  cluster: Cluster;
  /** Whether bindings wait for the API server now, which go first. */
  mustYield: () => boolean;
  metrics: SchedulerMetrics;
  reservations: Reservations;
  notify: (event: SharedEvent) => void;
  onWriteFailed: (error: Error) => void;
}

export class UnscheduledReporter {
  readonly events: EventRecorder;
  readonly conditions: PodConditionWriter;
  readonly #groupConditions: PodGroupConditionWriter;
  readonly #options: UnscheduledReporterOptions;

  constructor(options: UnscheduledReporterOptions) {
    const { transport, clock, random, mustYield, onWriteFailed: onError } = options;
    this.#options = options;
    this.events = new EventRecorder({ transport, clock, random, onError, mustYield });
    this.conditions = new PodConditionWriter({ transport, clock, random, onError });
    this.#groupConditions = new PodGroupConditionWriter({ transport, clock, random, onError });
  }

  /** Writes what is left of the events for a moment, and drops the rest. */
  async stop(): Promise<void> {
    await this.events.stop();
    this.conditions.stop();
    this.#groupConditions.stop();
  }

  /** Of the pods that wait, or are tried again. The cycle has taken `seconds` by now. */
  report(outcome: Outcome, seconds: number): void {
    const { cluster, metrics } = this.#options;
    const { batch, waiting, preempting, failed, unseated, refusal, gang } = outcome;
    const { schedulerName } = batch.class.context.profile;
    const unschedulable = (pod: Pod, why: Refusal, nominatedNodeName?: string) => {
      metrics.attempt('unschedulable', schedulerName, seconds);
      this.#unschedulable(pod, why, nominatedNodeName);
    };
    this.#remedy(outcome);
    for (const queued of waiting)
      unschedulable(queued.pod, refusal!, unseated.some(({ key }) => key === queued.key) ? '' : undefined);
    for (const record of unseated) this.#options.notify(nominationEnded(record));
    for (const { pod, outcomes, refusal: own, unseated: others } of preempting) {
      const { node, victims } = outcomes[0]!;
      unschedulable(pod.pod, own, node);
      metrics.preempted(victims.length);
      for (const record of others) {
        const { namespace, key, uid } = record;
        this.conditions.unseat({ namespace, name: key.slice(namespace.length + 1), uid });
        this.#options.notify(nominationEnded(record));
      }
    }
    for (const { pod, message } of failed) {
      metrics.attempt('error', schedulerName, seconds);
      this.#failed(pod.pod, message);
    }
    const group = gang && cluster.store.get<PodGroup>(POD_GROUP, gang.podGroup);
    if (group !== undefined) this.#groupConditions.write(group, gang!.message);
  }

  /** Of a pod that cannot be taken as it is. */
  refused(pod: Pod, message: string): void {
    if (!pod.spec?.nodeName) this.#failed(pod, message);
  }

  #unschedulable(pod: Pod, { message: reason, preemption }: Refusal, nominatedNodeName?: string): void {
    const { metrics } = this.#options;
    const message = preemption === undefined ? reason : `${reason} ${preemption}`;
    metrics.preemptionAttempts(preemption === undefined ? 0 : 1);
    this.events.failedScheduling(pod, message);
    this.conditions.unscheduled(pod, { reason: 'Unschedulable', message, nominatedNodeName });
  }

  #failed(pod: Pod, message: string): void {
    this.events.failedScheduling(pod, message);
    this.conditions.unscheduled(pod, { reason: 'SchedulerError', message });
  }

  /** Does what can be done outside for pods that found no node. */
  #remedy({ refusal, preempting }: Outcome): void {
    const { reservations, onWriteFailed } = this.#options;
    for (const remedy of [refusal?.remedy, ...preempting.map(({ refusal: own }) => own.remedy)])
      remedy?.(reservations).catch(onWriteFailed);
  }
}
