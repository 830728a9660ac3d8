// Filtering rows again whose outcome may have changed.
import { U32s } from '../columns';
import {
  CODE_CUT,
  CODE_FEASIBLE,
  MODE_REQUESTS_VARY,
  MODE_STATIC,
  STALE_CODES,
  STALE_SCORES,
  STALE_TOTALS,
} from '../layout';
import { isLackingCode } from '../mechanisms/amounts';
import { moveFeasible } from '../mechanisms/domain-score';
import { moveMaxima } from '../mechanisms/normalized';
import { Program } from '../records';
import { isGrouped } from './groups';
import { codeBesidesAmounts, codeOf, rowScoreOf } from './row';

/** Filters the row again, and moves what depends on the set of the feasible rows. */
export function refilter(program: Program, row: u32): void {
  const before = program.code[row];
  if (before == CODE_CUT) return;
  // what the pods at hand ask for may differ from what their master does: each is asked for its fit when it chooses
  const varies = (program.mode & MODE_REQUESTS_VARY) != 0;
  if (varies && before != CODE_FEASIBLE && isLackingCode(program, before)) return;
  const after = varies ? codeBesidesAmounts(program, row) : codeOf(program, row);
  const was = before == CODE_FEASIBLE;
  const is = after == CODE_FEASIBLE;
  const isStatic = (program.mode & MODE_STATIC) != 0;
  // a list that was scored once only ever gets shorter
  if (isStatic && is && !was) return;
  program.code[row] = after;
  if (was == is) return;
  program.feasible += is ? 1 : -1;
  if (is) {
    program.rowScore[row] = rowScoreOf(program, row);
    program.stale |= STALE_TOTALS;
  } else {
    program.total[row] = -1;
  }
  if (isStatic) return;
  if (moveMaxima(program, row, is)) program.stale |= STALE_TOTALS;
  if (program.domainScoreCount == 0) return;
  moveFeasible(program, row, is);
  program.stale |= STALE_SCORES;
}

/** Filters every row again. */
export function refilterAll(program: Program): void {
  for (let row: u32 = 0, rows = program.cluster.rows; row < rows; row++) refilter(program, row);
}

/** Leaves every row to be filtered again by whoever looks at the codes next; the groups see to that themselves. */
export function markCodesStale(program: Program): void {
  if (!isGrouped(program)) program.stale |= STALE_CODES;
}

/** Filters the rows of one domain again. */
export function refilterDomain(program: Program, column: U32s, domain: u32): void {
  if ((program.stale & STALE_CODES) != 0 || isGrouped(program)) return;
  for (let row: u32 = 0, rows = program.cluster.rows; row < rows; row++) {
    if (column[row] == domain) refilter(program, row);
  }
}
