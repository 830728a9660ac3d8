// The pods that may fit now, and were tried so lately that they wait for their time all the same.
import type { Entry } from './entry.ts';
import { Heap } from './heap.ts';

/**
 * When nothing else waits, those go before their time that only a verdict has sent here and an event has woken, as
 * kube-scheduler's do; those whose last attempt ended with an error do not, nor those of which nobody has asked whether the
 * event helps.
 */
export class Backoff {
  readonly #patient = new Heap<Entry>(isBefore);
  readonly #early = new Heap<Entry>(isBefore);

  get size(): number {
    return this.#patient.size + this.#early.size;
  }

  push(entry: Entry, isAsked: boolean): void {
    entry.mayGoEarly = isAsked && entry.consecutiveErrors === 0;
    this.#heapOf(entry).push(entry);
  }

  remove(entry: Entry): void {
    this.#heapOf(entry).remove(entry);
  }

  /** Whether one may be taken before its time. */
  get hasEarly(): boolean {
    return this.#early.size > 0;
  }

  /** When the time of the first one comes; Infinity when there is none. */
  get nextEnd(): number {
    return Math.min(...[this.#patient, this.#early].map((heap) => heap.peek()?.backoffUntil ?? Infinity));
  }

  /** Takes one whose time has come. */
  popEnded(now: number): Entry | undefined {
    for (const heap of [this.#patient, this.#early]) {
      if ((heap.peek()?.backoffUntil ?? Infinity) <= now) return heap.pop();
    }
    return undefined;
  }

  /** Takes one before its time, if one may. */
  popEarly(): Entry | undefined {
    return this.#early.pop();
  }

  #heapOf({ mayGoEarly }: Entry): Heap<Entry> {
    return mayGoEarly ? this.#early : this.#patient;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return (a.backoffUntil - b.backoffUntil || a.sequence - b.sequence) < 0;
}
