// A scheduler's life, from its first list to its last answer, and when in it the lease is held.
import { once } from 'node:events';
import type { LeaderElection } from '../kube/leader-election.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * Schedules until the signal aborts, and where there is a lease only while that is held. Rejects, when everything has
 * ended, with the reason for which the lease was lost.
 */
export async function serve(
  scheduler: Scheduler,
  lease: LeaderElection | undefined,
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
