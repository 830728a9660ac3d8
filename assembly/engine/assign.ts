// Successive assignment: the class's pods one after another, each on the node that a full pass would choose now. Only
// what a placement touched is computed again: the node's row, its domains, and what was normalised by an extreme that
// moved.
import { next } from '../columns';
import { CODE_FEASIBLE, CODE_SKIPPED, MODE_REQUESTS_VARY, MODE_STATIC, STALE_SCORES } from '../layout';
import { fits, takeAmounts } from '../mechanisms/amounts';
import { findMinima, placeInFilter } from '../mechanisms/domain-filter';
import { placeInScore } from '../mechanisms/domain-score';
import { takeExclusive } from '../mechanisms/exclusive';
import { Placement, Program } from '../records';
import { TOUCHED_DOMAIN, TOUCHED_EVERYTHING } from '../touched';
import { choose } from './choose';
import { chooseByGroups } from './choose-group';
import { determineAll, refresh } from './determine';
import { buildGroups, isGrouped, regroup } from './groups';
import { markCodesStale, refilter, refilterDomain } from './refilter';
import { rowScoreOf } from './row';
import { totalOf } from './totals';

/** Brings the row up to date after what its node has to give changed. */
function refreshRow(program: Program, row: u32): void {
  refilter(program, row);
  if ((program.mode & MODE_STATIC) != 0) return;
  if (program.code[row] != CODE_FEASIBLE) return;
  program.rowScore[row] = rowScoreOf(program, row);
  // when anything is stale the totals are all added up again anyway
  if (program.stale == 0) program.total[row] = totalOf(program, row);
}

/**
 * Brings up to date the rows that changed since the program's last use. Returns false when one of them is no row. The
 * host has changed what is counted by domains already, and has marked it as stale.
 */
export function refreshDirty(program: Program): bool {
  const dirty = program.dirty;
  const count = program.dirtyCount;
  for (let n: u32 = 0; n < count; n++) if (dirty[n] >= program.cluster.rows) return false;
  program.dirtyCount = 0;
  if (count != 0 && program.domainFilterCount != 0) {
    findMinima(program);
    markCodesStale(program);
  }
  if (isGrouped(program)) {
    for (let n: u32 = 0; n < count; n++) {
      if (regroup(program, dirty[n])) continue;
      determineAll(program);
      break;
    }
    return true;
  }
  for (let n: u32 = 0; n < count; n++) refreshRow(program, dirty[n]);
  refresh(program);
  return true;
}

/** The best row with room for the pod at hand, when it may ask for other amounts than its class's master. */
function chooseFitting(program: Program): i32 {
  let row = choose(program);
  let skipped = false;
  while (row >= 0 && !fits(program, row)) {
    program.code[row] = CODE_SKIPPED;
    program.total[row] = -1;
    skipped = true;
    row = choose(program);
  }
  if (!skipped) return row;
  for (let other: u32 = 0, rows = program.cluster.rows; other < rows; other++) {
    if (program.code[other] != CODE_SKIPPED) continue;
    program.code[other] = CODE_FEASIBLE;
    program.total[other] = totalOf(program, other);
  }
  return row;
}

/** Takes what the class's pod needs in the row, and filters again the rows that this opens or closes. */
function place(program: Program, row: u32): void {
  takeAmounts(program, row);
  takeExclusive(program, row);
  for (let n = program.domainScoreCount, score = program.domainScores; n > 0; n--, score = next(score)) {
    if (!placeInScore(score, row)) continue;
    score.stale = 1;
    program.stale |= STALE_SCORES;
  }
  for (let n = program.domainFilterCount, filter = program.domainFilters; n > 0; n--, filter = next(filter)) {
    const touched = placeInFilter(filter, row);
    if (touched == TOUCHED_DOMAIN) refilterDomain(program, filter.domain, filter.domain[row]);
    else if (touched == TOUCHED_EVERYTHING) markCodesStale(program);
  }
}

/** Assigns up to `count` pods; writes a Placement for each. Returns how many found a node. */
export function assignUpTo(program: Program, count: u32, out: Placement): u32 {
  const varies = (program.mode & MODE_REQUESTS_VARY) != 0;
  if (count != 0 && program.groups && !isGrouped(program)) buildGroups(program);
  let placement = out;
  for (let n: u32 = 0; n < count; n++) {
    const grouped = isGrouped(program);
    if (!grouped) refresh(program);
    const chosen = grouped
      ? chooseByGroups(program, placement)
      : varies
        ? chooseFitting(program)
        : choose(program);
    if (chosen < 0) return n;
    const row = <u32>chosen;
    placement.row = row;
    placement.feasible = program.feasible;
    if (!grouped) placement.total = program.total[row];
    placement = next(placement);
    // after the last pod nobody may ever look at the other rows again
    if (n + 1 == count && program.domainFilterCount != 0) markCodesStale(program);
    place(program, row);
    if (!grouped) refreshRow(program, row);
    // too many groups: from here on all rows are looked at
    else if (!regroup(program, row)) determineAll(program);
  }
  return count;
}
