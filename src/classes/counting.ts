// Which of a class's counters have to do with which pods.
import type { PodKind, PodKinds } from '../cluster/pod-kinds.ts';
import type { Counter, Packed } from '../constraints/constraint.ts';

export class Counting {
  readonly #counters: Counter[] = [];

  constructor(packed: ReadonlyMap<string, Packed>) {
    for (const { counters } of packed.values()) if (counters !== undefined) this.#counters.push(...counters);
  }

  /** Counts all pods that have a node. */
  countAll(kinds: PodKinds): void {
    for (const counter of this.#counters) {
      for (const kind of counter.among(kinds)) {
        if (!counter.counts(kind)) continue;
        for (const [row, pods] of kind.rows) counter.add(kind, row, pods);
      }
    }
  }

  /** Counts pods that are only supposed to come or to leave; the caller undoes it. */
  suppose(kind: PodKind, row: number, by: 1 | -1): void {
    for (const counter of this.#counters) {
      if (!counter.counts(kind)) continue;
      if (counter.suppose === undefined) counter.add(kind, row, by);
      else counter.suppose(kind, row, by);
    }
  }

  /** Counts `by` pods of the kind in the row. Returns whether the class has to do with them. */
  count(kind: PodKind, row: number, by: number): boolean {
    let counted = false;
    for (const counter of this.#counters) {
      if (!counter.counts(kind)) continue;
      counter.add(kind, row, by);
      counted = true;
    }
    return counted;
  }
}
