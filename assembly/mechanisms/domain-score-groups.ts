// Domain scores of groups of rows, as a pass over the rows themselves would find them.
import { next } from '../columns';
import { amountIn, isDomain, numberIn } from '../group-numbers';
import { GROUP_SCORE_LIMIT, NORMALIZE_FEWEST } from '../layout';
import { goRound } from '../number';
import { DomainScore, DomainTable, Groups } from '../records';
import { weigh } from './domain-score';

/** The raw value that stands for "not scored". */
const IGNORED: f64 = -1;

// @ts-ignore: decorator
@inline
export function rawIn(groups: Groups, group: u32, index: u32): f64 {
  return groups.raws[group * GROUP_SCORE_LIMIT + index];
}

// @ts-ignore: decorator
@inline
function setRaw(groups: Groups, group: u32, index: u32, raw: f64): void {
  groups.raws[group * GROUP_SCORE_LIMIT + index] = raw;
}

/** Whether the group's nodes lack a key that the score asks all nodes for. */
function isGroupIgnored(score: DomainScore, groups: Groups, group: u32): bool {
  if (score.requiresAll == 0) return false;
  for (let n = score.tableCount, table = score.tables; n > 0; n--, table = next(table)) {
    if (amountIn(groups, group, table.component, table.amounts) == -Infinity) return true;
  }
  return false;
}

/** Counts the open groups' domains, which weigh the tables, and marks the groups that are not scored. */
function weighTables(score: DomainScore, index: u32, groups: Groups): void {
  groups.round++;
  const open = groups.open;
  let scored: u32 = 0;
  for (let n: u32 = 0, count = groups.openCount; n < count; n++) {
    const group = open[n];
    const ignored = isGroupIgnored(score, groups, group);
    setRaw(groups, group, index, ignored ? IGNORED : 0);
    if (!ignored) scored += groups.sizes[group];
  }
  for (let n = score.tableCount, table = score.tables; n > 0; n--, table = next(table)) {
    const domains = table.present ? countDomains(table, index, groups) : scored;
    if (domains == table.distinct) continue;
    table.distinct = domains;
    weigh(table, domains);
  }
}

/** How many domains the scored groups stand in; each is marked with the number of the round. */
function countDomains(table: DomainTable, index: u32, groups: Groups): u32 {
  const seen = table.present!;
  const round = groups.round;
  const open = groups.open;
  let domains: u32 = 0;
  for (let n: u32 = 0, count = groups.openCount; n < count; n++) {
    const group = open[n];
    if (rawIn(groups, group, index) < 0) continue;
    const domain = <u32>numberIn(groups, group, table.component);
    if (seen[domain] == round) continue;
    seen[domain] = round;
    domains++;
  }
  return domains;
}

/** Scores the open groups, and finds the least and the greatest score; `index` is the score's among the program's. */
export function scoreGroups(score: DomainScore, index: u32, groups: Groups): void {
  const isFewest = score.normalizer == NORMALIZE_FEWEST;
  if (isFewest) weighTables(score, index, groups);
  const open = groups.open;
  let least = Infinity;
  let greatest: f64 = isFewest ? 0 : -Infinity;
  for (let n: u32 = 0, count = groups.openCount; n < count; n++) {
    const group = open[n];
    if (isFewest && rawIn(groups, group, index) < 0) continue;
    let raw: f64 = 0;
    for (let t = score.tableCount, table = score.tables; t > 0; t--, table = next(table)) {
      const amount = amountIn(groups, group, table.component, table.amounts);
      // a node without the label gets nothing
      if (amount != -Infinity) raw += amount * table.weight + table.offset;
    }
    if (isFewest) raw = goRound(raw);
    setRaw(groups, group, index, raw);
    least = min<f64>(least, raw);
    greatest = max<f64>(greatest, raw);
  }
  score.minimum = least;
  score.maximum = greatest;
}

/** Whether the table's component serves: the number of its domains is counted by the groups, which must be of one each. */
export function suitsGroups(table: DomainTable, groups: Groups): bool {
  return !table.present || isDomain(groups, table.component);
}
