// Which of a class's counters have to do with which pods.
import type { PodKind, PodKinds } from '../cluster/pod-kinds.ts';
import type { Counter, Packed } from '../constraints/constraint.ts';

export class Counting {
  readonly #counters: readonly Counter[];
  readonly #byKind = new Map<PodKind, readonly Counter[]>();

  constructor(packed: ReadonlyMap<string, Packed>) {
    this.#counters = [...packed.values()].flatMap(({ counters }) => counters ?? []);
  }

  /** Counts all pods that have a node. */
  countAll(kinds: PodKinds): void {
    for (const counter of this.#counters) {
      for (const kind of kinds.in(counter.namespace)) {
        if (!counter.counts(kind)) continue;
        for (const [row, pods] of kind.rows) counter.add(kind, row, pods);
      }
    }
  }

  /** The counters that count pods of the kind. */
  of(kind: PodKind): readonly Counter[] {
    let counters = this.#byKind.get(kind);
    if (counters === undefined) {
      counters = this.#counters
        .filter(({ namespace }) => namespace === undefined || namespace === kind.namespace)
        .filter((counter) => counter.counts(kind));
      this.#byKind.set(kind, counters);
    }
    return counters;
  }
}
