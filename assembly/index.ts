// What the host calls: one call for a class's features, its match, its pass, its pods. The kernel allocates nothing and
// remembers nothing: everything stands in the memory that the host laid out as records.ts says. Arguments are checked at
// each call; a negative result names what cannot be right.
import { at } from './columns';
import { assignUpTo, refreshDirty } from './engine/assign';
import { writeDetail } from './engine/detail';
import { determineAll, refresh } from './engine/determine';
import { isGrouped } from './engine/groups';
import { codeOf } from './engine/row';
import { xxh64 } from './hash';
import {
  ABI_VERSION,
  CLUSTER_MAGIC,
  ERROR_CAPACITY,
  ERROR_MAGIC,
  ERROR_POINTER,
  ERROR_ROW,
  MATCH_MAGIC,
  MODE_STATIC,
  PROGRAM_MAGIC,
  ROW_BLOCK,
} from './layout';
import { findMinima } from './mechanisms/domain-filter';
import { matchAll } from './mechanisms/match';
import {
  Cluster,
  Component,
  Condition,
  DomainFilter,
  DomainScore,
  DomainTable,
  Exclusive,
  Feature,
  Filter,
  Groups,
  Mask,
  Match,
  Normalized,
  Placement,
  Program,
  RawScore,
  Request,
  ResourceScore,
  ScoredResource,
  Term,
  Usage,
} from './records';

/** The layout that this build speaks; the host compares it with its own when it loads the module. */
export function abiVersion(): i32 {
  return ABI_VERSION;
}

// @ts-ignore: decorator
@inline
function mix<T>(sizes: u32): u32 {
  return sizes * 31 + <u32>offsetof<T>();
}

/** A hash of the sizes of all records, in the order of their names. */
export function abiSizes(): i32 {
  let sizes: u32 = 0;
  sizes = mix<Cluster>(sizes);
  sizes = mix<Component>(sizes);
  sizes = mix<Condition>(sizes);
  sizes = mix<DomainFilter>(sizes);
  sizes = mix<DomainScore>(sizes);
  sizes = mix<DomainTable>(sizes);
  sizes = mix<Exclusive>(sizes);
  sizes = mix<Feature>(sizes);
  sizes = mix<Filter>(sizes);
  sizes = mix<Groups>(sizes);
  sizes = mix<Mask>(sizes);
  sizes = mix<Match>(sizes);
  sizes = mix<Normalized>(sizes);
  sizes = mix<Placement>(sizes);
  sizes = mix<Program>(sizes);
  sizes = mix<RawScore>(sizes);
  sizes = mix<Request>(sizes);
  sizes = mix<ResourceScore>(sizes);
  sizes = mix<ScoredResource>(sizes);
  sizes = mix<Term>(sizes);
  sizes = mix<Usage>(sizes);
  return sizes;
}

/** Whether `bytes` bytes from `pointer` on lie in the memory; in 64 bits, since in 32 a sum may wrap around. */
// @ts-ignore: decorator
@inline
function inMemory(pointer: usize, bytes: u64): bool {
  return <u64>pointer + bytes <= <u64>memory.size() << 16;
}

// @ts-ignore: decorator
@inline
function holds<T>(record: T, count: u32 = 1): bool {
  return inMemory(changetype<usize>(record), <u64>count * offsetof<T>());
}

function checkCluster(cluster: Cluster): i32 {
  if (!cluster || !holds(cluster)) return ERROR_POINTER;
  if (cluster.magic != CLUSTER_MAGIC) return ERROR_MAGIC;
  if (cluster.capacity % ROW_BLOCK != 0 || cluster.rows > cluster.capacity) return ERROR_CAPACITY;
  return 0;
}

function checkProgram(program: Program): i32 {
  if (!program || !holds(program)) return ERROR_POINTER;
  if (program.magic != PROGRAM_MAGIC) return ERROR_MAGIC;
  return checkCluster(program.cluster);
}

/** Hashes `count` features, each on its own. Returns 0 or an error. */
export function hash(features: Feature, count: u32): i32 {
  if (!holds(features, count)) return ERROR_POINTER;
  for (let n: u32 = 0; n < count; n++) {
    const feature = at(features, n);
    if (!inMemory(feature.pointer, feature.length)) return ERROR_POINTER;
    feature.hash = xxh64(feature.pointer, feature.length);
  }
  return 0;
}

/** Computes codes, masks and raw scores by what the nodes are. Returns 0 or an error. */
export function match(program: Match): i32 {
  if (!program || !holds(program)) return ERROR_POINTER;
  if (program.magic != MATCH_MAGIC) return ERROR_MAGIC;
  const error = checkCluster(program.cluster);
  if (error != 0) return error;
  matchAll(program);
  return 0;
}

/** Filters and scores all nodes for a class. Returns the number of the feasible ones, or an error. */
export function determine(program: Program): i32 {
  const error = checkProgram(program);
  if (error != 0) return error;
  const feasible = determineAll(program);
  if (program.detail) writeDetail(program);
  return feasible;
}

/**
 * Brings a program up to date by its dirty rows and assigns up to `count` pods; writes a Placement for each at `out`.
 * Returns how many found a node, or an error.
 */
export function assign(program: Program, count: u32, out: Placement): i32 {
  const error = checkProgram(program);
  if (error != 0) return error;
  if (!holds(out, count)) return ERROR_POINTER;
  if (!refreshDirty(program)) return ERROR_ROW;
  // scores that stay as they were are written by the pass that made them
  if (program.detail && (program.mode & MODE_STATIC) == 0) writeDetail(program);
  return assignUpTo(program, count, out);
}

/**
 * Finds the codes and totals of all rows where groups have stood in for them, or nobody has looked since the last pod.
 * Returns the number of feasible rows, or an error.
 */
export function inspect(program: Program): i32 {
  const error = checkProgram(program);
  if (error != 0) return error;
  if (isGrouped(program)) return determineAll(program);
  refresh(program);
  return program.feasible;
}

/**
 * The code that the filters would give the row as things stand, which may be what the host supposes for a moment: nothing
 * is written but the least counts of the domains. Returns the code or an error.
 */
export function check(program: Program, row: u32): i32 {
  const error = checkProgram(program);
  if (error != 0) return error;
  if (row >= program.cluster.rows) return ERROR_ROW;
  findMinima(program);
  return codeOf(program, row);
}
