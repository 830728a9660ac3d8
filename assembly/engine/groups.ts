// Groups of rows whose totals differ by their own scores only. A choice evaluates the groups, of which there are few, and
// takes the top of the best one's heap; a placement moves one row. Exact: the groups see the same counts, minima and maxima
// that a pass over all rows would find.
import { addressOf, at, F64s, next, U32s } from '../columns';
import {
  CODE_FEASIBLE,
  COMPONENT_DOMAIN,
  COMPONENT_ENTRY,
  COMPONENT_LIMIT,
  COMPONENT_NUMBER,
  GROUP_SCORE_LIMIT,
  NO_ROW,
} from '../layout';
import { fits } from '../mechanisms/amounts';
import { isGroupOpen } from '../mechanisms/domain-filter';
import { clearPresent } from '../mechanisms/domain-score';
import { suitsGroups } from '../mechanisms/domain-score-groups';
import { takenCode } from '../mechanisms/exclusive';
import { Groups, Program } from '../records';
import { heapInsert, heapRemove } from './heap';
import { rowScoreOf } from './row';

const NONE: u32 = <u32>NO_ROW;
/** A domain column whose rows share their domains has at most one domain for so many rows. */
const ROWS_PER_SHARED_DOMAIN: u32 = 4;

/** Whether the program has groups now. */
// @ts-ignore: decorator
@inline
export function isGrouped(program: Program): bool {
  const groups = program.groups;
  return groups !== null && groups.built != 0;
}

/** Whether the row passes every filter but those that its group passes or fails as a whole. */
function passesAlone(program: Program, row: u32): bool {
  if (program.staticCode[row] != CODE_FEASIBLE) return false;
  return fits(program, row) && takenCode(program, row) == CODE_FEASIBLE;
}

/** Adds a component unless there is one like it; returns its index, or COMPONENT_LIMIT when there is no room. */
function addComponent(groups: Groups, kind: u32, column: U32s | null, table: F64s | null): u32 {
  const count = groups.componentCount;
  for (let n: u32 = 0; n < count; n++) {
    const known = at(groups.components, n);
    if (known.kind == kind && known.column == column && known.table == table) return n;
  }
  if (count == COMPONENT_LIMIT) return COMPONENT_LIMIT;
  const added = at(groups.components, count);
  added.kind = kind;
  added.column = column;
  added.table = table;
  groups.componentCount = count + 1;
  return count;
}

