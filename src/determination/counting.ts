// Which of a class's counters have to do with which pods.
import type { Effort } from '../kernel/program/effort.ts';
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

  /** Counts `by` pods of the bucket in the row. Returns whether the class has to do with them. */
  count(bucket: PodBucket, row: number, by: number): boolean {
    let counted = false;
    for (const counter of this.#counters) {
      if (!counter.counts(bucket)) continue;
      counter.add(bucket, row, by);
      counted = true;
    }
    return counted;
  }
}
