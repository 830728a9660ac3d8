// A full pass: filter every node for the class's master pod, and score those that passed.
import { addressOf, U8s } from '../columns';
import {
  CODE_FEASIBLE,
  MODE_REQUESTS_VARY,
  MODE_STATIC,
  STALE_ALL_SCORES,
  STALE_CODES,
  STALE_TOTALS,
} from '../layout';
import { countDomainRows, findMinima } from '../mechanisms/domain-filter';
import { countAllPresent } from '../mechanisms/domain-score';
import { findMaxima } from '../mechanisms/normalized';
import { Program } from '../records';
import { dropGroups } from './groups';
import { refilterAll } from './refilter';
import { filterRows } from './row';
import { scoreStale } from './totals';

function countFeasible(codes: U8s, rows: u32): u32 {
  let feasible: u32 = 0;
  if (ASC_FEATURE_SIMD) {
    for (let row: u32 = 0; row < rows; row += 16) {
      const sixteen = v128.load(addressOf(codes) + row);
      feasible += popcnt<i32>(i8x16.bitmask(i8x16.eq(sixteen, i8x16.splat(<i8>CODE_FEASIBLE))));
    }
  } else {
    for (let row: u32 = 0; row < rows; row++) if (codes[row] == CODE_FEASIBLE) feasible++;
  }
  return feasible;
}

/** Filters and scores all nodes. Returns how many are feasible. */
export function determineAll(program: Program): u32 {
  dropGroups(program, false);
  program.dirtyCount = 0;
  countDomainRows(program);
  findMinima(program);
  filterRows(program);
  program.feasible = countFeasible(program.code, program.cluster.rows);
  countAllPresent(program, program.feasible);
  findMaxima(program);
  program.stale = STALE_ALL_SCORES | STALE_TOTALS;
  scoreStale(program);
  return program.feasible;
}

/** Brings everything that is stale up to date, but for the scores of a program that keeps those of its start. */
export function refresh(program: Program): void {
  if ((program.stale & STALE_CODES) != 0) {
    // lanes take less time for all that a full pass does than one row after another for the filters
    if (ASC_FEATURE_SIMD && (program.mode & (MODE_STATIC | MODE_REQUESTS_VARY)) == 0) {
      determineAll(program);
      return;
    }
    // rows that have changed meanwhile have left their totals to this
    program.stale = (program.stale & ~STALE_CODES) | STALE_TOTALS;
    refilterAll(program);
  }
  if ((program.mode & MODE_STATIC) != 0) program.stale = 0;
  else scoreStale(program);
}
