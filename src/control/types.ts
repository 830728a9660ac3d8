// What the control API needs of the scheduler that it shows and steers.
import type { QueueCounts, QueueRow } from '../queue/types.ts';

/** One health check; it has failed if there is a reason. The reason is shown to whoever asks. */
export interface Check {
  name: string;
  failure?: string;
}

export interface SchedulerState {
  paused: boolean;
  /** Whether it schedules, or waits for the lease that another one holds. */
  leading: boolean;
  /** The holder of the lease, where there is one. */
  leader?: string;
  /** Cycles since the start. */
  cycles: number;
  /** Live classes and correspondences. */
  classes: number;
  correspondences: number;
  queue: QueueCounts;
  /** Pods that were decided and are not bound yet, by how far they are. */
  escrow: Record<EscrowPhase, number>;
  /** Of several active replicas; absent where one schedules. */
  fleet?: FleetRecord;
}

/** What one of several active replicas knows of all. */
export interface FleetRecord {
  /** Which member this one is. */
  identity: string;
  /** Whether it decides over all nodes, over its shard, or not at present. */
  phase: 'all' | 'shard' | 'none';
  /** Of the view that deals nodes out, and the member that has all of them for a turn. */
  version: number;
  turn?: string;
  /** How many nodes this one used last. */
  nodes: number;
  members: FleetMemberRecord[];
}

export interface FleetMemberRecord {
  name: string;
  /** The version of the view that it acts by. */
  acts: number;
  /** It waits for a turn, or for its nodes. */
  wants?: 'turn' | 'nodes';
}

/** How far a pod is that was decided: its claims are made real, it waits to be sent, was sent, or nobody knows what came of it. */
export type EscrowPhase = 'reserving' | 'waiting' | 'sent' | 'unclear';

/** What is held for a pod until it is bound or given back. */
export interface EscrowRecord {
  /** "namespace/name". */
  pod: string;
  node: string;
  phase: EscrowPhase;
  /** For how long. */
  seconds: number;
}

/** What one cycle did. */
export interface CycleRecord {
  /** Counted from 1 since the start. */
  number: number;
  /** RFC 3339. */
  started: string;
  durationMs: number;
  pods: number;
  classes: number;
  placed: number;
  unschedulable: number;
  /** How often all nodes were filtered and scored. */
  filterPasses: number;
  /** Milliseconds by name of the phase, in order. */
  phasesMs: Record<string, number>;
}

/** A live equivalence class. */
export interface ClassRecord {
  index: string;
  /** How many pods in the queue are of the class. */
  pods: number;
  /** The parts that the index is spliced of. */
  hashes: { general: string; resources: string; rule: string };
  /** "namespace/name" of the pod that the class was decided with. */
  masterPod: string;
}

/** A live correspondence: a class and its schedulable nodes, while its pods are placed. */
export interface CorrespondenceRecord {
  classIndex: string;
  feasibleNodes: number;
  /** The first of the nodes, best first. */
  bestNodes: string[];
  /** Pods of the class whose outcome is still open. */
  openPods: number;
}

/** What `/metrics` answers, as a registry of prom-client has it. */
export interface Metrics {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** The scheduler behind the control API. Lists hold at most `limit` items. */
export interface ControlledScheduler {
  /** Whether the process should go on living. */
  live(): Check[];
  /** Whether pods are being scheduled: caches filled, API server reached. */
  ready(): Check[];
  /** The configuration in use, as JSON, without credentials. */
  configuration(): unknown;
  state(): SchedulerState;
  /** No cycle begins after this; one that runs is finished. */
  pause(): void;
  resume(): void;
  /** Runs so many cycles while paused and returns them, oldest first. */
  step(cycles: number): Promise<CycleRecord[]>;
  /** The last cycles, newest first. */
  cycles(limit: number): CycleRecord[];
  queue(limit: number): QueueRow[];
  classes(limit: number): ClassRecord[];
  correspondences(limit: number): CorrespondenceRecord[];
  /** What is held for pods that are not bound yet, the longest held first. */
  escrow(limit: number): EscrowRecord[];
  /** The gauges are set to what holds now. */
  metrics(): Metrics;
}
