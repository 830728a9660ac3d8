// What each score gives each node, for those who ask.
import { F64s, next } from '../columns';
import { CODE_FEASIBLE } from '../layout';
import { domainScoreOf } from '../mechanisms/domain-score';
import { normalizedOf } from '../mechanisms/normalized';
import { resourceScore } from '../mechanisms/resource-score';
import { Program } from '../records';

// @ts-ignore: decorator
@inline
function put(program: Program, slot: u32, row: u32, score: f64): void {
  changetype<F64s>(program.detail)[slot * program.cluster.capacity + row] = score;
}

/** Writes each weighted score of the feasible rows. */
export function writeDetail(program: Program): void {
  for (let row: u32 = 0, rows = program.cluster.rows; row < rows; row++) {
    if (program.code[row] != CODE_FEASIBLE) continue;
    for (let n = program.resourceScoreCount, score = program.resourceScores; n > 0; n--, score = next(score)) {
      put(program, score.slot, row, score.weight * resourceScore(score, row));
    }
    for (let n = program.normalizedCount, score = program.normalized; n > 0; n--, score = next(score)) {
      put(program, score.slot, row, score.weight * normalizedOf(score, score.raw[row]));
    }
    for (let n = program.domainScoreCount, score = program.domainScores; n > 0; n--, score = next(score)) {
      put(program, score.slot, row, score.weight * domainScoreOf(score, score.raw[row]));
    }
  }
}
