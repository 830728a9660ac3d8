// Has the victims of preemptions leave: each is told why in its status, then deleted, and an event says for whom.
import type { Right } from '../model/right.ts';
import { schedulerNameOf } from '../model/types.ts';
import type { PodRecord } from '../state/pod-record.ts';
import type { SchedulingCycle } from '../cycle/cycle.ts';
import { within, type Clock } from '../kube/clock.ts';
import type { EventRecorder } from '../kube/events.ts';
import { Limiter } from '../kube/limiter.ts';
import { apiTime } from '../kube/pod-condition.ts';
import { lookUpPod, podPath, type PodReference } from '../kube/pod-lookup.ts';
import type { Reply } from '../kube/reply.ts';
import type { Transport } from '../kube/transport.ts';
import type { Preempting, Preemptor } from '../cycle/preemption/preemptor.ts';
import type { LogSummary } from './log-summary.ts';

/** What the victims are told is written as the conditions of pods are. */
export const EVICTION_RIGHT: Right = { group: '', resource: 'pods', verbs: ['delete'] };

export interface EvictionsOptions {
  transport: Transport;
  clock: Clock;
  /** The cycle whose preemptions these are. */
  cycle: () => SchedulingCycle;
  events: EventRecorder;
  logSummary: LogSummary;
  /** Whether no pod makes way for another now. */
  isOff: () => boolean;
  /** Told when a pod waits for its victims, or is to be tried again. */
  onEnd: () => void;
}

/** Small beside the bindings' concurrency. */
const CONCURRENCY = 16;

export class Evictions implements Preemptor {
  readonly #options: EvictionsOptions;
  readonly #limiter = new Limiter(() => CONCURRENCY);
  readonly #sent = new Set<Promise<void>>();
  #stopped = false;

  constructor(options: EvictionsOptions) {
    this.#options = options;
  }

  get isOff(): boolean {
    return this.#options.isOff();
  }

  /** The pod stays in flight until its victims are told to leave, so that it misses none that goes. */
  preempt(preempting: Preempting): false {
    const sent = this.#evictAll(preempting);
    this.#sent.add(sent);
    void sent.then(() => this.#sent.delete(sent));
    return false;
  }

  /** Waits for what was sent, so long at the most; what was not is given up. */
  async stop(mostMs: number): Promise<void> {
    this.#stopped = true;
    await within(mostMs, Promise.all(this.#sent), this.#options.clock);
  }

  async #evictAll(preempting: Preempting): Promise<void> {
    const { cycle, logSummary, onEnd } = this.#options;
    const { key } = preempting.pod;
    // those that are leaving already need not be told
    const victims = preempting.outcomes[0]!.victims.filter(({ terminating }) => !terminating);
    const ends = await Promise.allSettled(victims.map((victim) => this.#evictInTurn(victim, preempting)));
    if (this.#stopped) return;
    const failed = ends.find((end) => end.status === 'rejected');
    const message = failed && (failed.reason as Error).message;
    if (message !== undefined) logSummary.failure('an eviction failed', { pod: key, error: message });
    cycle().preempted(key, message);
    onEnd();
  }

  #evictInTurn(victim: PodRecord, preempting: Preempting): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#limiter.add(async () => {
        if (this.#stopped) reject(new Error('the scheduler is stopping'));
        else await this.#evict(victim, preempting).then(resolve, reject);
      });
    });
  }

  async #evict(victim: PodRecord, { pod, outcomes }: Preempting): Promise<void> {
    const { transport, clock, events } = this.#options;
    const { namespace, uid = '' } = victim;
    const name = victim.key.slice(namespace.length + 1);
    const reference = { namespace, name, uid };
    const path = podPath(reference);
    const scheduler = schedulerNameOf(pod.pod);
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: `${scheduler}: preempting to accommodate a higher priority pod`,
      lastTransitionTime: apiTime(clock.now()),
    };
    // the uid keeps all of this from a pod that took the victim's name
    const told = await transport.request(
      'PATCH',
      `${path}/status`,
      { metadata: { uid }, status: { conditions: [condition] } },
      { contentType: 'application/strategic-merge-patch+json' },
    );
    if (await this.#isGone(reference, told, `PATCH ${path}/status`)) return;
    const deleted = await transport.request('DELETE', path, {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid },
    });
    if (await this.#isGone(reference, deleted, `DELETE ${path}`)) return;
    events.preempted(reference, pod.pod, outcomes[0]!.node);
  }

  /** Whether the write was refused because the pod is no longer there. Throws what was answered when it still is. */
  async #isGone(victim: PodReference, reply: Reply, what: string): Promise<boolean> {
    if (reply.isDone) return false;
    const found = await lookUpPod(this.#options.transport, victim);
    if (found.type === 'gone') return true;
    throw new Error(`${what}: ${reply.status}: ${reply.message}`);
  }
}
