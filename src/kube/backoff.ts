// How long to wait before trying again.
import { systemClock, type Clock } from './clock.ts';

export interface BackoffOptions {
  initialMs: number;
  maxMs: number;
  /** A caller that did not have to wait for this long starts again from the initial delay. */
  resetMs?: number;
  clock?: Clock;
  random?: () => number;
}

/** Doubling delays with a random extra of up to the delay itself, so that clients do not return all at once. */
export class Backoff {
  readonly #options: BackoffOptions;
  readonly #clock: Clock;
  readonly #random: () => number;
  #next: number;
  #last = -Infinity;

  constructor(options: BackoffOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#next = options.initialMs;
  }

  /** The next delay in milliseconds: from initialMs to twice maxMs. */
  next(): number {
    const { initialMs, maxMs, resetMs } = this.#options;
    const now = this.#clock.monotonic();
    if (resetMs !== undefined && now - this.#last > resetMs) this.#next = initialMs;
    this.#last = now;
    const delayMs = this.#next;
    this.#next = Math.min(delayMs * 2, maxMs);
    return delayMs * (1 + this.#random());
  }
}
