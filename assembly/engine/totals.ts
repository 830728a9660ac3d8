// The weighted totals by which nodes are chosen.
import { addressOf, at, next } from '../columns';
import { CODE_FEASIBLE, STALE_ALL_SCORES, STALE_SCORES, STALE_TOTALS } from '../layout';
import { addDomainScore, domainTotal, scoreDomains } from '../mechanisms/domain-score';
import { normalizedTotal } from '../mechanisms/normalized';
import { lanesOf, MINUS_ONE, rejected4 } from '../number';
import { Program } from '../records';

/** The weighted total of a feasible row. */
export function totalOf(program: Program, row: u32): f64 {
  const sum = program.rowScore[row] + normalizedTotal(program, row) + domainTotal(program, row);
  const factor = program.factor;
  return factor ? sum * factor[row] : sum;
}

/** Adds up the totals of all rows. */
function addTotals(program: Program): void {
  const rows = program.cluster.rows;
  if (ASC_FEATURE_SIMD && program.normalizedCount == 0 && !program.factor) {
    addColumns(program, rows);
    return;
  }
  for (let row: u32 = 0; row < rows; row++) {
    program.total[row] = program.code[row] == CODE_FEASIBLE ? totalOf(program, row) : -1;
  }
}

/** Adds up the totals column by column: the rows' own scores, then one domain score after another. */
function addColumns(program: Program, rows: u32): void {
  const scores = program.domainScores;
  const count = program.domainScoreCount;
  if (count == 0) {
    copyScores(program, rows);
    return;
  }
  addDomainScore(scores, rows, program.rowScore, program.total, program.code);
  for (let n: u32 = 1; n < count; n++) {
    addDomainScore(at(scores, n), rows, program.total, program.total, program.code);
  }
}

function copyScores(program: Program, rows: u32): void {
  const from = addressOf(program.rowScore);
  const out = addressOf(program.total);
  const minusOne = lanesOf(MINUS_ONE);
  for (let row: u32 = 0; row < rows; row += 4) {
    const at = <usize>row << 3;
    const rejected = rejected4(addressOf(program.code) + row);
    const one = v128.bitselect(minusOne, v128.load(from + at), i64x2.extend_low_i32x4_s(rejected));
    const two = v128.bitselect(minusOne, v128.load(from + at, 16), i64x2.extend_high_i32x4_s(rejected));
    v128.store(out + at, one);
    v128.store(out + at, two, 16);
  }
}

/** Computes again the domain scores that are stale, and the totals when anything is. */
export function scoreStale(program: Program): void {
  const stale = program.stale;
  if (stale == 0) return;
  program.stale = stale & ~(STALE_SCORES | STALE_ALL_SCORES | STALE_TOTALS);
  for (let n = program.domainScoreCount, score = program.domainScores; n > 0; n--, score = next(score)) {
    if (score.stale != 0 || (stale & STALE_ALL_SCORES) != 0) scoreDomains(program, score);
  }
  addTotals(program);
}
