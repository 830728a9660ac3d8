// The pods that others make way for: from the attempt until their victims are told to leave.
import type { EquivalenceClass } from '../../classes/class-index.ts';
import type { Correspondence } from '../../determination/correspondence.ts';
import type { Refusal } from '../../determination/refusal.ts';
import type { Pod } from '../../model/types.ts';
import type { QueuedPod } from '../../queue/types.ts';
import type { Cluster } from '../../state/cluster.ts';
import type { Outcome } from '../outcome.ts';
import { Preemption, type Attempt } from './preemption.ts';
import type { Preempting, Preemptor } from './preemptor.ts';
import type { Candidate } from './victims.ts';

interface Awaited {
  preempting: Preempting;
  class: EquivalenceClass;
}

export class Preemptions {
  readonly #cluster: Cluster;
  readonly #preemptor: Preemptor | undefined;
  readonly #ofClass = new WeakMap<Correspondence, Preemption>();
  /** By the pod's key. */
  readonly #awaited = new Map<string, Awaited>();

  /** Without a preemptor no pod makes way for another. */
  constructor(cluster: Cluster, preemptor: Preemptor | undefined) {
    this.#cluster = cluster;
    this.#preemptor = preemptor;
  }

  /** Looks for pods that could make way; undefined where none is asked to. */
  attempt(correspondence: Correspondence, pod: Pod, { isError }: Refusal): Attempt | undefined {
    if (this.#preemptor === undefined || this.#preemptor.isOff || isError) return undefined;
    // what was found out for the pods before still holds for this one, but for what has changed
    let preemption = this.#ofClass.get(correspondence);
    if (preemption === undefined)
      this.#ofClass.set(correspondence, (preemption = new Preemption(correspondence)));
    return preemption.isPossible ? preemption.attempt(pod) : undefined;
  }

  /** Has the chosen victims leave. Returns whether they have left already; else `told` says when they are told to. */
  makeWay(outcome: Outcome, pod: QueuedPod, outcomes: Candidate[], refusal: Refusal): boolean {
    const { node } = outcomes[0]!;
    const preempting: Preempting = { pod, outcomes, unseated: [], refusal };
    for (const other of [...this.#cluster.nominations.on(node)]) {
      if (other.priority >= pod.priority) continue;
      this.#cluster.withdrawNomination(other.key);
      preempting.unseated.push(other);
    }
    this.#cluster.nominate(pod.pod, node);
    outcome.preempting.push(preempting);
    if (this.#preemptor!.preempt(preempting)) return true;
    this.#awaited.set(pod.key, { preempting, class: outcome.batch.class });
    return false;
  }

  /** The victims of the pod are told to leave, or could not be. Returns what was decided; undefined when nothing was. */
  told(key: string): Awaited | undefined {
    const found = this.#awaited.get(key);
    this.#awaited.delete(key);
    return found;
  }
}
