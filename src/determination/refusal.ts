// What a class's correspondence answers: a node for a pod, or why there is none.
import type { Remedy } from '../plugins/plugin.ts';

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
  /** The error is about one pod, which the class's nodes were determined for: others may have another one, or none. */
  isOfMaster?: boolean;
  /** What can be done outside to get them a node. */
  remedy?: Remedy;
}
