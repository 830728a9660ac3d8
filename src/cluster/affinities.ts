// The affinities that pods have or had. While there are none, no pod's labels matter to another.
import type { Labels } from '../api/labels.ts';
import type { PodAffinityTerms } from './pod-affinity.ts';
import { SelectorIndex } from './selector-index.ts';

export class Affinities {
  readonly #byText = new Map<string, PodAffinityTerms>();
  readonly #byTerm = new SelectorIndex<PodAffinityTerms>();

  get size(): number {
    return this.#byText.size;
  }

  /** Returns whether it was not known. */
  learn(affinity: PodAffinityTerms): boolean {
    if (this.#byText.has(affinity.text)) return false;
    this.#byText.set(affinity.text, affinity);
    const { required, antiRequired, preferred } = affinity;
    for (const { selector } of [...required, ...antiRequired, ...preferred])
      this.#byTerm.add(selector, affinity);
    return true;
  }

  /** Those with a term that may match a pod of these labels. */
  near(labels: Labels | undefined): Set<PodAffinityTerms> {
    return new Set(this.#byTerm.near(labels));
  }
}
