// One row: the filters that an assignment can change, and the scores that depend on the row alone.
import { balancedOfTwo2, balancedScore } from './constraints/node-resources-balanced-allocation';
import { fits, fitScore, lacks2, leastAllocated2 } from './constraints/node-resources-fit';
import { portsConflict } from './constraints/node-ports';
import { affinityCode } from './constraints/inter-pod-affinity';
import { hardCode } from './constraints/pod-topology-spread';
import {
  CODE_ABSENT,
  CODE_CUT,
  CODE_FEASIBLE,
  STRATEGY_LEAST,
  STRATEGY_NONE,
  TURN_AFFINITY_CODE_AT,
  TURN_BALANCED_RESOURCE_COUNT_AT,
  TURN_BALANCED_WEIGHT_AT,
  TURN_BASE_AT,
  TURN_CODE_AT,
  TURN_FIT_CODE_AT,
  TURN_FIT_STRATEGY_AT,
  TURN_FIT_WEIGHT_AT,
  TURN_FIXED_AT,
  TURN_HARD_COUNT_AT,
  TURN_PORT_CODE_AT,
  TURN_PORT_COUNT_AT,
  TURN_ROW_SCORE_AT,
  TURN_STATIC_CODE_AT,
} from './layout';

/** The code that rejects for the smaller reason; CODE_FEASIBLE (0) rejects for none. */
// @ts-ignore: decorator
@inline
function first(one: u32, two: u32): u32 {
  return one == CODE_FEASIBLE || (two != CODE_FEASIBLE && two < one) ? two : one;
}

/** The row's code by every filter, given whether it lacks resources. */
// @ts-ignore: decorator
@inline
function codeGiven(turn: usize, row: u32, lacks: bool): u32 {
  let code: u32 = load<u8>(<usize>load<u32>(turn, TURN_STATIC_CODE_AT) + row);
  if (code == CODE_ABSENT) return code;
  if (lacks) code = first(code, load<u32>(turn, TURN_FIT_CODE_AT));
  if (load<u32>(turn, TURN_PORT_COUNT_AT) != 0 && portsConflict(turn, row)) {
    code = first(code, load<u32>(turn, TURN_PORT_CODE_AT));
  }
  if (load<u32>(turn, TURN_HARD_COUNT_AT) != 0) code = first(code, hardCode(turn, row));
  if (load<u32>(turn, TURN_AFFINITY_CODE_AT) != 0) code = first(code, affinityCode(turn, row));
  return code;
}

/** The row's code by every filter. */
export function codeOf(turn: usize, row: u32): u32 {
  return codeGiven(turn, row, load<u32>(turn, TURN_FIT_CODE_AT) != 0 && !fits(turn, row));
}

/** The row's code by every filter but the fit. */
export function codeBesidesFit(turn: usize, row: u32): u32 {
  return codeGiven(turn, row, false);
}

/** The weighted sum of the row's scores that depend on the row alone. */
export function rowScoreOf(turn: usize, row: u32): f64 {
  let score = load<f64>(turn, TURN_BASE_AT);
  if (load<u32>(turn, TURN_FIT_STRATEGY_AT) != STRATEGY_NONE) {
    score += load<f64>(turn, TURN_FIT_WEIGHT_AT) * fitScore(turn, row);
  }
  if (load<u32>(turn, TURN_BALANCED_RESOURCE_COUNT_AT) != 0) {
    score += load<f64>(turn, TURN_BALANCED_WEIGHT_AT) * balancedScore(turn, row);
  }
  const fixed = <usize>load<u32>(turn, TURN_FIXED_AT);
  if (fixed != 0) score += load<f64>(fixed + (<usize>row << 3));
  return score;
}

/** Filters the rows before `rows` and scores them by themselves. */
export function filterRows(turn: usize, rows: u32): void {
  const codes = <usize>load<u32>(turn, TURN_CODE_AT);
  const scores = <usize>load<u32>(turn, TURN_ROW_SCORE_AT);
  if (ASC_FEATURE_SIMD && lanesApply(turn)) {
    filterRows2(turn, rows, codes, scores);
    return;
  }
  for (let row: u32 = 0; row < rows; row++) {
    if (load<u8>(codes + row) == <u8>CODE_CUT) continue;
    const code = codeOf(turn, row);
    store<u8>(codes + row, <u8>code);
    if (code == CODE_FEASIBLE) store<f64>(scores + (<usize>row << 3), rowScoreOf(turn, row));
  }
}

/** Whether the scores are of the shape that the lanes are written for, which the default profile's are. */
// @ts-ignore: decorator
@inline
function lanesApply(turn: usize): bool {
  const balanced = load<u32>(turn, TURN_BALANCED_RESOURCE_COUNT_AT);
  const strategy = load<u32>(turn, TURN_FIT_STRATEGY_AT);
  return (balanced == 2 || balanced == 0) && (strategy == STRATEGY_LEAST || strategy == STRATEGY_NONE);
}

function filterRows2(turn: usize, rows: u32, codes: usize, scores: usize): void {
  const fitChecked = load<u32>(turn, TURN_FIT_CODE_AT) != 0;
  const base = v128.load64_splat(turn + TURN_BASE_AT);
  const fitWeight = v128.load64_splat(turn + TURN_FIT_WEIGHT_AT);
  const balancedWeight = v128.load64_splat(turn + TURN_BALANCED_WEIGHT_AT);
  const fitScored = load<u32>(turn, TURN_FIT_STRATEGY_AT) != STRATEGY_NONE;
  const balanceScored = load<u32>(turn, TURN_BALANCED_RESOURCE_COUNT_AT) != 0;
  const fixed = <usize>load<u32>(turn, TURN_FIXED_AT);
  const staticCodes = <usize>load<u32>(turn, TURN_STATIC_CODE_AT);
  const plain =
    load<u32>(turn, TURN_PORT_COUNT_AT) == 0 &&
    load<u32>(turn, TURN_HARD_COUNT_AT) == 0 &&
    load<u32>(turn, TURN_AFFINITY_CODE_AT) == 0;
  for (let row: u32 = 0; row < rows; row += 2) {
    const lacks = fitChecked ? lacks2(turn, row) : i64x2.splat(0);
    if (plain && load<u16>(staticCodes + row) == 0 && !v128.any_true(lacks)) {
      if (load<u16>(codes + row) != 0) {
        if (load<u8>(codes + row) != <u8>CODE_CUT) store<u8>(codes + row, <u8>CODE_FEASIBLE);
        if (load<u8>(codes + row, 1) != <u8>CODE_CUT) store<u8>(codes + row, <u8>CODE_FEASIBLE, 1);
      }
    } else {
      if (load<u8>(codes + row) != <u8>CODE_CUT) {
        store<u8>(codes + row, <u8>codeGiven(turn, row, i64x2.extract_lane(lacks, 0) != 0));
      }
      if (load<u8>(codes + row, 1) != <u8>CODE_CUT) {
        store<u8>(codes + row, <u8>codeGiven(turn, row + 1, i64x2.extract_lane(lacks, 1) != 0), 1);
      }
    }
    let score = base;
    if (fitScored) score = f64x2.add(score, f64x2.mul(fitWeight, leastAllocated2(turn, row)));
    if (balanceScored) score = f64x2.add(score, f64x2.mul(balancedWeight, balancedOfTwo2(turn, row)));
    if (fixed != 0) score = f64x2.add(score, v128.load(fixed + (<usize>row << 3)));
    v128.store(scores + (<usize>row << 3), score);
  }
}
