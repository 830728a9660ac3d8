// Pods that wait, as they are kept: a deployment's thousand replicas hold one spec, and of the rest what they have in common.
import { TextCache } from '../api/text-cache.ts';
import type { Pod } from '../api/types.ts';

type Metadata = NonNullable<Pod['metadata']>;

export class PendingPods {
  readonly #specs = new Parts<Pod['spec']>();
  readonly #statuses = new Parts<Pod['status']>();
  readonly #labels = new Parts<Metadata['labels']>();
  readonly #annotations = new Parts<Metadata['annotations']>();
  readonly #owners = new Parts<Metadata['ownerReferences']>();

  /** The pod without what only its writers read, with the parts that it has in common with others. */
  kept(pod: Pod): Pod {
    const { metadata } = pod;
    return {
      ...pod,
      metadata: {
        ...metadata,
        managedFields: undefined,
        labels: this.#labels.shared(metadata?.labels),
        annotations: this.#annotations.shared(metadata?.annotations),
        ownerReferences: this.#owners.shared(metadata?.ownerReferences),
      },
      spec: this.#specs.shared(pod.spec),
      status: this.#statuses.shared(pod.status),
    };
  }
}

/** Those that are remembered; with more, those of one pod each are the rule, and remembering them is of no use. */
const REMEMBERED = { entries: 1024, characters: 2 ** 20 };

/** The parts of one kind: labels that differ from pod to pod must not drive out the spec that these pods share. */
class Parts<T> {
  readonly #known = new TextCache<T>(REMEMBERED);

  shared(part: T): T {
    if (part === undefined) return part;
    const text = JSON.stringify(part);
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    this.#known.set(text, part);
    return part;
  }
}
