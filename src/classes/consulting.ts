// Has extenders asked about the pods of a turn before they are placed.
import type { ExtenderDesk } from '../constraints/extender-answer.ts';
import type { Correspondences } from './correspondences.ts';
import type { TurnOutcome } from './turn-outcome.ts';

/**
 * Has extenders asked about the turn's pods, unless they were. Returns whether the turn can be taken; if not, the outcome
 * has the pods that are asked about, and those about which nothing could be learnt.
 */
export function consult(
  { turn, asked, failed }: TurnOutcome,
  extenders: ExtenderDesk,
  correspondences: Correspondences,
): boolean {
  for (const pod of turn.pods) {
    if (!extenders.concerns(pod.pod)) continue;
    const answer = extenders.answerTo(pod.pod);
    if (answer === undefined) {
      asked.push(pod);
      extenders.ask(pod);
    } else if (answer.failure !== undefined) {
      failed.push({ pod, message: answer.failure });
    } else {
      const correspondence = correspondences.open(turn.class, pod.pod);
      // nodes that have become free since were not asked about
      const late = correspondence.best(Infinity).filter(({ node }) => !answer.asked.has(node));
      for (const { node } of late) answer.refused.set(node, { isFinal: false });
      if (late.length > 0) correspondences.determineAgain(correspondence, pod.pod);
    }
  }
  return asked.length + failed.length === 0;
}
