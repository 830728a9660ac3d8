// Whether decisions fail for want of memory, and for how long: a process that stays short of it had better begin anew.
import type { Outcome } from '../cycle/outcome.ts';
import { OutOfMemoryError } from '../state/columns/arena.ts';
import type { Check } from '../control/types.ts';

/** Pods that are tried again may find what they need for so long, in milliseconds. */
const LASTING_MS = 30_000;
/** When nothing was tried for so long, nothing is known of now. */
const OUTDATED_MS = 60_000;

export class MemoryCheck {
  /** When the first and the last decision failed since one did not, in milliseconds. */
  #first?: number;
  #last = 0;
  #message = '';

  /** Takes what became of a batch, at `now`. */
  decided({ fault }: Outcome, now: number): void {
    if (fault instanceof OutOfMemoryError) {
      this.#first ??= now;
      this.#last = now;
      this.#message = fault.message;
    } else if (fault === undefined) {
      this.#first = undefined;
    }
  }

  /** Fails when all decisions have failed for long, up to now. */
  at(now: number): Check {
    const isLasting =
      this.#first !== undefined && this.#last - this.#first >= LASTING_MS && now - this.#last < OUTDATED_MS;
    return { name: 'memory', failure: isLasting ? this.#message : undefined };
  }
}
