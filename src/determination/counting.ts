// Which of a class's counters have to do with which pods.
import type { Effort } from '../kernel/program/effort.ts';
import type { JournalEntry } from '../state/journal.ts';
import type { PodBucket, PodBuckets } from '../state/pod-buckets.ts';
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
  countAll(buckets: PodBuckets, effort: Effort): void {
    for (const counter of this.#counters) {
      for (const bucket of counter.among(buckets)) {
        effort.spend(STEPS_A_TERM * counter.terms);
        if (!counter.counts(bucket)) continue;
        effort.spend(STEPS_A_COUNT * bucket.rows.size);
        for (const [row, pods] of bucket.rows) counter.add(bucket, row, pods);
      }
    }
  }

  /** Counts pods that are only supposed to come or to leave; the caller undoes it. */
  suppose(bucket: PodBucket, row: number, by: 1 | -1): void {
    for (const counter of this.#counters) {
      if (!counter.counts(bucket)) continue;
      if (counter.suppose === undefined) counter.add(bucket, row, by);
      else counter.suppose(bucket, row, by);
    }
  }

  /** Counts the pods that came and went. Returns whether the class has to do with any of them. */
  countChanges(entries: readonly JournalEntry[], buckets: PodBuckets): boolean {
    let counted = false;
    const concerned = new Map<PodBucket, readonly Counter[]>();
    for (const { row, bucket: id, by } of entries) {
      if (by === 0) continue;
      const bucket = buckets.get(id);
      let counters = concerned.get(bucket);
      // the terms are gone through once for all pods of a bucket
      if (counters === undefined)
        concerned.set(bucket, (counters = this.#counters.filter((counter) => counter.counts(bucket))));
      for (const counter of counters) counter.add(bucket, row, by);
      if (counters.length > 0) counted = true;
    }
    return counted;
  }
}
