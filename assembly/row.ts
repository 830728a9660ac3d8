// One row: the filters that an assignment can change, and the scores that depend on the row alone.
import { addBalanced, balancedScore } from './constraints/node-resources-balanced-allocation';
import { fits, fitScore, rejectLacking, scoreLeastAllocated } from './constraints/node-resources-fit';
import { portsConflict } from './constraints/node-ports';
import { affinityCode, rejectRepelled } from './constraints/inter-pod-affinity';
import { hardCode, rejectUneven } from './constraints/pod-topology-spread';
import { reject } from './codes';
import {
  CODE_ABSENT,
  CODE_CUT,
  CODE_FEASIBLE,
  MODE_CUT,
  STRATEGY_LEAST,
  STRATEGY_NONE,
  TURN_AFFINITY_CODE_AT,
  TURN_BALANCED_RESOURCE_COUNT_AT,
  TURN_BALANCED_WEIGHT_AT,
  TURN_BASE_AT,
  TURN_CODE_AT,
  TURN_FIT_CODE_AT,
  TURN_FIT_RESOURCE_COUNT_AT,
  TURN_FIT_STRATEGY_AT,
  TURN_FIT_WEIGHT_AT,
  TURN_FIXED_AT,
  TURN_HARD_COUNT_AT,
  TURN_MODE_AT,
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

/** The row's code by every filter, given that by what no assignment changes and by the fit. */
// @ts-ignore: decorator
@inline
function lookUpCode(turn: usize, row: u32, given: u32): u32 {
  let code = given;
  if (load<u32>(turn, TURN_PORT_COUNT_AT) != 0 && portsConflict(turn, row)) {
    code = first(code, load<u32>(turn, TURN_PORT_CODE_AT));
  }
  if (load<u32>(turn, TURN_HARD_COUNT_AT) != 0) code = first(code, hardCode(turn, row));
  if (load<u32>(turn, TURN_AFFINITY_CODE_AT) != 0) code = first(code, affinityCode(turn, row));
  return code;
}

/** The row's code by every filter. */
export function codeOf(turn: usize, row: u32): u32 {
  let code: u32 = load<u8>(<usize>load<u32>(turn, TURN_STATIC_CODE_AT) + row);
  if (code == CODE_ABSENT) return code;
  const fitCode = load<u32>(turn, TURN_FIT_CODE_AT);
  if (fitCode != 0 && !fits(turn, row)) code = first(code, fitCode);
  return lookUpCode(turn, row, code);
}

/** The row's code by every filter but the fit. */
export function codeBesidesFit(turn: usize, row: u32): u32 {
  const code: u32 = load<u8>(<usize>load<u32>(turn, TURN_STATIC_CODE_AT) + row);
  return code == CODE_ABSENT ? code : lookUpCode(turn, row, code);
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
  const isCut = (load<u32>(turn, TURN_MODE_AT) & MODE_CUT) != 0;
  if (ASC_FEATURE_SIMD && !isCut && lanesApply(turn)) {
    filterColumns(turn, rows, codes);
    scoreTwoResources(turn, rows, scores);
    return;
  }
  for (let row: u32 = 0; row < rows; row++) {
    if (isCut && load<u8>(codes + row) == <u8>CODE_CUT) continue;
    const code = codeOf(turn, row);
    store<u8>(codes + row, <u8>code);
    if (code == CODE_FEASIBLE) store<f64>(scores + (<usize>row << 3), rowScoreOf(turn, row));
  }
}

/** Whether the scores are of the shape that the lanes are written for, which the default profile's are. */
// @ts-ignore: decorator
@inline
function lanesApply(turn: usize): bool {
  return (
    load<u32>(turn, TURN_FIT_STRATEGY_AT) == STRATEGY_LEAST &&
    load<u32>(turn, TURN_FIT_RESOURCE_COUNT_AT) == 2 &&
    load<u32>(turn, TURN_BALANCED_RESOURCE_COUNT_AT) == 2
  );
}

/** Filters column by column: what no assignment changes, then one constraint after another. */
function filterColumns(turn: usize, rows: u32, codes: usize): void {
  memory.copy(codes, <usize>load<u32>(turn, TURN_STATIC_CODE_AT), rows);
  if (load<u32>(turn, TURN_FIT_CODE_AT) != 0) rejectLacking(turn, rows, codes);
  if (load<u32>(turn, TURN_PORT_COUNT_AT) != 0) {
    const code = load<u32>(turn, TURN_PORT_CODE_AT);
    for (let row: u32 = 0; row < rows; row++) if (portsConflict(turn, row)) reject(codes + row, code);
  }
  if (load<u32>(turn, TURN_HARD_COUNT_AT) != 0) rejectUneven(turn, rows, codes);
  if (load<u32>(turn, TURN_AFFINITY_CODE_AT) != 0) rejectRepelled(turn, rows, codes);
}

/** Scores every row by LeastAllocated and by balance of two resources each. Rows beyond the last are scored too. */
function scoreTwoResources(turn: usize, rows: u32, scores: usize): void {
  const fixed = <usize>load<u32>(turn, TURN_FIXED_AT);
  scoreLeastAllocated(turn, rows, scores);
  addBalanced(turn, rows, scores);
  if (fixed == 0) return;
  for (let row: u32 = 0; row < rows; row += 2) {
    const at = <usize>row << 3;
    v128.store(scores + at, f64x2.add(v128.load(scores + at), v128.load(fixed + at)));
  }
}
