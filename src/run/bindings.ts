// Carries out what the cycle has decided: binds, and tells everybody what came of it.
//
//   placement ──> reservations ──> API server ──┬─> on the node        ──> bound, by us or by another scheduler
//                      │                        ├─> on another node    ──> it stands there; ours is free again
//                      │                        ├─> no longer there    ──> forgotten; the node is free again
//                      └── not to be had ───────┴─> on none, or unknown ──> back to the queue; the node is free again
import { schedulerNameOf, type Pod } from '../model/types.ts';
import type { Cluster } from '../state/cluster.ts';
import type { SchedulerMetrics } from '../control/metrics.ts';
import type { Placement } from '../cycle/outcome.ts';
import type { SchedulingCycle } from '../cycle/cycle.ts';
import type { Extenders } from './extenders/extenders.ts';
import { within, type Clock } from '../kube/clock.ts';
import { Binder, BINDINGS_IN_FLIGHT, type BindOutcome } from '../kube/binder.ts';
import type { EventRecorder } from '../kube/events.ts';
import { Limiter } from '../kube/limiter.ts';
import type { PodConditionWriter } from '../kube/pod-condition.ts';
import type { Transport } from '../kube/transport.ts';
import type { SchedulingQueue } from '../queue/scheduling-queue.ts';
import type { QueuedPod, SharedEvent } from '../queue/types.ts';
import { Escrow } from './escrow.ts';
import type { LogSummary } from './log-summary.ts';
import type { Reservations } from './reservation-api.ts';

export interface BindingsOptions {
  transport: Transport;
  clock: Clock;
  random: () => number;
  reservations: Reservations;
  extenders: Extenders;
  cluster: Cluster;
  queue: SchedulingQueue;
  /** The cycle whose placements these are. */
  cycle(): SchedulingCycle;
  events: EventRecorder;
  conditions: PodConditionWriter;
  metrics: SchedulerMetrics;
  logSummary: LogSummary;
  notify(event: SharedEvent): void;
  /** How many replicas bind at present: the API server has them all at a time. */
  replicas(): number;
  /** Whether another replica waits for the nodes: what was not sent is given back. */
  isHandingOver(): boolean;
  /** Told of each pod whose binding has its outcome, when everybody else has been. */
  onEnd(key: string): void;
}

/** Of one replica, however many there are. */
const INFLIGHT_LEAST = 16;
const NOT_LEADING: BindOutcome = { type: 'failed', message: 'it does not lead any more', retryable: true };

export class Bindings {
  readonly #options: BindingsOptions;
  readonly #binder: Binder;
  /** What waits in it has not been sent, and can still be given up. */
  readonly #limiter: Limiter;
  /** What is held for the pods whose binding has no outcome yet. */
  readonly escrow = new Escrow();
  readonly #sent = new Set<Promise<void>>();
  #stopped = false;
  /** No outcome is waited for any longer. */
  #isOver = false;

