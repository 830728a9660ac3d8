// A full pass: filter every node for the class's master pod, and score those that passed.
import { preferenceScore, preferenceScore2, scorePreferences } from './constraints/inter-pod-affinity';
import { countAllPresent, countNodes, findMinima, scoreSpread, spreadScore } from './constraints/pod-topology-spread';
import { dropGroups } from './groups';
import {
  CLUSTER_ROWS_AT,
  CODE_FEASIBLE,
  MODE_RECHECK,
  MODE_STATIC,
  NORMALIZED_SIZE,
  NORMALIZED_WEIGHT_AT,
  STALE_CODES,
  STALE_PREFERENCES,
  STALE_SPREAD,
  STALE_TOTALS,
  TURN_CLUSTER_AT,
  TURN_CODE_AT,
  TURN_DIRTY_COUNT_AT,
  TURN_FEASIBLE_AT,
  TURN_MODE_AT,
  TURN_NORMALIZED_AT,
  TURN_NORMALIZED_COUNT_AT,
  TURN_PREFERENCE_COUNT_AT,
  TURN_PREFERENCE_RAW_AT,
  TURN_PREFERENCE_WEIGHT_AT,
  TURN_ROW_SCORE_AT,
  TURN_SOFT_COUNT_AT,
  TURN_SPREAD_MAX_AT,
  TURN_SPREAD_MIN_AT,
  TURN_SPREAD_RAW_AT,
  TURN_SPREAD_WEIGHT_AT,
  TURN_STALE_AT,
  TURN_TOTAL_AT,
} from './layout';
import { findMaxima, normalizedScore } from './normalized';
import { refilterAll } from './refilter';
import { filterRows } from './row';
import { HUNDRED, lanesOf, MINUS_ONE, rejected4, ZERO } from './number';

// @ts-ignore: decorator
@inline
function rowsOf(turn: usize): u32 {
  return load<u32>(<usize>load<u32>(turn, TURN_CLUSTER_AT), CLUSTER_ROWS_AT);
}

/** The weighted total of a feasible row. */
export function totalOf(turn: usize, row: u32): f64 {
  let total = load<f64>(<usize>load<u32>(turn, TURN_ROW_SCORE_AT) + (<usize>row << 3));
  let record = <usize>load<u32>(turn, TURN_NORMALIZED_AT);
  for (let n = load<u32>(turn, TURN_NORMALIZED_COUNT_AT); n > 0; n--) {
    total += load<f64>(record, NORMALIZED_WEIGHT_AT) * normalizedScore(record, row);
    record += NORMALIZED_SIZE;
  }
  if (load<u32>(turn, TURN_SOFT_COUNT_AT) != 0) {
    const raw = load<f64>(<usize>load<u32>(turn, TURN_SPREAD_RAW_AT) + (<usize>row << 3));
    total += load<f64>(turn, TURN_SPREAD_WEIGHT_AT) * spreadScore(turn, raw);
  }
  if (load<u32>(turn, TURN_PREFERENCE_COUNT_AT) != 0) {
    const raw = load<f64>(<usize>load<u32>(turn, TURN_PREFERENCE_RAW_AT) + (<usize>row << 3));
    total += load<f64>(turn, TURN_PREFERENCE_WEIGHT_AT) * preferenceScore(turn, raw);
  }
  return total;
}

/** Adds up the totals of all rows. */
export function addTotals(turn: usize): void {
  store<u32>(turn, load<u32>(turn, TURN_STALE_AT) & ~STALE_TOTALS, TURN_STALE_AT);
  const rows = rowsOf(turn);
  const codes = <usize>load<u32>(turn, TURN_CODE_AT);
  const totals = <usize>load<u32>(turn, TURN_TOTAL_AT);
  if (ASC_FEATURE_SIMD && load<u32>(turn, TURN_NORMALIZED_COUNT_AT) == 0) {
    addTotals4(turn, rows, codes, totals);
    return;
  }
  for (let row: u32 = 0; row < rows; row++) {
    store<f64>(totals + (<usize>row << 3), load<u8>(codes + row) == CODE_FEASIBLE ? totalOf(turn, row) : -1);
  }
}

