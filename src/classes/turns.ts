// Turns: pods of one class that are taken together, formed in the queue's order.
import type { QueuedPod } from '../queue/types.ts';
import type { EquivalenceClass } from './class-index.ts';
import type { Refusal } from './turn-outcome.ts';

/** Pods of one class that are taken together. */
export interface Turn {
  class: EquivalenceClass;
  pods: QueuedPod[];
  /** The only pod of the turn waits for the node that others were to leave for it. */
  isNominated: boolean;
}

export class Turns {
  /** By class, then by priority. */
  readonly #grouped = new Map<EquivalenceClass, Map<number, Turn>>();
  #last?: Turn;

  /** Adds a pod to a turn of its class, and returns the turn if it is a new one. */
  add(pod: QueuedPod, equivalenceClass: EquivalenceClass, isNominated: boolean): Turn | undefined {
    const { order } = equivalenceClass.context.profile.args.EquivalenceClasses;
    const isGrouped = order === 'grouped' && !isNominated;
    const open = isGrouped ? this.#grouped.get(equivalenceClass)?.get(pod.priority) : this.#last;
    if (open !== undefined && open.class === equivalenceClass && !open.isNominated && !isNominated) {
      open.pods.push(pod);
      return undefined;
    }
    const turn: Turn = { class: equivalenceClass, pods: [pod], isNominated };
    this.#last = turn;
    if (isGrouped) {
      const byPriority = this.#grouped.get(equivalenceClass) ?? new Map<number, Turn>();
      this.#grouped.set(equivalenceClass, byPriority.set(pod.priority, turn));
    }
    return turn;
  }

  /** Something else comes between: the pods after it are not taken with those before it, but for groups of a class. */
  interrupt(): void {
    this.#last = undefined;
  }
}

/** Why the turn's pods wait when they ask for what is not built. */
export function unbuiltIn({ pods, class: { context } }: Turn): Refusal | undefined {
  const unbuilt = context.profile.registry.unbuiltOf(pods[0]!.pod, context);
  if (unbuilt === undefined) return undefined;
  const message = `${unbuilt.plugin} is not supported yet: the pod asks for ${unbuilt.what}.`;
  return { message, plugins: [unbuilt.plugin] };
}
