// What the host calls: one call for a class's features, its match, its pass, its pods. The kernel allocates nothing and
// remembers nothing: everything stands in the memory that the host laid out as layout.ts says. Arguments are checked at
// each call; a negative result names what cannot be right.
import { assignUpTo, refreshDirty } from './assign';
import { determineAll, settleRows } from './determine';
import { balancedScore } from './constraints/node-resources-balanced-allocation';
import { fitScore } from './constraints/node-resources-fit';
import { preferenceScore } from './constraints/inter-pod-affinity';
import { findMinima, spreadScore } from './constraints/pod-topology-spread';
import { isGrouped } from './groups';
import { xxh64 } from './hash';
import {
  ABI_VERSION,
  CLUSTER_CAPACITY_AT,
  CLUSTER_MAGIC,
  CLUSTER_MAGIC_AT,
  CLUSTER_ROWS_AT,
  CLUSTER_SIZE,
  CODE_FEASIBLE,
  DETAIL_BALANCED,
  DETAIL_FIT,
  DETAIL_INTER_POD_AFFINITY,
  DETAIL_SPREAD,
  ERROR_CAPACITY,
  ERROR_MAGIC,
  ERROR_POINTER,
  ERROR_ROW,
  FEATURE_SIZE,
  MATCH_CLUSTER_AT,
  MATCH_MAGIC,
  MATCH_MAGIC_AT,
  MATCH_SIZE,
  MODE_STATIC,
  NORMALIZED_SIZE,
  NORMALIZED_SLOT_AT,
  NORMALIZED_WEIGHT_AT,
  ROW_BLOCK,
  STRATEGY_NONE,
  TURN_BALANCED_RESOURCE_COUNT_AT,
  TURN_BALANCED_WEIGHT_AT,
  TURN_CLUSTER_AT,
  TURN_CODE_AT,
  TURN_DETAIL_AT,
  TURN_FEASIBLE_AT,
  TURN_FIT_STRATEGY_AT,
  TURN_FIT_WEIGHT_AT,
  TURN_MAGIC,
  TURN_MAGIC_AT,
  TURN_MODE_AT,
  TURN_NORMALIZED_AT,
  TURN_NORMALIZED_COUNT_AT,
  TURN_PREFERENCE_COUNT_AT,
  TURN_PREFERENCE_RAW_AT,
  TURN_PREFERENCE_WEIGHT_AT,
  TURN_SIZE,
  TURN_SOFT_COUNT_AT,
  TURN_SPREAD_RAW_AT,
  TURN_SPREAD_WEIGHT_AT,
} from './layout';
import { matchAll } from './match';
import { normalizedScore } from './normalized';
import { codeOf } from './row';

/** The layout that this build speaks; the host compares it with its own when it loads the module. */
export function abiVersion(): i32 {
  return ABI_VERSION;
}

/** The sizes of the records, spliced, so that two layouts of one version that differ are told apart. */
export function abiSizes(): i32 {
  return (TURN_SIZE << 16) | (MATCH_SIZE << 8) | CLUSTER_SIZE;
}

/** Whether `bytes` bytes from `pointer` on lie in the memory; in 64 bits, since in 32 a sum may wrap around. */
// @ts-ignore: decorator
@inline
function inMemory(pointer: usize, bytes: u64): bool {
  return <u64>pointer + bytes <= <u64>memory.size() << 16;
}

function checkCluster(cluster: usize): i32 {
  if (cluster == 0 || !inMemory(cluster, CLUSTER_SIZE)) return ERROR_POINTER;
  if (load<u32>(cluster, CLUSTER_MAGIC_AT) != CLUSTER_MAGIC) return ERROR_MAGIC;
  const capacity = load<u32>(cluster, CLUSTER_CAPACITY_AT);
  if (capacity % ROW_BLOCK != 0 || load<u32>(cluster, CLUSTER_ROWS_AT) > capacity) return ERROR_CAPACITY;
  return 0;
}

function checkTurn(turn: usize): i32 {
  if (turn == 0 || !inMemory(turn, TURN_SIZE)) return ERROR_POINTER;
  if (load<u32>(turn, TURN_MAGIC_AT) != TURN_MAGIC) return ERROR_MAGIC;
  return checkCluster(<usize>load<u32>(turn, TURN_CLUSTER_AT));
}

/** Hashes `count` features at `features`, each on its own. Returns 0 or an error. */
export function hash(features: usize, count: u32): i32 {
  if (!inMemory(features, <u64>count * FEATURE_SIZE)) return ERROR_POINTER;
  for (let n: u32 = 0; n < count; n++) {
    const record = features + <usize>n * FEATURE_SIZE;
    const pointer = <usize>load<u32>(record);
    const length = load<u32>(record, 4);
    if (!inMemory(pointer, length)) return ERROR_POINTER;
    store<u64>(record, xxh64(pointer, length), 8);
  }
  return 0;
}

