// What becomes of the pods of a batch.
import type { Rejection } from '../model/types.ts';
import type { Correspondence } from '../determination/correspondence.ts';
import type { Assignment, Refusal } from '../determination/refusal.ts';
import type { Reservation } from '../plugins/plugin.ts';
import type { Preempting } from './preemption/preemptor.ts';
import type { QueuedPod } from '../queue/types.ts';
import type { PodRecord } from '../state/pod-record.ts';
import type { EquivalenceClass } from '../classes/class-index.ts';
import type { Batch } from './batches.ts';

export interface Placement extends Assignment {
  pod: QueuedPod;
  class: EquivalenceClass;
  /** What was taken with the node, to be made real before the pod is bound. */
  reservations: readonly Reservation[];
}

/** What can be said of a decision besides its outcome; it costs a look at every node for each pod. */
export interface DecisionTrace {
  feasible: number;
  /** The nodes of the greatest total, by name. */
  best: string[];
  scores?: Record<string, Record<string, number>>;
  rejected?: Record<string, Rejection>;
}

/** What became of an attempt at a pod group. */
export interface GangOutcome {
  /** "namespace/name". */
  podGroup: string;
  /** Why too few of its pods have a node; absent when enough have. */
  message?: string;
}

/** What became of a batch's pods. */
export interface Outcome {
  batch: Batch;
  placed: Placement[];
  waiting: QueuedPod[];
  /** Pods that others make way for. Where these have left already, the pod is among the placed ones too. */
  preempting: Preempting[];
  /** Pods that found a node but not what else they need; they are tried again. */
  failed: { pod: QueuedPod; message: string }[];
  /** What broke the batch: its pods without an outcome are among those that failed. */
  fault?: Error;
  /** Pods of the batch that come later, so that others need not wait for all of them. They are not in `batch`. */
  rest: QueuedPod[];
  /** Pods that extenders are asked about; they come again with the answer. */
  asked: QueuedPod[];
  /** Why the waiting pods wait. */
  refusal?: Refusal;
  /** Pods, among those that wait, whose nomination no longer holds, as they would have been on its node. */
  unseated: PodRecord[];
  /** For each pod of the batch in order, when explanations were asked for. */
  explanations: DecisionTrace[];
  /** In the first outcome of a pod group that was tried. */
  gang?: GangOutcome;
}

/** Nothing has become of the batch's pods yet. */
export function outcomeOf(batch: Batch): Outcome {
  return {
    batch,
    placed: [],
    waiting: [],
    preempting: [],
    failed: [],
    rest: [],
    asked: [],
    unseated: [],
    explanations: [],
  };
}

/** What can be said of the pod that the correspondence places next. */
export function traceOf(correspondence: Correspondence, explain: 'ties' | 'detail'): DecisionTrace {
  const trace: DecisionTrace = { feasible: correspondence.feasible, best: correspondence.ties() };
  if (explain === 'detail') {
    trace.scores = correspondence.scores();
    trace.rejected = correspondence.rejections();
  }
  return trace;
}
