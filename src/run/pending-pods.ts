// Pods that wait, as they are kept: a deployment's thousand replicas hold one spec.
import type { Pod } from '../api/types.ts';

type PodSpec = Pod['spec'];

/** Specs that are remembered; with more, those of one pod each are the rule, and remembering them is of no use. */
const SPECS_MAX = 1024;

export class PendingPods {
  readonly #specs = new Map<string, PodSpec>();

  /** The pod in as few objects as it can be: without the fields that only writers read, its spec that of its equals. */
  kept(pod: Pod): Pod {
    const { metadata, spec, ...rest } = pod;
    const { managedFields: _, ...kept } = metadata ?? {};
    return { ...rest, metadata: kept, spec: this.#shared(spec) };
  }

  #shared(spec: PodSpec): PodSpec {
    const text = JSON.stringify(spec);
    const known = this.#specs.get(text);
    if (known !== undefined) return known;
    if (this.#specs.size === SPECS_MAX) this.#specs.clear();
    this.#specs.set(text, spec);
    return spec;
  }
}