/** Computes codes, masks and raw scores by what the nodes are. Returns 0 or an error. */
export function match(program: usize): i32 {
  if (program == 0 || !inMemory(program, MATCH_SIZE)) return ERROR_POINTER;
  if (load<u32>(program, MATCH_MAGIC_AT) != MATCH_MAGIC) return ERROR_MAGIC;
  const error = checkCluster(<usize>load<u32>(program, MATCH_CLUSTER_AT));
  if (error != 0) return error;
  matchAll(program);
  return 0;
}

/** Filters and scores all nodes for a class. Returns the number of the feasible ones, or an error. */
export function determine(turn: usize): i32 {
  const error = checkTurn(turn);
  if (error != 0) return error;
  const feasible = determineAll(turn);
  if (load<u32>(turn, TURN_DETAIL_AT) != 0) writeDetail(turn);
  return feasible;
}

/**
 * Brings a turn up to date by its dirty rows and assigns up to `count` pods; writes {row: u32, feasible rows before the
 * choice: u32, total: f64} for each at `out`. Returns how many found a node, or an error.
 */
export function assign(turn: usize, count: u32, out: usize): i32 {
  const error = checkTurn(turn);
  if (error != 0) return error;
  if (!inMemory(out, <u64>count << 4)) return ERROR_POINTER;
  if (!refreshDirty(turn)) return ERROR_ROW;
  // scores that stay as they were are written by the pass that made them
  const isStatic = (load<u32>(turn, TURN_MODE_AT) & MODE_STATIC) != 0;
  if (load<u32>(turn, TURN_DETAIL_AT) != 0 && !isStatic) writeDetail(turn);
  return assignUpTo(turn, count, out);
}

/**
 * Finds the codes and totals of all rows where groups have stood in for them, or nobody has looked since the last pod.
 * Returns the number of feasible rows, or an error.
 */
export function settle(turn: usize): i32 {
  const error = checkTurn(turn);
  if (error != 0) return error;
  if (isGrouped(turn)) return determineAll(turn);
  settleRows(turn);
  return load<u32>(turn, TURN_FEASIBLE_AT);
}

/**
 * The code that the filters would give the row as things stand, which may be what the host supposes for a moment: nothing
 * is written but the least counts of the domains. Returns the code or an error.
 */
export function check(turn: usize, row: u32): i32 {
  const error = checkTurn(turn);
  if (error != 0) return error;
  if (row >= load<u32>(<usize>load<u32>(turn, TURN_CLUSTER_AT), CLUSTER_ROWS_AT)) return ERROR_ROW;
  findMinima(turn);
  return codeOf(turn, row);
}

/** Writes each score plugin's weighted score of the feasible rows; the sum of a row is its total. */
function writeDetail(turn: usize): void {
  const cluster = <usize>load<u32>(turn, TURN_CLUSTER_AT);
  const rows = load<u32>(cluster, CLUSTER_ROWS_AT);
  const stride = <usize>load<u32>(cluster, CLUSTER_CAPACITY_AT) << 3;
  const detail = <usize>load<u32>(turn, TURN_DETAIL_AT);
  const codes = <usize>load<u32>(turn, TURN_CODE_AT);
  for (let row: u32 = 0; row < rows; row++) {
    if (load<u8>(codes + row) != CODE_FEASIBLE) continue;
    const at = detail + (<usize>row << 3);
    if (load<u32>(turn, TURN_FIT_STRATEGY_AT) != STRATEGY_NONE) {
      store<f64>(at + <usize>DETAIL_FIT * stride, load<f64>(turn, TURN_FIT_WEIGHT_AT) * fitScore(turn, row));
    }
    if (load<u32>(turn, TURN_BALANCED_RESOURCE_COUNT_AT) != 0) {
      store<f64>(at + <usize>DETAIL_BALANCED * stride, load<f64>(turn, TURN_BALANCED_WEIGHT_AT) * balancedScore(turn, row));
    }
    let record = <usize>load<u32>(turn, TURN_NORMALIZED_AT);
    for (let n = load<u32>(turn, TURN_NORMALIZED_COUNT_AT); n > 0; n--) {
      const score = load<f64>(record, NORMALIZED_WEIGHT_AT) * normalizedScore(record, row);
      store<f64>(at + <usize>load<u32>(record, NORMALIZED_SLOT_AT) * stride, score);
      record += NORMALIZED_SIZE;
    }
    if (load<u32>(turn, TURN_SOFT_COUNT_AT) != 0) {
      const raw = load<f64>(<usize>load<u32>(turn, TURN_SPREAD_RAW_AT) + (<usize>row << 3));
      store<f64>(at + <usize>DETAIL_SPREAD * stride, load<f64>(turn, TURN_SPREAD_WEIGHT_AT) * spreadScore(turn, raw));
    }
    if (load<u32>(turn, TURN_PREFERENCE_COUNT_AT) != 0) {
      const raw = load<f64>(<usize>load<u32>(turn, TURN_PREFERENCE_RAW_AT) + (<usize>row << 3));
      const score = load<f64>(turn, TURN_PREFERENCE_WEIGHT_AT) * preferenceScore(turn, raw);
      store<f64>(at + <usize>DETAIL_INTER_POD_AFFINITY * stride, score);
    }
  }
}
