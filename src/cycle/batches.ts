// Batches: pods of one class that are taken together, formed in the queue's order.
import type { QueuedPod } from '../queue/types.ts';
import type { Classified, EquivalenceClass } from '../classes/class-index.ts';
import type { PodShape } from '../state/pod-shape.ts';
import type { Refusal } from '../determination/refusal.ts';

/** Pods of one class that are taken together. */
export interface Batch {
  class: EquivalenceClass;
  pods: QueuedPod[];
  /** The only pod of the batch waits for the node that others were to leave for it. */
  isNominated: boolean;
}

/** Takes out of the batch those that are gone, or were bound by somebody else, meanwhile. Returns how many pods that are. */
export function takeOutThoseThatLeft(batch: Batch): number {
  const { pods } = batch;
  if (!pods.some(hasLeft)) return 0;
  batch.pods = pods.filter((pod) => !hasLeft(pod));
  return pods.length - batch.pods.length;
}

function hasLeft(pod: QueuedPod): boolean {
  return pod.hasLeft === true;
}

/** Whether objects that tell pods apart have changed since the batch was formed, so that one of its pods is of another class. */
export function isOutdated(
  { pods, class: formed }: Batch,
  lookUp: (pod: QueuedPod) => Classified | undefined,
): boolean {
  return pods.some((pod) => {
    const { objectsVersion } = pod.classified as Classified;
    return objectsVersion !== undefined && lookUp(pod)?.class !== formed;
  });
}

/** What the pod is to its node and to others, as its class was looked up. */
export function shapeOf({ classified }: QueuedPod): PodShape {
  return (classified as Classified).shape;
}

export class Batches {
  /** By class, then by priority. */
  readonly #grouped = new Map<EquivalenceClass, Map<number, Batch>>();
  #last?: Batch;

  /** Adds a pod to a batch of its class, and returns the batch if it is a new one. */
  add(pod: QueuedPod, equivalenceClass: EquivalenceClass, isNominated: boolean): Batch | undefined {
    const { order } = equivalenceClass.context.profile.args.EquivalenceClasses;
    const isGrouped = order === 'grouped' && !isNominated;
    const open = isGrouped ? this.#grouped.get(equivalenceClass)?.get(pod.priority) : this.#last;
    if (open !== undefined && open.class === equivalenceClass && !open.isNominated && !isNominated) {
      open.pods.push(pod);
      return undefined;
    }
    const batch: Batch = { class: equivalenceClass, pods: [pod], isNominated };
    this.#last = batch;
    if (isGrouped) {
      const byPriority = this.#grouped.get(equivalenceClass) ?? new Map<number, Batch>();
      this.#grouped.set(equivalenceClass, byPriority.set(pod.priority, batch));
    }
    return batch;
  }

  /** Something else comes between: the pods after it are not taken with those before it, but for groups of a class. */
  interrupt(): void {
    this.#last = undefined;
  }
}

/** Why the batch's pods wait when they ask for what is not built. */
export function unsupportedBy({ pods, class: { context } }: Batch): Refusal | undefined {
  const unsupported = context.profile.registry.unsupportedIn(pods[0]!.pod, context);
  if (unsupported === undefined) return undefined;
  const message = `${unsupported.plugin} is not supported: the pod asks for ${unsupported.what}.`;
  return { message, plugins: [unsupported.plugin] };
}
