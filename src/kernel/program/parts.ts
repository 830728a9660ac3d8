// The parts that a program is built of: what plugins hand over, and where it stands in memory.
import type { Block } from '../../state/columns/arena.ts';
import type { Column } from '../../state/columns/column.ts';

export interface Condition {
  column: Column;
  /** CONDITION_*. */
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
  /** The address of the scores by row, once the program is written. */
  pointer?: number;
}

export interface ScoredResource {
  allocatable: Column;
  used: Column;
  amount: number;
  weight: number;
}

/** A score by how full the node's resources are. */
export interface ResourceScore {
  /** STRATEGY_*. */
  strategy: number;
  resources: readonly ScoredResource[];
  /** Of STRATEGY_RATIO: the score by each whole utilization, 0 to 100. */
  shape?: readonly number[];
  weight: number;
}

/** The domains of a topology key, and what pods add to them. */
export interface Domains {
  domain: Column;
  /** Codes of the column, 0 (no label) among them. */
  domains: number;
  /** What a pod of the class adds to its domain. */
  self: number;
  /** The nodes whose pods are counted; all when absent. */
  eligible?: TermList;
}

/** Opens or closes domains by what they hold. */
export interface DomainFilter extends Domains {
  /** LIMIT_*. */
  limit: number;
  /** Rejects the rows of closed domains. */
  code: number;
  /** Rejects the rows without a domain; 0 lets them pass. */
  absentCode: number;
  /** Of LIMIT_FIXED: the most that a domain may hold before a pod more comes; of LIMIT_SKEW: the skew. */
  most?: number;
  /** Of LIMIT_SKEW. */
  minDomains?: number;
  /** Of LIMIT_PRESENT: every domain is open while none of the filters that are added together has anything. */
  startsAnywhere?: boolean;
}

/** What domains hold, for a score. */
export interface DomainTable extends Domains {
  /** The terms by which a pod of the class adds something; `self`, unless it says otherwise. */
  selfMatches?: number;
  /** Pods are counted on the node itself, which is the only one in its domain. */
  byRow?: boolean;
  /** What a row with a domain gets besides. */
  offset?: number;
}

export interface DomainScore {
  /** NORMALIZE_*. */
  normalizer: number;
  tables: readonly DomainTable[];
  /** Rows that lack one of the keys are not scored. */
  requiresAll?: boolean;
  weight: number;
}

/** A program in memory: addresses of its parts. */
export interface ProgramMemory extends Block {
  program: number;
  staticCode: number;
  code: number;
  total: number;
  dirty: number;
  /** The rows that `dirty` has room for. */
  dirtyRows: number;
  detail: number;
}
