// What the scheduling queue takes and gives.
import type { Pod } from '../model/types.ts';
import type { ClusterEvent } from '../model/events.ts';

/** Where a pod stands. A pod is in flight from drain() until it is parked, requeued or deleted. */
export type QueueName = 'active' | 'backoff' | 'unschedulable' | 'gated' | 'inFlight';

/** What the cycle has found of a pod's class. The queue only keeps it. */
export interface ClassMark {
  readonly class: object;
}

/** A pod that waits for a node. Times are in milliseconds of the queue's clock. */
export interface QueuedPod {
  pod: Pod;
  /** "namespace/name". */
  key: string;
  /** metadata.uid; '' if the pod has none. */
  uid: string;
  priority: number;
  /** The pod as updated while it was in flight; `pod` stays what the cycle decides on. */
  newest?: Pod;
  /** When it entered the queue, or came back from its last attempt. */
  timestamp: number;
  /** When it could be tried for the first time; absent while it is gated. */
  firstAttempt?: number;
  /** How often it was drained. */
  attempts: number;
  /** It is in the queue no more: bound, or gone. Absent where no queue of pods that come and go keeps it. */
  hasLeft?: boolean;
  /** The pod's class, once it was looked up; of another object of the pod it is looked up anew. */
  classified?: ClassMark;
}

/** Why a class of pods fits nowhere. */
export interface Verdict {
  /** The plugins that rejected: only an event that can help one of them wakes the pods. */
  plugins: readonly string[];
  message: string;
}

/** An event that can concern many pods; a pod's own change comes in by update(). */
export type SharedEvent = Exclude<ClusterEvent, { kind: 'TargetPod' }>;

export interface QueueOptions {
  /** The time in milliseconds; it must never go back. */
  now(): number;
  initialBackoffMs: number;
  /** 0 turns the backoff off. */
  maxBackoffMs: number;
  /** How long a pod stays unschedulable before it is tried again without an event; by default 5 minutes. */
  flushAfterMs?: number;
  /** Whether the event can help a pod that these plugins rejected. Asked once per parked group. */
  helps(event: ClusterEvent, pod: Pod, plugins: readonly string[]): boolean;
  /** The objects, as "kind namespace/name", whose events help this pod alone: not the others that its verdict stands for. */
  ownObjectsOf?: (pod: Pod) => readonly string[];
  /** Told once of a `helps` that threw, which counts as help. */
  onHintFault?(plugins: readonly string[], message: string): void;
  /** Whether an active pod is left where it is when others are drained. It may have been drained before, and given back. */
  isHeld?(pod: Pod, wasGivenBack: boolean): boolean;
  /** Told of pods that enter a queue; `event` is named as in scheduler_queue_incoming_pods_total. */
  onIncoming?(queue: 'active' | 'backoff' | 'unschedulable', event: string, pods: number): void;
}

export interface QueueCounts {
  active: number;
  backoff: number;
  unschedulable: number;
  gated: number;
}

/** One pod of the queue for a person to read. */
export interface QueueRow {
  key: string;
  queue: QueueName;
  priority: number;
  attempts: number;
  /** The pod's timestamp: milliseconds of the queue's clock. */
  since: number;
  /** The message of the last failed attempt, or the gates that it waits for; '' if there is none. */
  reason: string;
}

/** How many parked pods of a profile a plugin rejected. */
export interface Rejections {
  plugin: string;
  profile: string;
  pods: number;
}
