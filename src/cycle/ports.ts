// What a scheduling cycle needs of what surrounds it: where pods come from, and who carries out what was decided.
import type { Placement } from './outcome.ts';
import type { Cluster } from '../state/cluster.ts';
import type { Framework } from '../plugins/framework.ts';
import type { ExtenderAnswers } from '../plugins/extender/answer.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Preemptor } from './preemption/preemptor.ts';
import type { QueuedPod, Verdict } from '../queue/types.ts';

/** Takes the placements outside: makes reservations real, binds, and says later what came of it by `bound` or `bindingFailed`. */
export interface Binder {
  bind(placement: Placement): void;
}

export const PHASES = ['obtain', 'partition', 'determine', 'assign', 'preempt', 'bind'] as const;
export type Phase = (typeof PHASES)[number];

/** Where pods come from and go back to; SchedulingQueue is one. */
export interface PodQueue {
  drain(): QueuedPod[];
  park(group: string, pods: readonly QueuedPod[], verdict: Verdict): void;
  requeue(pod: QueuedPod, message?: string): void;
  /** Takes back a pod that was not decided, as if it had never been taken. */
  giveBack(pod: QueuedPod): void;
  /** How often a pod could be taken that could not before. */
  readonly activeVersion: number;
  delete(key: string, uid?: string): void;
  /** Takes the pods of a pod group that wait, whatever they wait for. */
  drainGroup(podGroup: string): QueuedPod[];
  /** How many pods of a pod group wait, besides those that were taken. */
  waitingOf(podGroup: string): number;
}

/** Where a cycle has extenders asked. */
export interface ExtenderQueries extends ExtenderAnswers {
  /** Has the extenders asked: the pod comes back to the queue with the answer. */
  ask(pod: QueuedPod): void;
  /** The pod goes back to the queue with the answer that there is. */
  giveBack(pod: QueuedPod): void;
  /** The pod was decided with the answer that there was, which no longer counts. */
  decided(pod: QueuedPod): void;
}

export interface CycleOptions {
  kernel: Kernel;
  cluster: Cluster;
  queue: PodQueue;
  binder: Binder;
  /** Without it no pod makes way for another. */
  preemptor?: Preemptor;
  /** Where extenders can be asked. */
  extenders?: ExtenderQueries;
  /** By the scheduler name that pods ask for. */
  profiles: ReadonlyMap<string, Framework>;
  /** What pods of other scheduler names are decided by; without it they leave the queue. */
  otherwise?: Framework;
  /** Correspondences live on after their last pod for as long as its profile says, until the owner deletes them. */
  mayLinger?: boolean;
  /** Told at the beginning of each phase, so that the owner can measure. */
  onPhase?: (phase: Phase) => void;
  /** Explain every decision: by its ties, or with every score and rejection. */
  explain?: 'ties' | 'detail';
}
