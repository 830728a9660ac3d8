// Groups of nodes whose totals differ by their own row's score only. A choice evaluates the groups, of which there are
// few, and takes the top of the best one's heap; a placement moves one row. Exact: the groups see the same counts, minima
// and maxima that a pass over all nodes would find.
import { groupIsAttractive } from './constraints/inter-pod-affinity';
import { portsConflict } from './constraints/node-ports';
import { fits } from './constraints/node-resources-fit';
import { clearPresent, groupIsEven } from './constraints/pod-topology-spread';
import {
  AMOUNT_AMOUNTS_AT,
  AMOUNT_COMPONENT_AT,
  AMOUNT_DOMAINS_AT,
  AMOUNT_SIZE,
  CLUSTER_ROWS_AT,
  CODE_FEASIBLE,
  COMPONENT_DOMAIN,
  COMPONENT_ENTRY,
  COMPONENT_LIMIT,
  COMPONENT_NUMBER,
  COMPONENT_SIZE,
  GROUPS_BUILT_AT,
  GROUPS_COMPONENTS_AT,
  GROUPS_COMPONENT_COUNT_AT,
  GROUPS_COUNT_AT,
  GROUPS_LIMIT_AT,
  GROUPS_OF_ROW_AT,
  GROUPS_OPEN_AT,
  GROUPS_OPEN_COUNT_AT,
  GROUPS_RECORDS_AT,
  GROUPS_ROUND_AT,
  GROUPS_TABLE_AT,
  GROUPS_TABLE_SIZE_AT,
  GROUP_COMPONENTS_AT,
  GROUP_COUNT_AT,
  GROUP_ROOT_AT,
  GROUP_SIZE,
  HARD_COMPONENT_AT,
  HARD_COUNTS_AT,
  HARD_DOMAINS_AT,
  HARD_SIZE,
  NORMALIZED_COMPONENT_AT,
  NORMALIZED_RAW_AT,
  NORMALIZED_SIZE,
  NO_ROW,
  SOFT_BY_ROW_AT,
  SOFT_COMPONENT_AT,
  SOFT_COUNTS_AT,
  SOFT_DOMAINS_AT,
  SOFT_SIZE,
  TURN_ATTRACTIONS_AT,
  TURN_ATTRACTION_COUNT_AT,
  TURN_CLUSTER_AT,
  TURN_CODE_AT,
  TURN_FIT_CODE_AT,
  TURN_GROUPS_AT,
  TURN_HARD_AT,
  TURN_HARD_COUNT_AT,
  TURN_NORMALIZED_AT,
  TURN_NORMALIZED_COUNT_AT,
  TURN_PORT_COUNT_AT,
  TURN_PREFERENCES_AT,
  TURN_PREFERENCE_COUNT_AT,
  TURN_REPULSIONS_AT,
  TURN_REPULSION_COUNT_AT,
  TURN_ROW_SCORE_AT,
  TURN_SOFT_AT,
  TURN_SOFT_COUNT_AT,
  TURN_STATIC_CODE_AT,
} from './layout';
import { heapInsert, heapRemove } from './heap';
import { rowScoreOf } from './row';

const NONE: u32 = <u32>NO_ROW;
/** A domain column whose rows share their domains has at most one domain for so many rows. */
const ROWS_PER_SHARED_DOMAIN: u32 = 4;

// @ts-ignore: decorator
@inline
export function groupsOf(turn: usize): usize {
  return <usize>load<u32>(turn, TURN_GROUPS_AT);
}

// @ts-ignore: decorator
@inline
function rowsOf(turn: usize): u32 {
  return load<u32>(<usize>load<u32>(turn, TURN_CLUSTER_AT), CLUSTER_ROWS_AT);
}

// @ts-ignore: decorator
@inline
export function groupAt(groups: usize, index: u32): usize {
  return <usize>load<u32>(groups, GROUPS_RECORDS_AT) + <usize>index * GROUP_SIZE;
}

/** The address of an open group. */
// @ts-ignore: decorator
@inline
export function openAt(groups: usize, index: u32): usize {
  return <usize>load<u32>(<usize>load<u32>(groups, GROUPS_OPEN_AT) + (<usize>index << 2));
}

/** Whether the turn has groups now. */
// @ts-ignore: decorator
@inline
export function isGrouped(turn: usize): bool {
  const groups = groupsOf(turn);
  return groups != 0 && load<u32>(groups, GROUPS_BUILT_AT) != 0;
}

