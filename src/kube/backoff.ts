// Time, as the I/O of src/kube sees it, and how long to wait before trying again.
import { setTimeout as delay } from 'node:timers/promises';

/** The time, replaceable in tests. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: Date.now,
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, signal && { signal });
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  },
};

/** Resolves when the work has ended, or after `ms` milliseconds: nobody waits longer for it. */
export async function within(ms: number, work: Promise<unknown>, clock = systemClock): Promise<void> {
  const ended = new AbortController();
  await Promise.race([work, clock.sleep(ms, ended.signal)]);
  ended.abort();
}

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
    const now = this.#clock.now();
    if (resetMs !== undefined && now - this.#last > resetMs) this.#next = initialMs;
    this.#last = now;
    const delayMs = this.#next;
    this.#next = Math.min(delayMs * 2, maxMs);
    return delayMs * (1 + this.#random());
  }
}
