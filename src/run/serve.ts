// A scheduler's life, from its first list to its last answer, and when in it the lease is held.
import { once } from 'node:events';
import type { Scheduler } from './scheduler.ts';

/** What says when a scheduler may decide, while it renews it. */
export interface Tenure {
  /** Resolves when the signal aborts; rejects with the reason when it is lost. */
  run(signal: AbortSignal): Promise<void>;
  /** Gives it up. */
  release(): Promise<void>;
}

/**
 * Schedules until the signal aborts, and where there is a lease only while that is held. Rejects, when everything has
 * ended, with the reason for which the lease was lost.
 */
export async function serve(
  scheduler: Scheduler,
  lease: Tenure | undefined,
  ending: AbortSignal,
): Promise<void> {
  const told = once(ending, 'abort');
  try {
    // the first lists come late, or never, where the server refuses them
    await Promise.race([scheduler.start(), told]);
    // who does not know the cluster yet is no leader
    await Promise.race([told, ...(lease === undefined ? [] : [lease.run(ending)])]);
    await told;
  } finally {
    await scheduler.stop();
    // only now may another one take its place at once
    await lease?.release();
  }
}