/** Whether the row passes every filter but those that its group passes or fails as a whole. */
function passesAlone(turn: usize, row: u32): bool {
  if (load<u8>(<usize>load<u32>(turn, TURN_STATIC_CODE_AT) + row) != CODE_FEASIBLE) return false;
  if (load<u32>(turn, TURN_FIT_CODE_AT) != 0 && !fits(turn, row)) return false;
  return load<u32>(turn, TURN_PORT_COUNT_AT) == 0 || !portsConflict(turn, row);
}

/** Adds a component unless there is one like it; returns its index, or COMPONENT_LIMIT when there is no room. */
function component(groups: usize, kind: u32, column: u32, table: u32): u32 {
  const count = load<u32>(groups, GROUPS_COMPONENT_COUNT_AT);
  let record = groups + GROUPS_COMPONENTS_AT;
  for (let n: u32 = 0; n < count; n++) {
    if (load<u32>(record) == kind && load<u32>(record, 4) == column && load<u32>(record, 8) == table) return n;
    record += COMPONENT_SIZE;
  }
  if (count == COMPONENT_LIMIT) return COMPONENT_LIMIT;
  store<u32>(record, kind);
  store<u32>(record, column, 4);
  store<u32>(record, table, 8);
  store<u32>(groups, count + 1, GROUPS_COMPONENT_COUNT_AT);
  return count;
}

/** Whether no two rows stand in one domain of the column; `seen` has a byte for each domain. */
function isPrivate(turn: usize, column: usize, domains: u32, seen: usize): bool {
  memory.fill(seen, 0, domains);
  for (let row: u32 = 0, rows = rowsOf(turn); row < rows; row++) {
    const domain = load<u32>(column + (<usize>row << 2));
    if (domain == 0) continue;
    if (load<u8>(seen + domain) != 0) return false;
    store<u8>(seen + domain, 1);
  }
  return true;
}

/**
 * The component by which a table over a domain column enters the groups: the domain, where rows share it, or the row's
 * own entry. COMPONENT_LIMIT when neither will do.
 */
function domainComponent(turn: usize, groups: usize, column: u32, domains: u32, table: u32): u32 {
  if (domains * ROWS_PER_SHARED_DOMAIN <= rowsOf(turn)) return component(groups, COMPONENT_DOMAIN, column, 0);
  // the columns of the groups are not in use yet: one of them serves as scratch
  const seen = <usize>load<u32>(groups, GROUPS_OF_ROW_AT);
  if (domains > rowsOf(turn) + 1 || !isPrivate(turn, <usize>column, domains, seen)) return COMPONENT_LIMIT;
  return component(groups, COMPONENT_ENTRY, column, table);
}

/** Lists the numbers that tell the groups apart. Returns false when groups cannot serve this turn. */
function findComponents(turn: usize, groups: usize): bool {
  store<u32>(groups, 0, GROUPS_COMPONENT_COUNT_AT);
  let fit = true;
  let record = <usize>load<u32>(turn, TURN_NORMALIZED_AT);
  for (let n = load<u32>(turn, TURN_NORMALIZED_COUNT_AT); n > 0; n--) {
    const found = component(groups, COMPONENT_NUMBER, 0, load<u32>(record, NORMALIZED_RAW_AT));
    store<u32>(record, found, NORMALIZED_COMPONENT_AT);
    fit = fit && found != <u32>COMPONENT_LIMIT;
    record += NORMALIZED_SIZE;
  }
  record = <usize>load<u32>(turn, TURN_SOFT_AT);
  for (let n = load<u32>(turn, TURN_SOFT_COUNT_AT); n > 0; n--) {
    const column = load<u32>(record);
    const counts = load<u32>(record, SOFT_COUNTS_AT);
    const found =
      load<u32>(record, SOFT_BY_ROW_AT) != 0
        ? component(groups, COMPONENT_NUMBER, column, counts)
        : domainComponent(turn, groups, column, load<u32>(record, SOFT_DOMAINS_AT), counts);
    store<u32>(record, found, SOFT_COMPONENT_AT);
    // the number of domains is counted by the groups, so that these must be of one domain each
    fit = fit && found != <u32>COMPONENT_LIMIT && (load<u32>(record, SOFT_BY_ROW_AT) != 0 || isDomain(groups, found));
    record += SOFT_SIZE;
  }
  record = <usize>load<u32>(turn, TURN_HARD_AT);
  for (let n = load<u32>(turn, TURN_HARD_COUNT_AT); n > 0; n--) {
    const counts = load<u32>(record, HARD_COUNTS_AT);
    const found = domainComponent(turn, groups, load<u32>(record), load<u32>(record, HARD_DOMAINS_AT), counts);
    store<u32>(record, found, HARD_COMPONENT_AT);
    fit = fit && found != <u32>COMPONENT_LIMIT;
    record += HARD_SIZE;
  }
  fit = fit && amountComponents(turn, groups, load<u32>(turn, TURN_ATTRACTIONS_AT), load<u32>(turn, TURN_ATTRACTION_COUNT_AT));
  fit = fit && amountComponents(turn, groups, load<u32>(turn, TURN_REPULSIONS_AT), load<u32>(turn, TURN_REPULSION_COUNT_AT));
  return fit && amountComponents(turn, groups, load<u32>(turn, TURN_PREFERENCES_AT), load<u32>(turn, TURN_PREFERENCE_COUNT_AT));
}

