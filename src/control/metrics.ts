// The metrics: kube-scheduler's by its names, labels and buckets, so that its dashboards work, and coset's own.
import { Counter, exponentialBuckets, Gauge, Histogram, Registry } from 'prom-client';
import type { QueueCounts, Rejections } from '../queue/types.ts';
import type { FleetRecord } from './types.ts';

export type AttemptResult = 'scheduled' | 'unschedulable' | 'error';

/** kube-scheduler names each longer series of attempts alike, to bound the number of label values. */
const ATTEMPTS_SHOWN_MAX = 15;

export class SchedulerMetrics {
  readonly registry = new Registry();

  readonly #attempts = this.#counter(
    'scheduler_schedule_attempts_total',
    "Attempts to schedule pods by result: 'unschedulable' fits nowhere, 'error' failed inside or at the API server",
    ['result', 'profile'],
  );
  readonly #attemptSeconds = this.#histogram(
    'scheduler_scheduling_attempt_duration_seconds',
    'Duration of an attempt to schedule a pod: decision and binding',
    exponentialBuckets(0.001, 2, 15),
    ['result', 'profile'],
  );
  readonly #sliSeconds = this.#histogram(
    'scheduler_pod_scheduling_sli_duration_seconds',
    'Time from when a pod could first be tried until it was bound, over all its attempts',
    exponentialBuckets(0.01, 2, 20),
    ['attempts'],
  );
  readonly #attemptsPerPod = this.#histogram(
    'scheduler_pod_scheduling_attempts',
    'Attempts that it took to schedule a pod',
    exponentialBuckets(1, 2, 5),
  );
  readonly #extensionPointSeconds = this.#histogram(
    'scheduler_framework_extension_point_duration_seconds',
    'Duration of an extension point; filters and scores are not told apart, see coset_filter_passes_total',
    exponentialBuckets(0.0001, 2, 12),
    ['extension_point', 'status', 'profile'],
  );
  readonly #isLeader = this.#gauge(
    'leader_election_master_status',
    'Whether this process is the leader: 1, or waits for the lease: 0',
    ['name'],
  );
  readonly #pending = this.#gauge('scheduler_pending_pods', 'Pods that wait, by queue', ['queue']);
  readonly #unschedulable = this.#gauge(
    'scheduler_unschedulable_pods',
    'Unschedulable pods by the plugin that rejected them; a pod counts for each of its plugins',
    ['plugin', 'profile'],
  );
  readonly #incoming = this.#counter(
    'scheduler_queue_incoming_pods_total',
    'Pods added to the scheduling queues, by queue and by the event that moved them',
    ['queue', 'event'],
  );
  readonly #preemptionAttempts = this.#counter(
    'scheduler_preemption_attempts_total',
    'Attempts to preempt other pods',
  );
  readonly #preemptionVictims = this.#histogram(
    'scheduler_preemption_victims',
    'Victims of each preemption by a single pod',
    exponentialBuckets(1, 2, 7),
  );
  readonly #cycles = this.#counter('coset_cycles_total', 'Scheduling cycles');
  readonly #classes = this.#counter('coset_classes_total', 'Classes decided, summed over the cycles');
  readonly #decisions = this.#counter('coset_decisions_total', 'Pods decided, placed or not');
  readonly #filterPasses = this.#counter(
    'coset_filter_passes_total',
    'Passes of filter and score over all nodes; decisions beyond them were saved a pass by their class',
  );
  readonly #correspondences = this.#gauge(
    'coset_correspondences',
    'Live correspondences of a class and its nodes',
  );
  readonly #fleetMembers = this.#gauge(
    'coset_active_replicas',
    'Replicas that are all active, as this one knows them; 0 where one leads',
  );
  readonly #shardNodes = this.#gauge(
    'coset_shard_nodes',
    'Nodes on which this one of several active replicas decides',
  );
  readonly #eventsDropped = this.#counter(
    'coset_events_dropped_total',
    'Kubernetes events about pods that were not sent because their buffer was full',
  );

  /** An attempt at one pod has ended. */
  attempt(result: AttemptResult, profile: string, seconds: number): void {
    this.#attempts.inc({ result, profile });
    this.#attemptSeconds.observe({ result, profile }, seconds);
  }

  /** A pod is bound, so many seconds after it could first be tried. */
  bound(secondsSinceFirstAttempt: number, attempts: number): void {
    const label = attempts >= ATTEMPTS_SHOWN_MAX ? `${ATTEMPTS_SHOWN_MAX}+` : String(attempts);
    this.#sliSeconds.observe({ attempts: label }, secondsSinceFirstAttempt);
    this.#attemptsPerPod.observe(attempts);
  }

  /** An extension point has run for a pod; its status is a code as kube-scheduler names it. */
  extensionPoint(
    point: 'PreBind' | 'Bind',
    status: 'Success' | 'Error',
    profile: string,
    seconds: number,
  ): void {
    this.#extensionPointSeconds.observe({ extension_point: point, status, profile }, seconds);
  }

  /** Pods were tried to be made way for. */
  preemptionAttempts(pods: number): void {
    this.#preemptionAttempts.inc(pods);
  }

  /** So many pods make way for one. */
  preempted(victims: number): void {
    this.#preemptionVictims.observe(victims);
  }

  /** A cycle has ended. */
  cycle(done: { classes: number; decisions: number; filterPasses: number }): void {
    this.#cycles.inc();
    this.#classes.inc(done.classes);
    this.#decisions.inc(done.decisions);
    this.#filterPasses.inc(done.filterPasses);
  }

  /** Pods entered a queue; fits SchedulingQueue's onIncoming. */
  incoming(queue: string, event: string, pods: number): void {
    this.#incoming.inc({ queue, event }, pods);
  }

  /** Sets the gauges to what holds now. */
  observe(now: {
    /** In all. */
    eventsDropped: number;
    isLeading: boolean;
    pending: QueueCounts;
    rejections: readonly Rejections[];
    correspondences: number;
    fleet?: FleetRecord;
  }): void {
    this.#eventsDropped.reset();
    this.#eventsDropped.inc(now.eventsDropped);
    this.#isLeader.set({ name: 'coset' }, now.isLeading ? 1 : 0);
    const { active, backoff, unschedulable, gated } = now.pending;
    for (const [queue, pods] of Object.entries({ active, backoff, unschedulable, gated })) {
      this.#pending.set({ queue }, pods);
    }
    this.#unschedulable.reset();
    for (const { plugin, profile, pods } of now.rejections)
      this.#unschedulable.set({ plugin, profile }, pods);
    this.#correspondences.set(now.correspondences);
    this.#fleetMembers.set(now.fleet?.members.length ?? 0);
    this.#shardNodes.set(now.fleet?.nodes ?? 0);
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[] = []): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge<Label extends string>(name: string, help: string, labelNames: Label[] = []): Gauge<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  #histogram<Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: Label[] = [],
  ): Histogram<Label> {
    return new Histogram({ name, help, buckets, labelNames, registers: [this.registry] });
  }
}