  constructor(options: BindingsOptions) {
    this.#options = options;
    const { transport, clock, random } = options;
    this.#limiter = new Limiter(() =>
      Math.max(INFLIGHT_LEAST, Math.ceil(BINDINGS_IN_FLIGHT / options.replicas())),
    );
    this.#binder = new Binder({ transport, clock, random });
  }

  /** Whether some wait for others to come back from the API server. */
  get areQueued(): boolean {
    return this.#limiter.waiting > 0;
  }

  /** Binds in its turn. `begin` is when the attempt began, in monotonic milliseconds. */
  bind(placement: Placement, begin: number): void {
    this.escrow.hold(placement.pod, placement.node, this.#options.clock.monotonic());
    if (placement.reservations.length === 0) this.#bindInTurn(placement, begin);
    else void this.#track(this.#commit(placement, begin));
  }

  /** Waits for the outcome of what was sent, so long at the most; what was not is given up. */
  async stop(mostMs: number): Promise<void> {
    this.#stopped = true;
    await within(mostMs, Promise.all(this.#sent), this.#options.clock);
    this.#isOver = true;
    const pods = this.#sent.size;
    if (pods > 0) this.#options.logSummary.failure('bindings were not answered before the end', { pods });
  }

  #bindInTurn(placement: Placement, begin: number): void {
    this.#limiter.add(() => {
      if (this.#stopped) return Promise.resolve();
      if (this.#options.isHandingOver()) return this.#giveBack(placement);
      // what is only asked about after it was sent keeps no other from being bound
      return new Promise((resolve) => {
        void this.#track(this.#bind(placement, begin, resolve)).finally(resolve);
      });
    });
  }

  /** Whether everything that was sent was answered. */
  get areAnswered(): boolean {
    return this.#sent.size === 0;
  }

  #giveBack({ pod, node }: Placement): Promise<void> {
    this.#options.cycle().bindingFailed(pod.key);
    this.escrow.release(pod.key);
    this.#options.notify({ kind: 'AssignedPod', before: onNode(pod.pod, node) });
    this.#options.onEnd(pod.key);
    return Promise.resolve();
  }

  async #track(sent: Promise<void>): Promise<void> {
    this.#sent.add(sent);
    await sent;
    this.#sent.delete(sent);
  }

  /** Makes real what was taken for the pod. That may take minutes, in which others are bound. */
  async #commit(placement: Placement, begin: number): Promise<void> {
    const { reservations, metrics, cluster } = this.#options;
    const { pod, node } = placement;
    const started = this.#options.clock.monotonic();
    this.escrow.enter(pod.key, 'reserving');
    let failure: BindOutcome | undefined;
    try {
      for (const reservation of placement.reservations) await reservation.commit(reservations);
    } catch (error) {
      const { message } = error as Error;
      const isGone = cluster.pod(pod.key)?.uid !== pod.uid;
      failure = isGone ? { type: 'gone', message } : { type: 'failed', message, retryable: true };
    }
    if (this.#stopped) return;
    const profile = schedulerNameOf(pod.pod);
    const seconds = (this.#options.clock.monotonic() - started) / 1000;
    metrics.extensionPoint('PreBind', failure === undefined ? 'Success' : 'Error', profile, seconds);
    this.escrow.enter(pod.key, 'waiting');
    if (failure === undefined) this.#bindInTurn(placement, begin);
    else this.#finish(pod, node, begin, failure);
  }

  async #bind({ pod, node }: Placement, begin: number, onSent: () => void): Promise<void> {
    const sent = this.#options.clock.monotonic();
    const { namespace = 'default', name = '', uid = '' } = pod.pod.metadata ?? {};
    this.escrow.enter(pod.key, 'sent');
    const onUnclear = () => {
      this.escrow.enter(pod.key, 'unclear');
      onSent();
    };
    const { extenders, transport } = this.#options;
    // an extender must not bind either
    const outcome = transport.mayWrite
      ? ((await extenders.bind(pod, node)) ??
        (await this.#binder.bind({ namespace, name, uid }, node, onUnclear)))
      : NOT_LEADING;
    if (this.#isOver) return;
    const isBound = this.#isOurs(pod, node, outcome);
    const profile = schedulerNameOf(pod.pod);
    const seconds = (this.#options.clock.monotonic() - sent) / 1000;
    this.#options.metrics.extensionPoint('Bind', isBound ? 'Success' : 'Error', profile, seconds);
    this.#finish(pod, node, begin, outcome);
  }

  #finish(pod: QueuedPod, node: string, begin: number, outcome: BindOutcome): void {
    const { metrics } = this.#options;
    const now = this.#options.clock.monotonic();
    const holder = this.#holder(pod, node, outcome);
    const isOurs = this.#isOurs(pod, node, outcome);
    const profile = schedulerNameOf(pod.pod);
    // the scheduler that has bound it counts it
    if (isOurs || holder === undefined)
      metrics.attempt(isOurs ? 'scheduled' : 'error', profile, (now - begin) / 1000);
    if (isOurs) {
      metrics.bound((now - (pod.firstAttempt ?? begin)) / 1000, pod.attempts);
      this.#options.events.scheduled(pod.pod, node);
    } else {
      const error = outcome.type === 'bound' ? '' : outcome.message;
      this.#options.logSummary.failure('a binding failed', {
        pod: pod.key,
        node,
        outcome: outcome.type,
        error,
      });
    }
    if (holder === node) {
      this.#options.cycle().bound(pod.key);
      this.#options.cluster.dropPending(pod.key);
    } else {
      this.#failed(pod, node, holder, outcome);
    }
    this.escrow.release(pod.key);
    this.#options.onEnd(pod.key);
  }

  /** The node that has the pod, as far as the API server has told: by its answer, or by the watch. */
  #holder({ key, uid }: QueuedPod, node: string, outcome: BindOutcome): string | undefined {
    if (outcome.type === 'bound') return node;
    if (outcome.type === 'conflict' && outcome.node !== undefined) return outcome.node;
    const record = this.#options.cluster.pod(key);
    return record?.uid === uid && !record.assumed ? record.nodeName : undefined;
  }

  /** Whether it was our binding that brought the pod to the node, and not that of another scheduler. */
  #isOurs(pod: QueuedPod, node: string, outcome: BindOutcome): boolean {
    return outcome.type !== 'conflict' && this.#holder(pod, node, outcome) === node;
  }

  #failed(pod: QueuedPod, node: string, holder: string | undefined, outcome: BindOutcome): void {
    const { cluster, queue, events, conditions } = this.#options;
    const message = `binding ${pod.key} to ${node}: ${outcome.type === 'bound' ? '' : outcome.message}`;
    // the watch may have told already that the pod is gone
    const isKnown = cluster.pod(pod.key)?.uid === pod.uid;
    const isWaiting = holder === undefined && outcome.type !== 'gone';
    if (!isWaiting) queue.delete(pod.key, pod.uid);
    this.#options.cycle().bindingFailed(pod.key, message);
    if (isWaiting) {
      events.failedScheduling(pod.pod, message);
      conditions.unscheduled(pod.pod, { reason: 'SchedulerError', message });
    } else if (holder !== undefined && isKnown) {
      cluster.setPod(onNode(pod.pod, holder));
    }
    // others may have been refused because of what was held for this pod
    this.#options.notify({ kind: 'AssignedPod', before: onNode(pod.pod, node) });
  }
}

function onNode(pod: Pod, nodeName: string): Pod {
  return { ...pod, spec: { ...pod.spec!, nodeName } };
}