function amountComponents(turn: usize, groups: usize, first: u32, count: u32): bool {
  let record = <usize>first;
  for (let n = count; n > 0; n--) {
    const domains = load<u32>(record, AMOUNT_DOMAINS_AT);
    const found = domainComponent(turn, groups, load<u32>(record), domains, load<u32>(record, AMOUNT_AMOUNTS_AT));
    store<u32>(record, found, AMOUNT_COMPONENT_AT);
    if (found == <u32>COMPONENT_LIMIT) return false;
    record += AMOUNT_SIZE;
  }
  return true;
}

// @ts-ignore: decorator
@inline
export function isDomain(groups: usize, component: u32): bool {
  return load<u32>(groups + GROUPS_COMPONENTS_AT + <usize>component * COMPONENT_SIZE) == COMPONENT_DOMAIN;
}

/** The row's number for a component; -Infinity, which no table holds, where the node lacks the label of an entry. */
function numberOf(groups: usize, index: u32, row: u32): f64 {
  const record = groups + GROUPS_COMPONENTS_AT + <usize>index * COMPONENT_SIZE;
  const kind = load<u32>(record);
  const column = <usize>load<u32>(record, 4);
  const domain: u32 = column == 0 ? 1 : load<u32>(column + (<usize>row << 2));
  if (kind == COMPONENT_DOMAIN) return <f64>domain;
  if (domain == 0) return -Infinity;
  return load<f64>(<usize>load<u32>(record, 8) + (<usize>(kind == COMPONENT_ENTRY ? domain : row) << 3));
}

/** The group that the row's numbers put it in, made if it is new; NONE when there are too many. */
function groupFor(groups: usize, row: u32): u32 {
  const components = load<u32>(groups, GROUPS_COMPONENT_COUNT_AT);
  const count = load<u32>(groups, GROUPS_COUNT_AT);
  // the numbers are written behind the last group, where a new one would have them
  const fresh = groupAt(groups, count);
  let hash: u64 = 0x9e3779b97f4a7c15;
  for (let n: u32 = 0; n < components; n++) {
    const number = numberOf(groups, n, row);
    store<f64>(fresh + GROUP_COMPONENTS_AT + (<usize>n << 3), number);
    hash = (hash ^ reinterpret<u64>(number)) * 0xff51afd7ed558ccd;
    hash ^= hash >> 32;
  }
  const mask = load<u32>(groups, GROUPS_TABLE_SIZE_AT) - 1;
  const table = <usize>load<u32>(groups, GROUPS_TABLE_AT);
  let slot = <u32>hash & mask;
  while (true) {
    const entry = table + (<usize>slot << 2);
    const found = load<u32>(entry);
    if (found == 0) {
      if (count == load<u32>(groups, GROUPS_LIMIT_AT)) return NONE;
      store<u32>(entry, count + 1);
      store<u32>(fresh, NONE, GROUP_ROOT_AT);
      store<u32>(fresh, 0, GROUP_COUNT_AT);
      store<u32>(groups, count + 1, GROUPS_COUNT_AT);
      return count;
    }
    const numbers = groupAt(groups, found - 1) + GROUP_COMPONENTS_AT;
    if (memory.compare(numbers, fresh + GROUP_COMPONENTS_AT, <usize>components << 3) == 0) return found - 1;
    slot = (slot + 1) & mask;
  }
}

