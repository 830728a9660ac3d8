// What a scheduling cycle needs of what surrounds it: where pods come from, and who carries out what was decided.
import type { Placement } from './turn-outcome.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Profile } from '../plugins/profile.ts';
import type { ExtenderDesk } from '../plugins/extender/answer.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Preemptor } from '../preemption/preemptor.ts';
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
  readonly activations: number;
  delete(key: string, uid?: string): void;
  /** Takes the pods of a pod group that wait, whatever they wait for. */
  drainGroup(podGroup: string): QueuedPod[];
  /** How many pods of a pod group wait, besides those that were taken. */
  waitingOf(podGroup: string): number;
}

export interface CycleOptions {
  kernel: Kernel;
  cluster: Cluster;
  queue: PodQueue;
  binder: Binder;
  /** Without it no pod makes way for another. */
  preemptor?: Preemptor;
  /** Where extenders can be asked. */
  extenders?: ExtenderDesk;
  /** By the scheduler name that pods ask for. */
  profiles: ReadonlyMap<string, Profile>;
  /** Told at the beginning of each phase, so that the owner can measure. */
  onPhase?: (phase: Phase) => void;
  /** Explain every decision: by its ties, or with every score and rejection. */
  explain?: 'ties' | 'detail';
}
