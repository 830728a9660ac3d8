// A pod as the queue keeps it: what drain() gives out, with what only the queue reads.
import { objectKey, type Pod } from '../model/types.ts';
import { podGroupKeyOf } from '../model/pod-group.ts';
import type { HeapItem } from './heap.ts';
import type { QueueName, QueueRow, QueuedPod, ClassMark } from './types.ts';

/** Pods that one verdict parked. */
export interface Group extends HeapItem {
  name: string;
  plugins: readonly string[];
  /** The time of the verdict, in milliseconds. */
  parkedAt: number;
  entries: Set<Entry>;
  /** How much there is to look at when one of its pods is asked about. */
  terms: number;
}

export interface Entry extends QueuedPod, HeapItem {
  queue: QueueName;
  /** The order of arrival, which breaks ties of time. */
  sequence: number;
  /** Attempts that ended with a verdict, and errors since the last one: they set the backoff. */
  unschedulableAttempts: number;
  consecutiveErrors: number;
  backoffUntil: number;
  /** Of one in backoff: whether it is taken before its time when nothing else waits. */
  mayGoEarly: boolean;
  /** The message of the last failed attempt. */
  message: string;
  group?: Group;
  /** The pod group that the pod names. */
  podGroup?: string;
  /** Where the event log stood when the pod was drained. */
  eventsFrom: number;
  /** Whether `newest` may be decided differently, or stand in another class, than `pod`. */
  changed: boolean;
}

/** The entry of a pod that was never tried. All fields are there from the start: entries keep one shape. */
export function newEntry(pod: Pod, sequence: number, now: number, classified?: ClassMark): Entry {
  return {
    pod,
    key: objectKey(pod),
    uid: pod.metadata?.uid ?? '',
    priority: pod.spec?.priority ?? 0,
    timestamp: now,
    firstAttempt: undefined,
    attempts: 0,
    hasLeft: false,
    classified,
    queue: 'gated',
    heapIndex: -1,
    sequence,
    unschedulableAttempts: 0,
    consecutiveErrors: 0,
    backoffUntil: 0,
    mayGoEarly: false,
    message: '',
    group: undefined,
    podGroup: podGroupKeyOf(pod),
    eventsFrom: 0,
    newest: undefined,
    changed: false,
  };
}

export function queueRow({ pod, key, queue, priority, attempts, timestamp, message }: Entry): QueueRow {
  const gates = (pod.spec?.schedulingGates ?? []).map((gate) => gate.name).join(', ');
  const reason = queue === 'gated' ? `waiting for scheduling gates: ${gates}` : message;
  return { key, queue, priority, attempts, since: timestamp, reason };
}
