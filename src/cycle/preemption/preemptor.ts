// What the cycle asks of the outside for a pod that others make way for.
import type { Refusal } from '../../determination/refusal.ts';
import type { PodRecord } from '../../state/pod-record.ts';
import type { QueuedPod } from '../../queue/types.ts';
import type { Candidate } from './victims.ts';

/** A pod that others make way for. */
export interface Preempting {
  pod: QueuedPod;
  /** What could be done; the first is. */
  outcomes: Candidate[];
  /** Pods of less priority that were nominated to the node, and are no longer. */
  unseated: PodRecord[];
  /** Why it has no node yet. */
  refusal: Refusal;
}

/** Takes preemptions outside: has the victims leave. */
export interface Preemptor {
  /** No pod makes way for another now: not all nodes were looked at. */
  readonly isOff?: boolean;
  /** Returns whether the victims have left already; else it tells the cycle by `preempted` when they are told to. */
  preempt(preempting: Preempting): boolean;
}
