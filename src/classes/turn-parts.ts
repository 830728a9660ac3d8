// The parts that a turn is packed of: what constraints hand over, and where it stands in memory.
import type { Block } from '../columns/arena.ts';
import type { Column } from '../columns/columns.ts';

export interface Condition {
  column: Column;
  kind: number;
  /** The code that is compared with. */
  code: number;
  /** Whether each code passes, of a condition by table. */
  passes?: readonly boolean[];
}

/** Alternatives of conditions: one alternative must hold, all its conditions with it. */
export type TermList = readonly (readonly Condition[])[];

export interface WeightedTerm {
  weight: number;
  conditions: readonly Condition[];
}

export interface RawScore {
  terms: readonly WeightedTerm[];
  values?: { column: Column; byCode: readonly number[] };
  /** Raw scores by row that the host has worked out; such a score has nothing else. */
  rows?: ReadonlyMap<number, number>;
  /** The address of the scores by row, once the turn is written. */
  pointer?: number;
}

export interface ScoredResource {
  allocatable: Column;
  used: Column;
  amount: number;
  weight: number;
}

/** Pods counted by the domains of a topology key; the addresses are known once the turn is written. */
export interface DomainCounts {
  domain: Column;
  /** Codes of the domain column, 0 (no label) among them. */
  domains: number;
  /** Whether the class's own pods are counted. */
  self: boolean;
  /** The nodes whose pods are counted; all when absent. */
  eligible?: TermList;
  countsPointer?: number;
  eligiblePointer?: number;
}

/** An amount summed up by the domains of a topology key; the addresses are known once the turn is written. */
export interface DomainAmounts {
  domain: Column;
  domains: number;
  /** What a pod of the class adds to its domain, and the terms by which it does. */
  self: number;
  selfMatches: number;
  reason: number;
  recordPointer?: number;
  amountsPointer?: number;
}

/** A turn in memory: addresses of its parts. */
export interface TurnMemory extends Block {
  turn: number;
  staticCode: number;
  code: number;
  total: number;
  dirty: number;
  /** The rows that `dirty` has room for. */
  dirtyRows: number;
  detail: number;
}
