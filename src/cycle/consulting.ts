// Has extenders asked about the pods of a batch before they are placed.
import type { ExtenderAnswer } from '../plugins/extender/answer.ts';
import type { ExtenderQueries } from './ports.ts';
import type { QueuedPod } from '../queue/types.ts';
import type { Correspondences } from '../determination/correspondences.ts';
import type { Outcome } from './outcome.ts';

export interface Consulting {
  extenders: ExtenderQueries;
  queue: { requeue(pod: QueuedPod, message: string): void };
  correspondences: Correspondences;
}

/**
 * Has extenders asked about the batch's pods, unless they were. Returns whether the batch can be taken. If not, the outcome
 * has the pods that are asked about, and those about which nothing could be learnt, which are tried again; the others go
 * back with the answers that they have.
 */
export function consult(outcome: Outcome, { extenders, queue, correspondences }: Consulting): boolean {
  const { batch, asked, failed } = outcome;
  const ready: { pod: QueuedPod; answer: ExtenderAnswer | undefined }[] = [];
  for (const pod of batch.pods) {
    const answer = extenders.answerTo(pod.pod);
    if (answer?.failure !== undefined) {
      failed.push({ pod, message: answer.failure });
      extenders.decided(pod);
      queue.requeue(pod, answer.failure);
      continue;
    }
    if (answer === undefined && extenders.concerns(pod.pod)) {
      asked.push(pod);
      extenders.ask(pod);
      continue;
    }
    ready.push({ pod, answer });
  }
  if (ready.length < batch.pods.length) {
    for (const { pod } of ready) extenders.giveBack(pod);
    return false;
  }
  for (const { pod, answer } of ready) {
    if (answer === undefined) continue;
    const correspondence = correspondences.open(batch.class, pod.pod);
    // nodes that have become free since were not asked about
    const late = correspondence.best(Infinity).filter(({ node }) => !answer.asked.has(node));
    for (const { node } of late) answer.refused.set(node, { isFinal: false });
    if (late.length > 0) correspondences.determineAgain(correspondence, pod.pod);
  }
  return true;
}
