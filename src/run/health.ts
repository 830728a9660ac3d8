// Whether the process should go on living.
import type { Check } from '../control/types.ts';
import type { Outcome } from '../cycle/outcome.ts';
import { MemoryCheck } from './memory-check.ts';

/** How long pods may wait to be decided while nothing is, in milliseconds: a slice of a decision takes some of them. */
const STALLED_MS = 60_000;

export class Health {
  /** Why the scheduling loop has ended. */
  failure?: string;
  readonly #memory = new MemoryCheck();
  /** Counts what goes on: batches that were decided, and cycles. */
  #progress = 0;
  /** What it was when somebody asked first while there was work, and when that was. */
  #asked?: { progress: number; at: number };

  wentOn(): void {
    this.#progress++;
  }

  /** Takes what became of a batch, at `now`. */
  decided(outcome: Outcome, now: number): void {
    this.wentOn();
    this.#memory.decided(outcome, now);
  }

  /** `hasWork` says whether something could be decided now, or is being. */
  checks(hasWork: boolean, now: number): Check[] {
    const loop = { name: 'loop', failure: this.failure };
    return [loop, { name: 'cycles', failure: this.#stalled(hasWork, now) }, this.#memory.at(now)];
  }

  #stalled(hasWork: boolean, now: number): string | undefined {
    if (!hasWork) this.#asked = undefined;
    else if (this.#asked?.progress !== this.#progress) this.#asked = { progress: this.#progress, at: now };
    if (this.#asked === undefined || now - this.#asked.at < STALLED_MS) return undefined;
    return `pods wait, and nothing was decided for ${Math.floor((now - this.#asked.at) / 1000)} s`;
  }
}
