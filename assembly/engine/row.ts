// The rows by themselves: their codes by the filters that a placement can change, and the scores that depend on the row
// alone.
import { firstOf } from '../codes';
import { addressOf, at, F64s, next, U8s } from '../columns';
import { CODE_ABSENT, CODE_CUT, CODE_FEASIBLE, MODE_CUT, STRATEGY_BALANCED, STRATEGY_LEAST } from '../layout';
import { lackingCode, rejectLacking } from '../mechanisms/amounts';
import { domainCode, rejectClosed } from '../mechanisms/domain-filter';
import { rejectTaken, takenCode } from '../mechanisms/exclusive';
import { addBalanceOfTwo, resourceScore, setLeastOfTwo } from '../mechanisms/resource-score';
import { Program } from '../records';

/** The row's code by every filter but for what is asked of amounts. */
export function codeBesidesAmounts(program: Program, row: u32): u32 {
  const code = program.staticCode[row];
  if (code == CODE_ABSENT) return code;
  return firstOf(firstOf(code, takenCode(program, row)), domainCode(program, row));
}

/** The row's code by every filter. */
export function codeOf(program: Program, row: u32): u32 {
  const code = codeBesidesAmounts(program, row);
  return code == CODE_ABSENT ? code : firstOf(code, lackingCode(program, row));
}

/** The weighted sum of the row's scores that depend on the row alone. */
export function rowScoreOf(program: Program, row: u32): f64 {
  let sum = program.base;
  for (let n = program.resourceScoreCount, score = program.resourceScores; n > 0; n--, score = next(score)) {
    sum += score.weight * resourceScore(score, row);
  }
  const fixed = program.fixed;
  return fixed ? sum + fixed[row] : sum;
}

/** Filters all rows and scores them by themselves. */
export function filterRows(program: Program): void {
  const rows = program.cluster.rows;
  const codes = program.code;
  const isCut = (program.mode & MODE_CUT) != 0;
  if (ASC_FEATURE_SIMD && !isCut && lanesApply(program)) {
    filterColumns(program, rows, codes);
    scoreTwoResources(program, rows, program.rowScore);
    return;
  }
  for (let row: u32 = 0; row < rows; row++) {
    if (isCut && codes[row] == CODE_CUT) continue;
    const code = codeOf(program, row);
    codes[row] = code;
    if (code == CODE_FEASIBLE) program.rowScore[row] = rowScoreOf(program, row);
  }
}

/** Whether the scores are of the shape that the lanes are written for, which the default profile's are. */
function lanesApply(program: Program): bool {
  if (program.resourceScoreCount != 2) return false;
  const one = program.resourceScores;
  const two = at(one, 1);
  return (
    one.strategy == STRATEGY_LEAST &&
    one.resourceCount == 2 &&
    two.strategy == STRATEGY_BALANCED &&
    two.resourceCount == 2
  );
}

/** Filters column by column: what no placement changes, then one mechanism after another. */
function filterColumns(program: Program, rows: u32, codes: U8s): void {
  memory.copy(addressOf(codes), addressOf(program.staticCode), rows);
  rejectLacking(program, rows, codes);
  rejectTaken(program, rows, codes);
  rejectClosed(program, rows, codes);
}

/** Scores every row by two resource scores of two resources each. Rows beyond the last are scored too. */
function scoreTwoResources(program: Program, rows: u32, scores: F64s): void {
  const first = program.resourceScores;
  setLeastOfTwo(first, program.base, rows, scores);
  addBalanceOfTwo(next(first), rows, scores);
  const fixed = program.fixed;
  if (!fixed) return;
  const out = addressOf(scores);
  for (let row: u32 = 0; row < rows; row += 2) {
    const at = <usize>row << 3;
    v128.store(out + at, f64x2.add(v128.load(out + at), v128.load(addressOf(fixed) + at)));
  }
}
