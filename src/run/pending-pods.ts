// Pods that wait, as they are kept: a deployment's thousand replicas hold one spec, and of the rest what they have in common.
import type { Pod } from '../api/types.ts';

/** Parts that are remembered; with more, those of one pod each are the rule, and remembering them is of no use. */
const PARTS_MAX = 1024;

export class PendingPods {
  readonly #parts = new Map<string, unknown>();

  /** The pod without what only its writers read, with the parts that it has in common with others. */
  kept(pod: Pod): Pod {
    const { metadata } = pod;
    return {
      ...pod,
      metadata: {
        ...metadata,
        managedFields: undefined,
        labels: this.#shared(metadata?.labels),
        annotations: this.#shared(metadata?.annotations),
        ownerReferences: this.#shared(metadata?.ownerReferences),
      },
      spec: this.#shared(pod.spec),
      status: this.#shared(pod.status),
    };
  }

  #shared<T>(part: T): T {
    if (part === undefined) return part;
    const text = JSON.stringify(part);
    const known = this.#parts.get(text);
    if (known !== undefined) return known as T;
    if (this.#parts.size === PARTS_MAX) this.#parts.clear();
    this.#parts.set(text, part);
    return part;
  }
}
