// The choice among the groups: as a full pass would score their rows.
import { next } from '../columns';
import { numberIn } from '../group-numbers';
import { domainScoreOf } from '../mechanisms/domain-score';
import { rawIn, scoreGroups } from '../mechanisms/domain-score-groups';
import { normalizedOf } from '../mechanisms/normalized';
import { Groups, Normalized, Placement, Program } from '../records';
import { openGroups } from './groups';

/** Finds the maximum of a raw score over the open groups, by which it is normalised. */
function findMaximum(groups: Groups, score: Normalized): void {
  const open = groups.open;
  let maximum: f64 = 0;
  for (let n: u32 = 0, count = groups.openCount; n < count; n++) {
    maximum = max<f64>(maximum, numberIn(groups, open[n], score.component));
  }
  score.maximum = maximum;
}

/** Scores the open groups. */
function scoreOpen(program: Program, groups: Groups): void {
  let score = program.domainScores;
  for (let index: u32 = 0, count = program.domainScoreCount; index < count; index++) {
    scoreGroups(score, index, groups);
    score = next(score);
  }
  for (let n = program.normalizedCount, one = program.normalized; n > 0; n--, one = next(one)) {
    findMaximum(groups, one);
  }
}

/** What the group's rows have in common of their totals. */
// @ts-ignore: decorator
@inline
function commonTotal(program: Program, groups: Groups, group: u32): f64 {
  let total: f64 = 0;
  let score = program.domainScores;
  for (let index: u32 = 0, count = program.domainScoreCount; index < count; index++) {
    total += score.weight * domainScoreOf(score, rawIn(groups, group, index));
    score = next(score);
  }
  for (let n = program.normalizedCount, one = program.normalized; n > 0; n--, one = next(one)) {
    total += one.weight * normalizedOf(one, numberIn(groups, group, one.component));
  }
  return total;
}

/** The row to take next, whose total is left in `placement`; -1 when no row is feasible. */
export function chooseByGroups(program: Program, placement: Placement): i32 {
  const groups = program.groups!;
  program.feasible = openGroups(program, groups);
  scoreOpen(program, groups);
  const scores = program.rowScore;
  const ranks = program.cluster.rank;
  const roots = groups.roots;
  const open = groups.open;
  let best: i32 = -1;
  let greatest: f64 = -1;
  let bestRank: u32 = 0;
  for (let n: u32 = 0, count = groups.openCount; n < count; n++) {
    const group = open[n];
    const row = roots[group];
    const total = scores[row] + commonTotal(program, groups, group);
    const rank = ranks[row];
    if (total > greatest || (total == greatest && rank < bestRank)) {
      greatest = total;
      best = row;
      bestRank = rank;
    }
  }
  placement.total = greatest;
  return best;
}
