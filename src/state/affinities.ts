// The affinities that pods have. While there are none, no pod's labels matter to another.
import type { Labels } from '../model/labels.ts';
import type { PodAffinityTerms } from './pod-affinity.ts';
import { SelectorIndex } from './selector-index.ts';

interface Known {
  affinity: PodAffinityTerms;
  /** Pods that have it. */
  pods: number;
}

/** So many affinities without a pod may stay, however few have one: a pod that comes again finds its own. */
const UNUSED_LIMIT = 64;

export class Affinities {
  /** Counts the times that one came which was not known. */
  version = 0;
  readonly #byText = new Map<string, Known>();
  readonly #byTerm = new SelectorIndex<PodAffinityTerms>();
  #unused = 0;

  /** Those that are known, with some that no pod has any longer. */
  get size(): number {
    return this.#byText.size;
  }

  /** A pod has the affinity from now on. Returns whether it was not known. */
  retain(affinity: PodAffinityTerms): boolean {
    const known = this.#byText.get(affinity.text);
    if (known !== undefined) {
      if (known.pods++ === 0) this.#unused--;
      return false;
    }
    this.#byText.set(affinity.text, { affinity, pods: 1 });
    this.version++;
    for (const selector of selectorsOf(affinity)) this.#byTerm.add(selector, affinity);
    return true;
  }

  /** A pod has it no longer. */
  release({ text }: PodAffinityTerms): void {
    const known = this.#byText.get(text)!;
    known.pods--;
    if (known.pods === 0) this.#unused++;
  }

  /** Forgets those that no pod has, if they outnumber the others. Returns whether none is left. */
  sweep(mayKeep = true): boolean {
    const most = mayKeep ? Math.max(UNUSED_LIMIT, this.#byText.size - this.#unused) : 0;
    if (this.#unused <= most) return false;
    for (const [text, { affinity, pods }] of this.#byText) {
      if (pods > 0) continue;
      this.#byText.delete(text);
      for (const selector of selectorsOf(affinity)) this.#byTerm.delete(selector, affinity);
    }
    this.#unused = 0;
    return this.#byText.size === 0;
  }

  /** Those with a term that may match a pod of these labels. */
  mayMatch(labels: Labels | undefined): Set<PodAffinityTerms> {
    return new Set(this.#byTerm.mayMatch(labels));
  }
}

function selectorsOf({ required, antiRequired, preferred }: PodAffinityTerms) {
  return [...required, ...antiRequired, ...preferred].map(({ selector }) => selector);
}
