// Successive assignment: the class's pods one after another, each on the node that a full pass would choose now. Only
// what an assignment touched is computed again: the node's row, its domains, and what was normalised by an extreme that
// moved.
import { choose } from './choose';
import { takePorts } from './constraints/node-ports';
import { fits, takeResources } from './constraints/node-resources-fit';
import { countAssigned, countPresent, findMinima } from './constraints/pod-topology-spread';
import { settle, totalOf } from './determine';
import {
  CLUSTER_ROWS_AT,
  CODE_CUT,
  CODE_FEASIBLE,
  CODE_SKIPPED,
  MODE_RECHECK,
  MODE_STATIC,
  STALE_TOTALS,
  TURN_CLUSTER_AT,
  TURN_CODE_AT,
  TURN_DIRTY_AT,
  TURN_DIRTY_COUNT_AT,
  TURN_FEASIBLE_AT,
  TURN_HARD_COUNT_AT,
  TURN_MODE_AT,
  TURN_PORT_COUNT_AT,
  TURN_ROW_SCORE_AT,
  TURN_STALE_AT,
  TURN_TOTAL_AT,
} from './layout';
import { moveMaxima } from './normalized';
import { codeOf, rowScoreOf } from './row';

/** Filters the row again, and moves what depends on the set of the feasible rows. */
function refilter(turn: usize, row: u32): void {
  const entry = <usize>load<u32>(turn, TURN_CODE_AT) + row;
  const before: u32 = load<u8>(entry);
  if (before == CODE_CUT) return;
  const after = codeOf(turn, row);
  const was = before == CODE_FEASIBLE;
  const is = after == CODE_FEASIBLE;
  const frozen = (load<u32>(turn, TURN_MODE_AT) & MODE_STATIC) != 0;
  // a list that was scored once only ever gets shorter
  if (frozen && is && !was) return;
  store<u8>(entry, <u8>after);
  if (was == is) return;
  store<u32>(turn, load<u32>(turn, TURN_FEASIBLE_AT) + (is ? 1 : -1), TURN_FEASIBLE_AT);
  if (is) {
    store<f64>(<usize>load<u32>(turn, TURN_ROW_SCORE_AT) + (<usize>row << 3), rowScoreOf(turn, row));
    store<u32>(turn, load<u32>(turn, TURN_STALE_AT) | STALE_TOTALS, TURN_STALE_AT);
  } else {
    store<f64>(<usize>load<u32>(turn, TURN_TOTAL_AT) + (<usize>row << 3), -1);
  }
  if (frozen) return;
  moveMaxima(turn, row, is);
  countPresent(turn, row, is ? 1 : -1);
}

/** Scores what is stale again, unless the turn keeps the scores of its start. */
// @ts-ignore: decorator
@inline
function settleUnlessStatic(turn: usize): void {
  if ((load<u32>(turn, TURN_MODE_AT) & MODE_STATIC) == 0) settle(turn);
  else store<u32>(turn, 0, TURN_STALE_AT);
}

/** Filters every row again: a hard constraint's counts changed. */
function refilterAll(turn: usize): void {
  const rows = load<u32>(<usize>load<u32>(turn, TURN_CLUSTER_AT), CLUSTER_ROWS_AT);
  for (let row: u32 = 0; row < rows; row++) refilter(turn, row);
}

/** Brings the row up to date after the usage of its node changed. */
function refresh(turn: usize, row: u32): void {
  const mode = load<u32>(turn, TURN_MODE_AT);
  if ((mode & MODE_RECHECK) == 0) refilter(turn, row);
  if ((mode & MODE_STATIC) != 0) return;
  if (load<u8>(<usize>load<u32>(turn, TURN_CODE_AT) + row) != CODE_FEASIBLE) return;
  const at = <usize>row << 3;
  store<f64>(<usize>load<u32>(turn, TURN_ROW_SCORE_AT) + at, rowScoreOf(turn, row));
  // when everything is stale the totals are all added up again anyway
  if (load<u32>(turn, TURN_STALE_AT) == 0) store<f64>(<usize>load<u32>(turn, TURN_TOTAL_AT) + at, totalOf(turn, row));
}

/**
 * Brings up to date the rows that changed since the turn's last use. Returns false when one of them is no row. The host
 * has changed the spread counts already, and has set STALE_SPREAD where it did.
 */
export function refreshDirty(turn: usize): bool {
  const dirty = <usize>load<u32>(turn, TURN_DIRTY_AT);
  const count = load<u32>(turn, TURN_DIRTY_COUNT_AT);
  const rows = load<u32>(<usize>load<u32>(turn, TURN_CLUSTER_AT), CLUSTER_ROWS_AT);
  for (let n: u32 = 0; n < count; n++) if (load<u32>(dirty + (<usize>n << 2)) >= rows) return false;
  if (load<u32>(turn, TURN_HARD_COUNT_AT) != 0 && count != 0) {
    findMinima(turn);
    refilterAll(turn);
  }
  for (let n: u32 = 0; n < count; n++) refresh(turn, load<u32>(dirty + (<usize>n << 2)));
  store<u32>(turn, 0, TURN_DIRTY_COUNT_AT);
  settleUnlessStatic(turn);
  return true;
}

/** The best row with room for the pod at hand, when it may ask for other resources than its class's master. */
function chooseFitting(turn: usize): i32 {
  const codes = <usize>load<u32>(turn, TURN_CODE_AT);
  const totals = <usize>load<u32>(turn, TURN_TOTAL_AT);
  let row = choose(turn);
  let skipped = false;
  while (row >= 0 && !fits(turn, row)) {
    store<u8>(codes + <usize>row, <u8>CODE_SKIPPED);
    store<f64>(totals + (<usize>row << 3), -1);
    skipped = true;
    row = choose(turn);
  }
  if (skipped) {
    const rows = load<u32>(<usize>load<u32>(turn, TURN_CLUSTER_AT), CLUSTER_ROWS_AT);
    for (let other: u32 = 0; other < rows; other++) {
      if (load<u8>(codes + other) != <u8>CODE_SKIPPED) continue;
      store<u8>(codes + other, <u8>CODE_FEASIBLE);
      store<f64>(totals + (<usize>other << 3), totalOf(turn, other));
    }
  }
  return row;
}

/** Assigns up to `count` pods; writes {row: u32, feasible rows: u32, total: f64} for each. Returns how many. */
export function assignUpTo(turn: usize, count: u32, out: usize): u32 {
  const recheck = (load<u32>(turn, TURN_MODE_AT) & MODE_RECHECK) != 0;
  let entry = out;
  for (let n: u32 = 0; n < count; n++) {
    const chosen = recheck ? chooseFitting(turn) : choose(turn);
    if (chosen < 0) return n;
    const row = <u32>chosen;
    store<u32>(entry, row);
    store<u32>(entry, load<u32>(turn, TURN_FEASIBLE_AT), 4);
    store<f64>(entry, load<f64>(<usize>load<u32>(turn, TURN_TOTAL_AT) + (<usize>row << 3)), 8);
    entry += 16;
    takeResources(turn, row);
    if (load<u32>(turn, TURN_PORT_COUNT_AT) != 0) takePorts(turn, row);
    if (countAssigned(turn, row)) refilterAll(turn);
    refresh(turn, row);
    settleUnlessStatic(turn);
  }
  return count;
}
