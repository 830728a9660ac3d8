// Which of a class's counters have to do with which pods.
import type { Effort } from '../kernel/program/effort.ts';
import type { PodKind, PodKinds } from '../state/pod-kinds.ts';
import type { Counter, Packed } from '../plugins/plugin.ts';

const STEPS_A_TERM = 10;
const STEPS_A_COUNT = 5;

export class Counting {
  /** The terms that each pod is asked for that came or went. */
  readonly terms: number = 0;
  readonly #counters: Counter[] = [];

  constructor(packed: ReadonlyMap<string, Packed>) {
    for (const { counters } of packed.values())
      for (const counter of counters ?? []) {
        this.#counters.push(counter);
        this.terms += counter.terms;
      }
  }

  /** Counts all pods that have a node. Throws EffortError. */
  countAll(kinds: PodKinds, effort: Effort): void {
    for (const counter of this.#counters) {
      for (const kind of counter.among(kinds)) {
        effort.spend(STEPS_A_TERM * counter.terms);
        if (!counter.counts(kind)) continue;
        effort.spend(STEPS_A_COUNT * kind.rows.size);
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
