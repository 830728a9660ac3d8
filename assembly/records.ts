// The records that the host lays out in linear memory and that the kernel works on. scripts/records.mjs reads the offset
// of each field from here for the host, and the sizes are compared when a module is loaded. Fields stand one after
// another, each aligned to its size; a field of a class is a u32 address, 0 for "absent". What is called state is the
// kernel's: the host leaves it 0.
import { F64s, U32s, U8s } from './columns';

/** The node columns that every class reads. */
@unmanaged
export class Cluster {
  magic: u32;
  /** Rows in use; a row without a node among them has the rank DEAD_RANK. */
  rows: u32;
  /** Rows that each column has room for; a multiple of ROW_BLOCK. */
  capacity: u32;
  /** By row: the position of the node's name among all names; ties go to the smallest. */
  rank!: U32s;
  /** 1 when the ranks ascend with the rows. */
  ordered: u32;
  /** State of the generator that breaks ties at random. */
  random: u64;
}

// ---- Match: filters and raw scores that read only what a node is, by conditions on coded columns ---------------

/** Compares the code that a column has in a row. */
@unmanaged
export class Condition {
  column!: U32s;
  /** CONDITION_*. */
  kind: u32;
  /** A code; or the address of a table (u8 by code) that says which codes pass. */
  operand: u32;
}

/** A run of conditions that must all hold. */
@unmanaged
export class Term {
  /** Index of the first condition. */
  first: u32;
  count: u32;
  weight: f64;
}

/** Rejects the rows where none of its terms holds. */
@unmanaged
export class Filter {
  /** Index of the first term. */
  first: u32;
  count: u32;
  code: u32;
}

/** Marks the rows where one of its terms holds. */
@unmanaged
export class Mask {
  first: u32;
  count: u32;
  /** Out, by row: 1 or 0. */
  out!: U8s;
}

/** The sum of the weights of the terms that hold, plus what `values` has for the row's code in `column`. */
@unmanaged
export class RawScore {
  first: u32;
  count: u32;
  /** Out, by row. */
  out!: F64s;
  column: U32s | null;
  values: F64s | null;
}

@unmanaged
export class Match {
  magic: u32;
  cluster!: Cluster;
  conditions!: Condition;
  terms!: Term;
  filters!: Filter;
  filterCount: u32;
  masks!: Mask;
  maskCount: u32;
  raws!: RawScore;
  rawCount: u32;
  /** Out, by row: the code of the first filter that rejects it, or CODE_FEASIBLE. */
  code!: U8s;
}

// ---- Program: what a class wants, and the correspondence of its pods and the nodes -----------------------------

/** An amount that the class asks for of what a node has. */
@unmanaged
export class Request {
  allocatable!: F64s;
  used!: F64s;
  amount: f64;
  /** Rejects the rows that have less left. */
  code: u32;
  reserved: u32;
}

/** An amount that a placement adds to the row. */
@unmanaged
export class Usage {
  used!: F64s;
  reserved: u32;
  amount: f64;
}

/** What each node has once: a class's host ports. */
@unmanaged
export class Exclusive {
  /** By row: 1 where it is taken. Placements take it. */
  taken!: U8s;
  code: u32;
}

/** A resource that a score reads. */
@unmanaged
export class ScoredResource {
  allocatable!: F64s;
  used!: F64s;
  /** What a pod of the class adds. */
  amount: f64;
  weight: f64;
}

/** A score by how full the node's resources are. */
@unmanaged
export class ResourceScore {
  /** STRATEGY_*. */
  strategy: u32;
  resources!: ScoredResource;
  resourceCount: u32;
  /** Of STRATEGY_RATIO: the score by each whole utilization, 0 to 100. */
  shape: F64s | null;
  weight: f64;
  /** Its place in the detail. */
  slot: u32;
  reserved: u32;
}

/** A score that is divided by its maximum over the feasible rows. */
@unmanaged
export class Normalized {
  raw!: F64s;
  /** 1: the less the better. */
  reverse: u32;
  weight: f64;
  /** State. */
  maximum: f64;
  slot: u32;
  /** State: by which it enters the groups. */
  component: u32;
}

/** Opens or closes the domains of a topology key by what they hold. */
@unmanaged
export class DomainFilter {
  /** By row: the code of its domain; 0 where the node has no such label. */
  domain!: U32s;
  /** Codes of the column, 0 among them. */
  domains: u32;
  /** By domain: what it holds. Placements add to it. */
  amounts!: F64s;
  /** LIMIT_*. */
  limit: u32;
  code: u32;
  /** Rejects the rows without a domain; 0: they pass. */
  absentCode: u32;
  /** By row: 1 where pods are counted, and the domain is; absent: everywhere. */
  eligible: U8s | null;
  /** Of LIMIT_SKEW, by domain, state: the eligible rows. */
  nodes: U32s | null;
  most: f64;
  /** What a pod of the class adds to its domain. */
  self: f64;
  /** Of LIMIT_SKEW, state: the least that a domain with eligible rows holds. */
  minimum: f64;
  /** Of LIMIT_SKEW: with fewer domains than these the least is 0. */
  minDomains: u32;
  /** Of LIMIT_SKEW, state: the domains that have eligible rows. */
  distinct: u32;
  /** Of LIMIT_SKEW, state: how many of them hold the least. */
  atMinimum: u32;
  /** State: by which it enters the groups. */
  component: u32;
  /** One number: what all domains hold together, of this filter or of all that share the sum. */
  sum!: F64s;
  /** Of LIMIT_PRESENT, 1: while the sum is 0 every domain is open. */
  startsAnywhere: u32;
}

