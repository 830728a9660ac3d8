// Pods that wait, as they are kept: a deployment's thousand replicas hold one spec, and of the rest what they have in common.
import { equal } from '../model/equal.ts';
import { TextCache } from '../model/text-cache.ts';
import type { Pod } from '../model/types.ts';

type Metadata = NonNullable<Pod['metadata']>;

export class PendingPods {
  readonly #specs = new Parts<Pod['spec']>();
  readonly #statuses = new Parts<Pod['status']>();
  readonly #labels = new Parts<Metadata['labels']>();
  readonly #annotations = new Parts<Metadata['annotations']>();
  readonly #owners = new Parts<Metadata['ownerReferences']>();

  /**
   * The pod without what only its writers read, with the parts that it has in common with others: with the same pod as it
   * was kept `before`, and with pods of its template.
   */
  kept(pod: Pod, before?: Pod): Pod {
    const { metadata } = pod;
    const old = before?.metadata;
    return {
      ...pod,
      metadata: {
        ...metadata,
        managedFields: undefined,
        labels: this.#labels.shared(metadata?.labels, old?.labels),
        annotations: this.#annotations.shared(metadata?.annotations, old?.annotations),
        ownerReferences: this.#owners.shared(metadata?.ownerReferences, old?.ownerReferences),
      },
      spec: this.#specs.shared(pod.spec, before?.spec),
      status: this.#statuses.shared(pod.status, before?.status),
    };
  }
}

/** Those that are remembered; with more, those of one pod each are the rule, and remembering them is of no use. */
const REMEMBERED = { entries: 1024, characters: 2 ** 20 };

/** The parts of one kind: labels that differ from pod to pod must not drive out the spec that these pods share. */
class Parts<T> {
  readonly #known = new TextCache<T>(REMEMBERED);

  shared(part: T, before: T | undefined): T {
    if (part === undefined) return part;
    if (before !== undefined && equal(before, part)) return before;
    const text = JSON.stringify(part);
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    this.#known.set(text, part);
    return part;
  }
}
