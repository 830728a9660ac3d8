// Successive assignment: the class's pods one after another, each on the node that a full pass would choose now. Only
// what an assignment touched is computed again: the node's row, its domains, and what was normalised by an extreme that
// moved.
import { choose } from './choose';
import { chooseByGroups } from './choose-group';
import { takePorts } from './constraints/node-ports';
import { fits, takeResources } from './constraints/node-resources-fit';
import { attractAssigned } from './constraints/inter-pod-affinity';
import { countAssigned, findMinima } from './constraints/pod-topology-spread';
import { determineAll, settleRows, totalOf } from './determine';
import { buildGroups, groupsOf, isGrouped, regroup } from './groups';
import {
  CLUSTER_ROWS_AT,
  CODE_FEASIBLE,
  CODE_SKIPPED,
  MODE_RECHECK,
  MODE_STATIC,
  TURN_CLUSTER_AT,
  TURN_CODE_AT,
  TURN_DIRTY_AT,
  TURN_DIRTY_COUNT_AT,
  TURN_ATTRACTION_COUNT_AT,
  TURN_FEASIBLE_AT,
  TURN_HARD_COUNT_AT,
  TURN_MODE_AT,
  TURN_PORT_COUNT_AT,
  TURN_REPULSION_COUNT_AT,
  TURN_ROW_SCORE_AT,
  TURN_STALE_AT,
  TURN_TOTAL_AT,
} from './layout';
import { leaveCodes, refilter } from './refilter';
import { rowScoreOf } from './row';

/** Brings the row up to date after the usage of its node changed. */
function refresh(turn: usize, row: u32): void {
  refilter(turn, row);
  if ((load<u32>(turn, TURN_MODE_AT) & MODE_STATIC) != 0) return;
  if (load<u8>(<usize>load<u32>(turn, TURN_CODE_AT) + row) != CODE_FEASIBLE) return;
  const at = <usize>row << 3;
  store<f64>(<usize>load<u32>(turn, TURN_ROW_SCORE_AT) + at, rowScoreOf(turn, row));
  // when everything is stale the totals are all added up again anyway
  if (load<u32>(turn, TURN_STALE_AT) == 0) store<f64>(<usize>load<u32>(turn, TURN_TOTAL_AT) + at, totalOf(turn, row));
}

/** Whether a pod on one node can change what another node is to the class's filters. */
// @ts-ignore: decorator
@inline
function domainsDecide(turn: usize): bool {
  return (
    load<u32>(turn, TURN_HARD_COUNT_AT) != 0 ||
    load<u32>(turn, TURN_ATTRACTION_COUNT_AT) != 0 ||
    load<u32>(turn, TURN_REPULSION_COUNT_AT) != 0
  );
}

/**
 * Brings up to date the rows that changed since the turn's last use. Returns false when one of them is no row. The host
 * has changed what is counted by domains already, and has marked it as stale.
 */
export function refreshDirty(turn: usize): bool {
  const dirty = <usize>load<u32>(turn, TURN_DIRTY_AT);
  const count = load<u32>(turn, TURN_DIRTY_COUNT_AT);
  const rows = load<u32>(<usize>load<u32>(turn, TURN_CLUSTER_AT), CLUSTER_ROWS_AT);
  for (let n: u32 = 0; n < count; n++) if (load<u32>(dirty + (<usize>n << 2)) >= rows) return false;
  store<u32>(turn, 0, TURN_DIRTY_COUNT_AT);
  if (count != 0 && domainsDecide(turn)) {
    findMinima(turn);
    leaveCodes(turn);
  }
  if (isGrouped(turn)) {
    for (let n: u32 = 0; n < count; n++) {
      if (regroup(turn, load<u32>(dirty + (<usize>n << 2)))) continue;
      determineAll(turn);
      break;
    }
    return true;
  }
  for (let n: u32 = 0; n < count; n++) refresh(turn, load<u32>(dirty + (<usize>n << 2)));
  settleRows(turn);
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
  if (count != 0 && groupsOf(turn) != 0 && !isGrouped(turn)) buildGroups(turn);
  let entry = out;
  for (let n: u32 = 0; n < count; n++) {
    const grouped = isGrouped(turn);
    if (!grouped) settleRows(turn);
    const chosen = grouped ? chooseByGroups(turn, entry + 8) : recheck ? chooseFitting(turn) : choose(turn);
    if (chosen < 0) return n;
    const row = <u32>chosen;
    store<u32>(entry, row);
    store<u32>(entry, load<u32>(turn, TURN_FEASIBLE_AT), 4);
    if (!grouped) store<f64>(entry, load<f64>(<usize>load<u32>(turn, TURN_TOTAL_AT) + (<usize>row << 3)), 8);
    entry += 16;
    takeResources(turn, row);
    if (load<u32>(turn, TURN_PORT_COUNT_AT) != 0) takePorts(turn, row);
    // after the last pod nobody may ever look at the other rows again
    if (n + 1 == count && domainsDecide(turn)) leaveCodes(turn);
    countAssigned(turn, row);
    attractAssigned(turn, row);
    if (grouped) {
      // too many groups: from here on all nodes are looked at
      if (!regroup(turn, row)) determineAll(turn);
    } else {
      refresh(turn, row);
    }
  }
  return count;
}