/** What the domains of a topology key hold, for a score. */
@unmanaged
export class DomainTable {
  domain!: U32s;
  domains: u32;
  /** By domain, or by row when `byRow` says so. */
  amounts!: F64s;
  /** Of NORMALIZE_FEWEST, by domain, state: the scored rows that stand there; absent when it goes by row. */
  present: U32s | null;
  eligible: U8s | null;
  /** 1 for a key that every node has to itself: its pods are counted on the node. */
  byRow: u32;
  self: f64;
  /** What a row with a domain gets besides. */
  offset: f64;
  /** 1; of NORMALIZE_FEWEST it is state: the logarithm of how many domains there are. */
  weight: f64;
  /** The terms by which pods have been added so far, and those by which a pod of the class is. */
  matches: f64;
  selfMatches: f64;
  /** State: the domains that are present. */
  distinct: u32;
  /** State: by which it enters the groups. */
  component: u32;
}

/** A score by what a row's domains hold together. */
@unmanaged
export class DomainScore {
  /** NORMALIZE_*. */
  normalizer: u32;
  tables!: DomainTable;
  tableCount: u32;
  /** 1: a row that lacks one of the keys is not scored. */
  requiresAll: u32;
  weight: f64;
  /** By row: what its domains hold; -1 where the row is not scored, of NORMALIZE_FEWEST. */
  raw!: F64s;
  /** State: the feasible rows that are scored. */
  scored: u32;
  /** State: over the feasible rows. */
  minimum: f64;
  /** State. */
  maximum: f64;
  /** State: 1 when it must be computed again. */
  stale: u32;
  slot: u32;
}

@unmanaged
export class Program {
  magic: u32;
  cluster!: Cluster;
  /** By row: the code by the filters that no placement changes. */
  staticCode!: U8s;
  /** By row: the code by all filters. */
  code!: U8s;
  /** By row: the weighted score that depends on the node's own row only. */
  rowScore!: F64s;
  /** By row: the weighted total, -1 where the code is not CODE_FEASIBLE. */
  total!: F64s;
  /** State: feasible rows. */
  feasible: u32;
  /** State: STALE_*. The host adds to it what it has changed. */
  stale: u32;
  /** MODE_*. */
  mode: u32;
  /** Rows that changed since the program was used last. */
  dirty!: U32s;
  dirtyCount: u32;
  requests!: Request;
  requestCount: u32;
  usage!: Usage;
  usageCount: u32;
  exclusives!: Exclusive;
  exclusiveCount: u32;
  resourceScores!: ResourceScore;
  resourceScoreCount: u32;
  normalized!: Normalized;
  normalizedCount: u32;
  domainFilters!: DomainFilter;
  domainFilterCount: u32;
  domainScores!: DomainScore;
  domainScoreCount: u32;
  /** By row: weighted scores that no placement changes and that the host worked out. */
  fixed: F64s | null;
  /** By row: what the sum of the scores is multiplied by. */
  factor: F64s | null;
  /** What every row's total has in common. */
  base: f64;
  /** By slot, and there by row: each weighted score. Written by a pass, where it is not 0. */
  detail: F64s | null;
  /** Absent when every row is looked at for every pod. */
  groups: Groups | null;
}

/** What a choice is: written for each pod that is placed. */
@unmanaged
export class Placement {
  row: u32;
  /** Feasible rows before the choice. */
  feasible: u32;
  total: f64;
}

// ---- Groups: rows that all but their own scores is the same of --------------------------------------------------
//
// A row's total is a part that depends on the row alone, and a part that depends on a few small numbers: the domains that
// it stands in, what is counted on it, its raw scores. Rows with equal numbers form a group, whose best row is the root of
// a heap; a choice looks at the groups instead of the rows.

/** A number that tells groups apart. */
@unmanaged
export class Component {
  /** COMPONENT_*. */
  kind: u32;
  column: U32s | null;
  table: F64s | null;
}

@unmanaged
export class Groups {
  limit: u32;
  /** State: how many there are. */
  count: u32;
  /** State: COMPONENT_LIMIT records, of which so many are in use. */
  components!: Component;
  /** State. */
  componentCount: u32;
  /** State: 1 while the program is grouped. */
  built: u32;
  /** State, by row: its group, or NO_ROW. */
  ofRow!: U32s;
  /** State, by row: the links of the heaps. */
  child!: U32s;
  next!: U32s;
  previous!: U32s;
  /** State, by group: the root of its heap, and its rows. */
  roots!: U32s;
  sizes!: U32s;
  /** State, COMPONENT_LIMIT for each group. */
  numbers!: F64s;
  /** State, GROUP_SCORE_LIMIT for each group: its raw score by each domain score. */
  raws!: F64s;
  /** State: a hash table of groups by their numbers, of a size that is a power of two; an entry is 0 or a group + 1. */
  table!: U32s;
  tableSize: u32;
  /** State: counts the choices, so that a domain is seen once in each. */
  round: u32;
  /** State: the groups that the filters by domains leave open to the pod at hand. */
  open!: U32s;
  /** State. */
  openCount: u32;
}

/** Bytes to hash. */
@unmanaged
export class Feature {
  pointer: u32;
  length: u32;
  hash: u64;
}