/** Whether no two rows stand in one domain of the column; `seen` has a byte for each domain. */
function isPrivate(program: Program, column: U32s, domains: u32, seen: usize): bool {
  memory.fill(seen, 0, domains);
  for (let row: u32 = 0, rows = program.cluster.rows; row < rows; row++) {
    const domain = column[row];
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
function domainComponent(program: Program, groups: Groups, column: U32s, domains: u32, table: F64s): u32 {
  const rows = program.cluster.rows;
  if (domains * ROWS_PER_SHARED_DOMAIN <= rows) return addComponent(groups, COMPONENT_DOMAIN, column, null);
  // the columns of the groups are not in use yet: one of them serves as scratch
  const seen = addressOf(groups.ofRow);
  if (domains > rows + 1 || !isPrivate(program, column, domains, seen)) return COMPONENT_LIMIT;
  return addComponent(groups, COMPONENT_ENTRY, column, table);
}

/** Lists the numbers that tell the groups apart. Returns false when groups cannot serve this program. */
function findComponents(program: Program, groups: Groups): bool {
  groups.componentCount = 0;
  if (program.factor || program.domainScoreCount > <u32>GROUP_SCORE_LIMIT) return false;
  for (let n = program.normalizedCount, score = program.normalized; n > 0; n--, score = next(score)) {
    score.component = addComponent(groups, COMPONENT_NUMBER, null, score.raw);
    if (score.component == COMPONENT_LIMIT) return false;
  }
  for (let n = program.domainScoreCount, score = program.domainScores; n > 0; n--, score = next(score)) {
    for (let t = score.tableCount, table = score.tables; t > 0; t--, table = next(table)) {
      table.component =
        table.byRow != 0
          ? addComponent(groups, COMPONENT_NUMBER, table.domain, table.amounts)
          : domainComponent(program, groups, table.domain, table.domains, table.amounts);
      if (table.component == COMPONENT_LIMIT || !suitsGroups(table, groups)) return false;
    }
  }
  for (let n = program.domainFilterCount, filter = program.domainFilters; n > 0; n--, filter = next(filter)) {
    filter.component = domainComponent(program, groups, filter.domain, filter.domains, filter.amounts);
    if (filter.component == COMPONENT_LIMIT) return false;
  }
  return true;
}

/** The row's number for a component; -Infinity, which no table holds, where the node lacks the label of an entry. */
function numberOf(groups: Groups, index: u32, row: u32): f64 {
  const component = at(groups.components, index);
  const column = component.column;
  const domain: u32 = column ? column[row] : 1;
  if (component.kind == COMPONENT_DOMAIN) return <f64>domain;
  if (domain == 0) return -Infinity;
  return changetype<F64s>(component.table)[component.kind == COMPONENT_ENTRY ? domain : row];
}

/** The group that the row's numbers put it in, made if it is new; NONE when there are too many. */
function groupFor(groups: Groups, row: u32): u32 {
  const components = groups.componentCount;
  const count = groups.count;
  // the numbers are written behind the last group, where a new one would have them
  const fresh = count * COMPONENT_LIMIT;
  let hash: u64 = 0x9e3779b97f4a7c15;
  for (let n: u32 = 0; n < components; n++) {
    const number = numberOf(groups, n, row);
    groups.numbers[fresh + n] = number;
    hash = (hash ^ reinterpret<u64>(number)) * 0xff51afd7ed558ccd;
    hash ^= hash >> 32;
  }
  const mask = groups.tableSize - 1;
  const numbers = addressOf(groups.numbers);
  let slot = <u32>hash & mask;
  while (true) {
    const found = groups.table[slot];
    if (found == 0) {
      if (count == groups.limit) return NONE;
      groups.table[slot] = count + 1;
      groups.roots[count] = NONE;
      groups.sizes[count] = 0;
      groups.count = count + 1;
      return count;
    }
    const known = (found - 1) * COMPONENT_LIMIT;
    const bytes = <usize>components << 3;
    if (memory.compare(numbers + (<usize>known << 3), numbers + (<usize>fresh << 3), bytes) == 0) return found - 1;
    slot = (slot + 1) & mask;
  }
}

/** Forms the groups of a program that is up to date. Where they cannot serve, it goes on looking at all rows. */
export function buildGroups(program: Program): void {
  const groups = program.groups!;
  if (!findComponents(program, groups)) {
    dropGroups(program, true);
    return;
  }
  const rows = program.cluster.rows;
  groups.count = 0;
  memory.fill(addressOf(groups.table), 0, <usize>groups.tableSize << 2);
  memory.fill(addressOf(groups.ofRow), 0xff, <usize>rows << 2);
  groups.built = 1;
  // the groups mark the domains that they have seen with the number of their round
  for (let n = program.domainScoreCount, score = program.domainScores; n > 0; n--, score = next(score)) {
    clearPresent(score);
  }
  groups.round = 0;
  for (let row: u32 = 0; row < rows; row++) {
    // a feasible row passes alone, and is scored
    const joined = program.code[row] == CODE_FEASIBLE ? join(program, groups, row) : regroup(program, row);
    if (!joined) return;
  }
}

/** Puts the row, which passes alone and is scored, into its group. Returns false when there are too many groups. */
function join(program: Program, groups: Groups, row: u32): bool {
  const group = groupFor(groups, row);
  if (group == NONE) {
    dropGroups(program, true);
    return false;
  }
  groups.roots[group] = heapInsert(program, groups, groups.roots[group], row);
  groups.sizes[group] = groups.sizes[group] + 1;
  groups.ofRow[row] = group;
  return true;
}

/** Goes on without groups, for good or until they are built again. The codes and totals of all rows must be found anew. */
export function dropGroups(program: Program, forGood: bool): void {
  const groups = program.groups;
  if (!groups) return;
  groups.built = 0;
  if (forGood) program.groups = null;
}

/**
 * Puts the row where its numbers and its own filters put it now, after they may have changed. Returns false when there
 * are too many groups: then the program has none any longer.
 */
export function regroup(program: Program, row: u32): bool {
  const groups = program.groups!;
  const before = groups.ofRow[row];
  if (before != NONE) {
    groups.roots[before] = heapRemove(program, groups, groups.roots[before], row);
    groups.sizes[before] = groups.sizes[before] - 1;
    groups.ofRow[row] = NONE;
  }
  if (!passesAlone(program, row)) return true;
  program.rowScore[row] = rowScoreOf(program, row);
  return join(program, groups, row);
}

/** Lists the groups that the filters by domains leave open. Returns how many rows stand in these. */
export function openGroups(program: Program, groups: Groups): u32 {
  const list = groups.open;
  const sizes = groups.sizes;
  const filtered = program.domainFilterCount != 0;
  let open: u32 = 0;
  let feasible: u32 = 0;
  for (let group: u32 = 0, count = groups.count; group < count; group++) {
    const size = sizes[group];
    if (size == 0 || (filtered && !isGroupOpen(program, groups, group))) continue;
    list[open++] = group;
    feasible += size;
  }
  groups.openCount = open;
  return feasible;
}