function addTotals4(turn: usize, rows: u32, codes: usize, totals: usize): void {
  const scores = <usize>load<u32>(turn, TURN_ROW_SCORE_AT);
  const raws = <usize>load<u32>(turn, TURN_SPREAD_RAW_AT);
  const spread = load<u32>(turn, TURN_SOFT_COUNT_AT) != 0;
  const weight = v128.load64_splat(turn + TURN_SPREAD_WEIGHT_AT);
  const greatest = v128.load64_splat(turn + TURN_SPREAD_MAX_AT);
  const sum = f64x2.add(greatest, v128.load64_splat(turn + TURN_SPREAD_MIN_AT));
  const hundred = lanesOf(HUNDRED);
  const preferences = load<u32>(turn, TURN_PREFERENCE_COUNT_AT) != 0;
  const preferenceRaws = <usize>load<u32>(turn, TURN_PREFERENCE_RAW_AT);
  const preferenceWeight = v128.load64_splat(turn + TURN_PREFERENCE_WEIGHT_AT);
  const level = load<f64>(turn, TURN_SPREAD_MAX_AT) == 0;
  for (let row: u32 = 0; row < rows; row += 4) {
    const rejected = rejected4(codes + row);
    for (let half: u32 = 0; half < 4; half += 2) {
      const at = <usize>(row + half) << 3;
      let total = v128.load(scores + at);
      if (spread) {
        const raw = v128.load(raws + at);
        const scaled = level
          ? hundred
          : f64x2.floor(f64x2.div(f64x2.mul(hundred, f64x2.sub(sum, raw)), greatest));
        const scored = v128.and(scaled, f64x2.ge(raw, lanesOf(ZERO)));
        total = f64x2.add(total, f64x2.mul(weight, scored));
      }
      if (preferences) {
        const preferred = preferenceScore2(turn, v128.load(preferenceRaws + at));
        total = f64x2.add(total, f64x2.mul(preferenceWeight, preferred));
      }
      const out = half == 0 ? i64x2.extend_low_i32x4_s(rejected) : i64x2.extend_high_i32x4_s(rejected);
      v128.store(totals + at, v128.bitselect(lanesOf(MINUS_ONE), total, out));
    }
  }
}

function scoreStale(turn: usize): void {
  const stale = load<u32>(turn, TURN_STALE_AT);
  if ((stale & STALE_SPREAD) != 0) scoreSpread(turn);
  if ((stale & STALE_PREFERENCES) != 0) scorePreferences(turn);
  if (load<u32>(turn, TURN_STALE_AT) != 0) addTotals(turn);
}

/** Brings everything that is stale up to date, but for the scores of a turn that keeps those of its start. */
export function settleRows(turn: usize): void {
  const mode = load<u32>(turn, TURN_MODE_AT);
  const stale = load<u32>(turn, TURN_STALE_AT);
  if ((stale & STALE_CODES) != 0) {
    // lanes take less time for all that a full pass does than one row after another for the filters
    if (ASC_FEATURE_SIMD && (mode & (MODE_STATIC | MODE_RECHECK)) == 0) {
      determineAll(turn);
      return;
    }
    // rows that have changed meanwhile have left their totals to this
    store<u32>(turn, (stale & ~STALE_CODES) | STALE_TOTALS, TURN_STALE_AT);
    refilterAll(turn);
  }
  if ((mode & MODE_STATIC) != 0) store<u32>(turn, 0, TURN_STALE_AT);
  else scoreStale(turn);
}

function countFeasible(codes: usize, rows: u32): u32 {
  let feasible: u32 = 0;
  if (ASC_FEATURE_SIMD) {
    for (let row: u32 = 0; row < rows; row += 16) {
      feasible += popcnt<i32>(i8x16.bitmask(i8x16.eq(v128.load(codes + row), i8x16.splat(<i8>CODE_FEASIBLE))));
    }
  } else {
    for (let row: u32 = 0; row < rows; row++) if (load<u8>(codes + row) == CODE_FEASIBLE) feasible++;
  }
  return feasible;
}

/** Filters and scores all nodes. Returns how many are feasible. */
export function determineAll(turn: usize): u32 {
  const rows = rowsOf(turn);
  dropGroups(turn, false);
  store<u32>(turn, 0, TURN_DIRTY_COUNT_AT);
  countNodes(turn);
  findMinima(turn);
  filterRows(turn, rows);
  const codes = <usize>load<u32>(turn, TURN_CODE_AT);
  const feasible = countFeasible(codes, rows);
  if (load<u32>(turn, TURN_SOFT_COUNT_AT) != 0) countAllPresent(turn, feasible);
  store<u32>(turn, feasible, TURN_FEASIBLE_AT);
  findMaxima(turn);
  store<u32>(turn, STALE_SPREAD | STALE_PREFERENCES | STALE_TOTALS, TURN_STALE_AT);
  scoreStale(turn);
  return feasible;
}
