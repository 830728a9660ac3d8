// What is known of the extenders' opinion of pods.
import type { Pod } from '../../model/types.ts';

/** What kube-scheduler calls all extenders together, where it names who rejected a pod. */
export const EXTENDER = 'Extender';

/** Why an extender refuses a node. */
export interface NodeRefusal {
  /** Absent when it left the node out without a word. */
  reason?: string;
  /** Preempting other pods would not help. */
  isFinal: boolean;
}

export interface ExtenderAnswer {
  /** The nodes that were asked about. */
  asked: ReadonlySet<string>;
  /** Those that the pod may not have. */
  refused: Map<string, NodeRefusal>;
  /** What is added to the totals of others. */
  scores: ReadonlyMap<string, number>;
  /** Why there is no answer after all; nothing else of it counts then. */
  failure?: string;
}

export interface ExtenderAnswers {
  /** Whether some extender wants to be asked about the pod. */
  concerns(pod: Pod): boolean;
  /** What was answered about this very object of the pod. */
  answerTo(pod: Pod): ExtenderAnswer | undefined;
}