/** Forms the groups of a turn that is settled. Returns whether it is grouped now; when not, it looks at all nodes. */
export function buildGroups(turn: usize): bool {
  const groups = groupsOf(turn);
  if (!findComponents(turn, groups)) {
    dropGroups(turn, true);
    return false;
  }
  const rows = rowsOf(turn);
  store<u32>(groups, 0, GROUPS_COUNT_AT);
  memory.fill(<usize>load<u32>(groups, GROUPS_TABLE_AT), 0, <usize>load<u32>(groups, GROUPS_TABLE_SIZE_AT) << 2);
  memory.fill(<usize>load<u32>(groups, GROUPS_OF_ROW_AT), 0xff, <usize>rows << 2);
  store<u32>(groups, 1, GROUPS_BUILT_AT);
  // the groups mark the domains that they have seen with the number of their round
  clearPresent(turn);
  store<u32>(groups, 0, GROUPS_ROUND_AT);
  const codes = <usize>load<u32>(turn, TURN_CODE_AT);
  for (let row: u32 = 0; row < rows; row++) {
    // a feasible row passes alone, and is scored
    const joined = load<u8>(codes + row) == CODE_FEASIBLE ? join(turn, groups, row) : regroup(turn, row);
    if (!joined) return false;
  }
  return true;
}

/** Puts the row, which passes alone and is scored, into its group. Returns false when there are too many groups. */
function join(turn: usize, groups: usize, row: u32): bool {
  const index = groupFor(groups, row);
  if (index == NONE) {
    dropGroups(turn, true);
    return false;
  }
  const group = groupAt(groups, index);
  store<u32>(group, heapInsert(turn, load<u32>(group, GROUP_ROOT_AT), row), GROUP_ROOT_AT);
  store<u32>(group, load<u32>(group, GROUP_COUNT_AT) + 1, GROUP_COUNT_AT);
  store<u32>(<usize>load<u32>(groups, GROUPS_OF_ROW_AT) + (<usize>row << 2), index);
  return true;
}

/** Goes on without groups, for good or until they are built again. The codes and totals of all rows must be found anew. */
export function dropGroups(turn: usize, forGood: bool): void {
  const groups = groupsOf(turn);
  if (groups == 0) return;
  store<u32>(groups, 0, GROUPS_BUILT_AT);
  if (forGood) store<u32>(turn, 0, TURN_GROUPS_AT);
}

/**
 * Puts the row where its numbers and its own filters put it now, after they may have changed. Returns false when there
 * are too many groups: then the turn has none any longer.
 */
export function regroup(turn: usize, row: u32): bool {
  const groups = groupsOf(turn);
  const entry = <usize>load<u32>(groups, GROUPS_OF_ROW_AT) + (<usize>row << 2);
  const before = load<u32>(entry);
  if (before != NONE) {
    const group = groupAt(groups, before);
    store<u32>(group, heapRemove(turn, load<u32>(group, GROUP_ROOT_AT), row), GROUP_ROOT_AT);
    store<u32>(group, load<u32>(group, GROUP_COUNT_AT) - 1, GROUP_COUNT_AT);
    store<u32>(entry, NONE);
  }
  if (!passesAlone(turn, row)) return true;
  store<f64>(<usize>load<u32>(turn, TURN_ROW_SCORE_AT) + (<usize>row << 3), rowScoreOf(turn, row));
  return join(turn, groups, row);
}

/** Lists the groups that the filters by domains leave open. Returns how many rows stand in these. */
export function openGroups(turn: usize, groups: usize): u32 {
  const list = <usize>load<u32>(groups, GROUPS_OPEN_AT);
  let open: u32 = 0;
  let feasible: u32 = 0;
  for (let n: u32 = 0, count = load<u32>(groups, GROUPS_COUNT_AT); n < count; n++) {
    const group = groupAt(groups, n);
    const size = load<u32>(group, GROUP_COUNT_AT);
    if (size == 0 || !groupIsEven(turn, groups, group) || !groupIsAttractive(turn, groups, group)) continue;
    store<u32>(list + (<usize>open << 2), <u32>group);
    open++;
    feasible += size;
  }
  store<u32>(groups, open, GROUPS_OPEN_COUNT_AT);
  return feasible;
}
