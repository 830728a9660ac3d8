// Time, as the scheduler sees it. Only what speaks to sockets, files and terminals reads the machine's own.
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

export interface Clock {
  /** Milliseconds since 1970. They jump when the machine's date is set. */
  now(): number;
  /** Milliseconds of a time that only goes on: how long something took, and when it is due. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back after `ms` milliseconds. Returns how to prevent that. It keeps no process from its end. */
  after(ms: number, due: () => void): () => void;
  /** Resolves when what has arrived by now was read. */
  turn(): Promise<void>;
}

/** A timer that is set for longer ends at once. Whoever is woken early looks at the time again, or asks again. */
const LONGEST_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    try {
      await delay(Math.min(ms, LONGEST_MS), undefined, signal && { signal });
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  },
  after(ms, due) {
    const timer = setTimeout(due, Math.min(ms, LONGEST_MS)).unref();
    return () => clearTimeout(timer);
  },
  turn: () => nextTurn(),
};

/** A signal that aborts after `ms` milliseconds, unless it is cancelled before. */
export function deadlineAfter(clock: Clock, ms: number): { signal: AbortSignal; cancel: () => void } {
  const late = new AbortController();
  return { signal: late.signal, cancel: clock.after(ms, () => late.abort()) };
}

/** Resolves when the work has ended, or after `ms` milliseconds: nobody waits longer for it. */
export async function within(ms: number, work: Promise<unknown>, clock: Clock): Promise<void> {
  const ended = new AbortController();
  await Promise.race([work, clock.sleep(ms, ended.signal)]);
  ended.abort();
}
