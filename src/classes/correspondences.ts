// The cache of the live correspondences: one for each class whose pods do not all have their outcomes yet.
import type { Pod } from '../api/types.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { EquivalenceClass } from './class-index.ts';
import { Correspondence } from './correspondence.ts';

interface Entry {
  correspondence: Correspondence;
  /** Pods of the class whose outcome is still open. */
  open: number;
}

export class Correspondences {
  /** Full passes over the nodes so far. */
  passes = 0;
  readonly #kernel: Kernel;
  readonly #withDetail: boolean;
  readonly #entries = new Map<string, Entry>();

  constructor(kernel: Kernel, withDetail: boolean) {
    this.#kernel = kernel;
    this.#withDetail = withDetail;
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * The class's correspondence, brought up to date, or determined for `master` when there is none. It stays until
   * `settle` has been told of an outcome for each of the pods that were opened.
   */
  open(equivalenceClass: EquivalenceClass, master: Pod, pods: number): Correspondence {
    let entry = this.#entries.get(equivalenceClass.index);
    const before = entry?.correspondence.passes ?? 0;
    if (entry === undefined) {
      entry = {
        correspondence: new Correspondence(this.#kernel, equivalenceClass, master, this.#withDetail),
        open: 0,
      };
      this.#entries.set(equivalenceClass.index, entry);
    } else {
      entry.correspondence.bringUpToDate();
    }
    entry.open += pods;
    this.passes += entry.correspondence.passes - before;
    return entry.correspondence;
  }

  /** Determines the nodes of a class anew, for pods that found none among the candidates that were kept. */
  determineAgain(correspondence: Correspondence): void {
    correspondence.determineAgain();
    this.passes++;
  }

  /** Some pods of the class have their outcomes. After the last one the correspondence is deleted. */
  settle(equivalenceClass: EquivalenceClass, pods: number): void {
    const entry = this.#entries.get(equivalenceClass.index);
    if (entry === undefined) return;
    entry.open -= pods;
    if (entry.open > 0) return;
    this.#entries.delete(equivalenceClass.index);
    entry.correspondence.dispose();
  }

  /** The live correspondences and the pods that they wait for. */
  *list(): Iterable<{ correspondence: Correspondence; open: number }> {
    yield* this.#entries.values();
  }
}
