// What is known of the extenders' opinion of pods.
import type { Pod } from '../../api/types.ts';
import type { QueuedPod } from '../../queue/types.ts';

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

/** Where a cycle has extenders asked. */
export interface ExtenderDesk extends ExtenderAnswers {
  /** Has the extenders asked: the pod comes back to the queue with the answer. */
  ask(pod: QueuedPod): void;
  /** The pod goes back to the queue with the answer that there is. */
  giveBack(pod: QueuedPod): void;
  /** The pod was decided with the answer that there was, which no longer counts. */
  decided(pod: QueuedPod): void;
}
