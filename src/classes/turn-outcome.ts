// What becomes of the pods of a turn.
import type { Rejection } from '../api/types.ts';
import type { Remedy, Reservation } from '../plugins/plugin.ts';
import type { GangOutcome } from '../gangs/gang-turns.ts';
import type { Preempting } from '../preemption/preemptor.ts';
import type { QueuedPod } from '../queue/types.ts';
import type { EquivalenceClass } from './class-index.ts';
import type { Turn } from './turns.ts';

/** A node for a pod. */
export interface Assignment {
  row: number;
  node: string;
  /** The node's weighted total. */
  total: number;
  /** Nodes that passed every filter when it was chosen. */
  feasible: number;
}

/** Why a class found no node. */
export interface Refusal {
  /** kube-scheduler's FailedScheduling text. */
  message: string;
  /** The plugins that rejected. */
  plugins: string[];
  /** What came of the attempt to preempt other pods. */
  preemption?: string;
  /** The class could not be decided on: its pods are tried again, and no others make way for them. */
  isError?: boolean;
  /** What can be done outside to get them a node. */
  remedy?: Remedy;
}

export interface Placement extends Assignment {
  pod: QueuedPod;
  class: EquivalenceClass;
  /** What was taken with the node, to be made real before the pod is bound. */
  reservations: Reservation[];
}

/** What can be said of a decision besides its outcome; it costs a look at every node for each pod. */
export interface Explanation {
  feasible: number;
  /** The nodes of the greatest total, by name. */
  best: string[];
  scores?: Record<string, Record<string, number>>;
  rejected?: Record<string, Rejection>;
}

/** What became of a turn's pods. */
export interface TurnOutcome {
  turn: Turn;
  placed: Placement[];
  waiting: QueuedPod[];
  /** Pods that others make way for. Where these have left already, the pod is among the placed ones too. */
  preempting: Preempting[];
  /** Pods that found a node but not what else they need; they are tried again. */
  failed: { pod: QueuedPod; message: string }[];
  /** What broke the turn: its pods without an outcome are among those that failed. */
  fault?: Error;
  /** Pods of the turn that come later, so that others need not wait for all of them. They are not in `turn`. */
  rest: QueuedPod[];
  /** Pods that extenders are asked about; they come again with the answer. */
  asked: QueuedPod[];
  /** Why the waiting pods wait. */
  refusal?: Refusal;
  /** Pods, among those that wait, whose nomination no longer holds. */
  unseated: QueuedPod[];
  /** For each pod of the turn in order, when explanations were asked for. */
  explanations: Explanation[];
  /** In the first outcome of a pod group that was tried. */
  gang?: GangOutcome;
}

/** Nothing has become of the turn's pods yet. */
export function outcomeOf(turn: Turn): TurnOutcome {
  return {
    turn,
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
