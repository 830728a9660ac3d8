// What becomes of pods that could not be decided: they are tried again, and what they were given is free.
import { EffortError } from '../kernel/program/effort.ts';
import type { QueuedPod } from '../queue/types.ts';
import type { Cluster } from '../state/cluster.ts';
import type { Outcome } from './outcome.ts';
import type { PodQueue } from './ports.ts';

interface Surroundings {
  cluster: Cluster;
  queue: Pick<PodQueue, 'requeue'>;
}

/** After an error: pods whose binding has not begun are tried again, and what they were given is free. */
export function giveBackUndecided(
  outcome: Outcome,
  undecided: Set<QueuedPod>,
  failure: Error,
  { cluster, queue }: Surroundings,
): void {
  const { placed, waiting, preempting, failed } = outcome;
  for (const pod of [...waiting, ...outcome.asked]) undecided.delete(pod);
  for (const { pod } of [...preempting, ...failed]) undecided.delete(pod);
  if (undecided.size === 0) return;
  for (const { pod, reservations } of placed) {
    if (undecided.has(pod)) for (const reservation of reservations) reservation.release();
  }
  outcome.placed = placed.filter(({ pod }) => !undecided.has(pod));
  const { message: reason } = failure;
  const message = failure instanceof EffortError ? reason : `scheduling failed: ${reason}`;
  for (const pod of undecided) {
    cluster.removePod(pod.key, pod.uid);
    tryLater(outcome, pod, message, queue);
  }
}

/** Gives a pod back to the queue. What it has left behind may tell it from its template by then. */
export function tryLater(
  outcome: Outcome,
  pod: QueuedPod,
  message: string,
  queue: Surroundings['queue'],
): void {
  pod.classified = undefined;
  queue.requeue(pod, message);
  outcome.failed.push({ pod, message });
}
