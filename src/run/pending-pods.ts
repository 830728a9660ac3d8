// Pods that wait, as they are kept: a deployment's thousand replicas hold one spec.
import type { Pod } from '../api/types.ts';

type PodSpec = Pod['spec'];

/** Specs that are remembered; with more, those of one pod each are the rule, and remembering them is of no use. */
const SPECS_MAX = 1024;

export class PendingPods {
  readonly #specs = new Map<string, PodSpec>();

  /** The pod without what only its writers read, with the spec that it has in common with others. */
  kept(pod: Pod): Pod {
    return { ...pod, metadata: { ...pod.metadata, managedFields: undefined }, spec: this.#shared(pod.spec) };
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
