// Filtering rows again whose outcome may have changed.
import { countPresent } from './constraints/pod-topology-spread';
import { isGrouped } from './groups';
import {
  CLUSTER_ROWS_AT,
  CODE_CUT,
  CODE_FEASIBLE,
  MODE_RECHECK,
  MODE_STATIC,
  STALE_CODES,
  STALE_PREFERENCES,
  STALE_TOTALS,
  TURN_CLUSTER_AT,
  TURN_CODE_AT,
  TURN_FEASIBLE_AT,
  TURN_FIT_CODE_AT,
  TURN_MODE_AT,
  TURN_PREFERENCE_COUNT_AT,
  TURN_ROW_SCORE_AT,
  TURN_STALE_AT,
  TURN_TOTAL_AT,
} from './layout';
import { moveMaxima } from './normalized';
import { codeBesidesFit, codeOf, rowScoreOf } from './row';

/** Filters the row again, and moves what depends on the set of the feasible rows. */
export function refilter(turn: usize, row: u32): void {
  const entry = <usize>load<u32>(turn, TURN_CODE_AT) + row;
  const before: u32 = load<u8>(entry);
  if (before == CODE_CUT) return;
  const mode = load<u32>(turn, TURN_MODE_AT);
  // what the pods at hand ask for may differ from what their master does: each is asked for its fit when it chooses
  const rechecks = (mode & MODE_RECHECK) != 0;
  if (rechecks && before != CODE_FEASIBLE && before == load<u32>(turn, TURN_FIT_CODE_AT)) return;
  const after = rechecks ? codeBesidesFit(turn, row) : codeOf(turn, row);
  const was = before == CODE_FEASIBLE;
  const is = after == CODE_FEASIBLE;
  const frozen = (mode & MODE_STATIC) != 0;
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
  // the least or the greatest preference may have come or gone
  if (load<u32>(turn, TURN_PREFERENCE_COUNT_AT) != 0) {
    store<u32>(turn, load<u32>(turn, TURN_STALE_AT) | STALE_PREFERENCES, TURN_STALE_AT);
  }
}

/** Filters every row again. */
export function refilterAll(turn: usize): void {
  const rows = load<u32>(<usize>load<u32>(turn, TURN_CLUSTER_AT), CLUSTER_ROWS_AT);
  for (let row: u32 = 0; row < rows; row++) refilter(turn, row);
}

/** Leaves every row to be filtered again by whoever looks at the codes next; the groups see to that themselves. */
export function leaveCodes(turn: usize): void {
  if (isGrouped(turn)) return;
  store<u32>(turn, load<u32>(turn, TURN_STALE_AT) | STALE_CODES, TURN_STALE_AT);
}

/** Filters the rows of one domain again. */
export function refilterDomain(turn: usize, column: usize, domain: u32): void {
  if ((load<u32>(turn, TURN_STALE_AT) & STALE_CODES) != 0 || isGrouped(turn)) return;
  const rows = load<u32>(<usize>load<u32>(turn, TURN_CLUSTER_AT), CLUSTER_ROWS_AT);
  for (let row: u32 = 0; row < rows; row++) {
    if (load<u32>(column + (<usize>row << 2)) == domain) refilter(turn, row);
  }
}
