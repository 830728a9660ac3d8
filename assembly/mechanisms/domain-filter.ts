// Filters by what the domains of a topology key hold: hard topology spreading, required affinity and anti-affinity to
// pods. What counts is summed up by domain, so that a placement touches one entry.
import { next, U8s } from '../columns';
import { firstOf, reject } from '../codes';
import { amountIn } from '../group-numbers';
import { CODE_FEASIBLE, LIMIT_FIXED, LIMIT_PRESENT, LIMIT_SKEW } from '../layout';
import { DomainFilter, Groups, Program } from '../records';
import { TOUCHED_DOMAIN, TOUCHED_EVERYTHING, TOUCHED_NOTHING } from '../touched';

/** What the reference takes as the least when no domain has an eligible node. */
const NO_MINIMUM: f64 = 2147483647;

// @ts-ignore: decorator
@inline
function isEligible(filter: DomainFilter, row: u32): bool {
  const eligible = filter.eligible;
  return !eligible || eligible[row] != 0;
}

/** The most that a domain may hold for another pod of the class to come. Not of LIMIT_PRESENT. */
// @ts-ignore: decorator
@inline
function countLimit(filter: DomainFilter): f64 {
  if (filter.limit == LIMIT_FIXED) return filter.most;
  return filter.most + (filter.distinct < filter.minDomains ? 0 : filter.minimum) - filter.self;
}

/** Whether a pod of the class would begin what the filter asks for, and may do that in any domain. */
// @ts-ignore: decorator
@inline
function begins(filter: DomainFilter): bool {
  return filter.startsAnywhere != 0 && filter.sum[0] == 0;
}

// @ts-ignore: decorator
@inline
function isOpen(filter: DomainFilter, amount: f64): bool {
  return filter.limit == LIMIT_PRESENT ? amount > 0 || begins(filter) : amount <= countLimit(filter);
}

/** The code of the first filter that closes the row's domain, or CODE_FEASIBLE. */
export function domainCode(program: Program, row: u32): u32 {
  let code: u32 = CODE_FEASIBLE;
  for (let n = program.domainFilterCount, filter = program.domainFilters; n > 0; n--, filter = next(filter)) {
    const domain = filter.domain[row];
    if (domain == 0) code = firstOf(code, filter.absentCode);
    else if (!isOpen(filter, filter.amounts[domain])) code = firstOf(code, filter.code);
  }
  return code;
}

/** Rejects each row before `rows` whose domain is closed. */
export function rejectClosed(program: Program, rows: u32, codes: U8s): void {
  for (let n = program.domainFilterCount, filter = program.domainFilters; n > 0; n--, filter = next(filter)) {
    if (filter.limit == LIMIT_PRESENT) rejectAbsent(filter, rows, codes);
    else rejectFull(filter, rows, codes);
  }
}

function rejectFull(filter: DomainFilter, rows: u32, codes: U8s): void {
  const most = countLimit(filter);
  const absentCode = filter.absentCode;
  // where all domains together hold no more than one may, none is closed
  if (filter.limit == LIMIT_FIXED && absentCode == 0 && filter.sum[0] <= most) return;
  const column = filter.domain;
  const amounts = filter.amounts;
  for (let row: u32 = 0; row < rows; row++) {
    const domain = column[row];
    if (domain == 0) {
      if (absentCode != 0) reject(codes, row, absentCode);
    } else if (amounts[domain] > most) reject(codes, row, filter.code);
  }
}

function rejectAbsent(filter: DomainFilter, rows: u32, codes: U8s): void {
  const open = begins(filter);
  const column = filter.domain;
  const amounts = filter.amounts;
  for (let row: u32 = 0; row < rows; row++) {
    const domain = column[row];
    if (domain == 0) {
      if (filter.absentCode != 0) reject(codes, row, filter.absentCode);
    } else if (!open && amounts[domain] <= 0) reject(codes, row, filter.code);
  }
}

/** Finds the least among the domains that have an eligible row, and how many domains there are and hold it. */
function findMinimum(filter: DomainFilter): void {
  const nodes = filter.nodes!;
  let minimum = NO_MINIMUM;
  let distinct: u32 = 0;
  let atMinimum: u32 = 0;
  for (let domain: u32 = 1, domains = filter.domains; domain < domains; domain++) {
    if (nodes[domain] == 0) continue;
    distinct++;
    const amount = filter.amounts[domain];
    if (amount < minimum) atMinimum = 0;
    minimum = min<f64>(minimum, amount);
    if (amount == minimum) atMinimum++;
  }
  filter.minimum = minimum;
  filter.distinct = distinct;
  filter.atMinimum = atMinimum;
}

/** Finds the minimum of each filter that has one; before domains are asked for after they were counted anew. */
export function findMinima(program: Program): void {
  for (let n = program.domainFilterCount, filter = program.domainFilters; n > 0; n--, filter = next(filter)) {
    if (filter.limit == LIMIT_SKEW) findMinimum(filter);
  }
}

/** Counts the rows of each domain that a minimum looks at; in a full pass. */
export function countDomainRows(program: Program): void {
  const rows = program.cluster.rows;
  for (let n = program.domainFilterCount, filter = program.domainFilters; n > 0; n--, filter = next(filter)) {
    if (filter.limit != LIMIT_SKEW) continue;
    const nodes = filter.nodes!;
    memory.fill(changetype<usize>(nodes), 0, <usize>filter.domains << 2);
    for (let row: u32 = 0; row < rows; row++) {
      if (isEligible(filter, row)) nodes[filter.domain[row]] = nodes[filter.domain[row]] + 1;
    }
  }
}

/** Adds a pod of the class to the row's domain. Returns which rows that opens or closes, TOUCHED_*. */
export function placeInFilter(filter: DomainFilter, row: u32): u32 {
  const domain = filter.domain[row];
  if (domain == 0 || filter.self == 0 || !isEligible(filter, row)) return TOUCHED_NOTHING;
  const before = filter.amounts[domain];
  const after = before + filter.self;
  filter.amounts[domain] = after;
  if (filter.limit == LIMIT_SKEW) return moveMinimum(filter, before);
  const sum = filter.sum[0];
  filter.sum[0] = sum + filter.self;
  // what was begun in one domain must go on there
  if (filter.limit == LIMIT_PRESENT) return sum == 0 ? TOUCHED_EVERYTHING : TOUCHED_NOTHING;
  return before <= filter.most && after > filter.most ? TOUCHED_DOMAIN : TOUCHED_NOTHING;
}

function moveMinimum(filter: DomainFilter, before: f64): u32 {
  const minimum = filter.minimum;
  if (before == minimum) {
    filter.atMinimum--;
    if (filter.atMinimum == 0) findMinimum(filter);
  }
  return filter.minimum == minimum ? TOUCHED_DOMAIN : TOUCHED_EVERYTHING;
}

/** Whether the filters let the class's pods onto the group's nodes. */
export function isGroupOpen(program: Program, groups: Groups, group: u32): bool {
  for (let n = program.domainFilterCount, filter = program.domainFilters; n > 0; n--, filter = next(filter)) {
    const amount = amountIn(groups, group, filter.component, filter.amounts);
    if (amount == -Infinity ? filter.absentCode != 0 : !isOpen(filter, amount)) return false;
  }
  return true;
}
