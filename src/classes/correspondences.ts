// The cache of the live correspondences: one for each class whose pods do not all have their outcomes yet.
import type { Pod } from '../api/types.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { EquivalenceClass } from './class-index.ts';
import { Correspondence, type Means } from './correspondence.ts';
import { Matches } from './match.ts';

interface Entry {
  /** Absent until the class has its first turn. */
  correspondence?: Correspondence;
  /** Pods of the class whose outcome is still open. */
  open: number;
}

export class Correspondences {
  /** Full passes over the nodes so far. */
  passes = 0;
  readonly #means: Means;
  readonly #entries = new Map<EquivalenceClass, Entry>();

  constructor(kernel: Kernel, withDetail: boolean) {
    this.#means = { kernel, matches: new Matches(kernel), withDetail };
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Pods of the class will have their turn: what is determined for the first of them stays until `settle` of them all. */
  expect(equivalenceClass: EquivalenceClass, pods: number): void {
    const entry = this.#entries.get(equivalenceClass);
    if (entry === undefined) this.#entries.set(equivalenceClass, { open: pods });
    else entry.open += pods;
  }

  /** The correspondence of a class that has pods to come, brought up to date, or determined for `master` when there is none. */
  open(equivalenceClass: EquivalenceClass, master: Pod): Correspondence {
    const entry = this.#entries.get(equivalenceClass)!;
    const before = entry.correspondence?.passes ?? 0;
    if (entry.correspondence === undefined) {
      entry.correspondence = new Correspondence(this.#means, equivalenceClass, master);
    } else {
      entry.correspondence.bringUpToDate(master);
    }
    this.passes += entry.correspondence.passes - before;
    return entry.correspondence;
  }

  /** Brings a correspondence that is open up to what others changed. */
  bringUpToDate(correspondence: Correspondence): void {
    const before = correspondence.passes;
    correspondence.bringUpToDate();
    this.passes += correspondence.passes - before;
  }

  /** Determines the nodes of a class anew, for pods that found none among the candidates that were kept. */
  determineAgain(correspondence: Correspondence, master: Pod): void {
    correspondence.determineAgain(master);
    this.passes++;
  }

  /** Some pods of the class have their outcomes. After the last one the correspondence is deleted. */
  settle(equivalenceClass: EquivalenceClass, pods: number): void {
    const entry = this.#entries.get(equivalenceClass);
    if (entry === undefined) return;
    entry.open -= pods;
    if (entry.open > 0) return;
    this.#entries.delete(equivalenceClass);
    entry.correspondence?.dispose();
  }

  /** The live correspondences and the pods that they wait for. */
  *list(): Iterable<{ correspondence: Correspondence; open: number }> {
    for (const { correspondence, open } of this.#entries.values()) {
      if (correspondence !== undefined) yield { correspondence, open };
    }
  }
}
