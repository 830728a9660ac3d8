// PodTopologySpread. Soft constraints score a node by the matching pods in its domains, weighed by the number of domains
// that still have a schedulable node; hard ones reject the domains that would become too full. Pods are counted by
// domain in tables of the turn, so that an assignment touches one entry of each.
import {
  CLUSTER_ROWS_AT,
  CODE_FEASIBLE,
  GROUPS_OPEN_COUNT_AT,
  GROUPS_ROUND_AT,
  GROUP_COMPONENTS_AT,
  GROUP_COUNT_AT,
  GROUP_SPREAD_AT,
  HARD_AT_MINIMUM_AT,
  HARD_COMPONENT_AT,
  HARD_COUNTS_AT,
  HARD_DISTINCT_AT,
  HARD_DOMAINS_AT,
  HARD_DOMAIN_AT,
  HARD_ELIGIBLE_AT,
  HARD_MAX_SKEW_AT,
  HARD_MINIMUM_AT,
  HARD_MIN_DOMAINS_AT,
  HARD_NODES_AT,
  HARD_SELF_AT,
  HARD_SIZE,
  REASON_NO_LABEL,
  REASON_SKEW,
  SOFT_BY_ROW_AT,
  SOFT_COMPONENT_AT,
  SOFT_COUNTS_AT,
  SOFT_DISTINCT_AT,
  SOFT_DOMAINS_AT,
  SOFT_DOMAIN_AT,
  SOFT_ELIGIBLE_AT,
  SOFT_PRESENT_AT,
  SOFT_SELF_AT,
  SOFT_SIZE,
  SOFT_SKEW_AT,
  SOFT_WEIGHT_AT,
  STALE_SPREAD,
  STALE_TOTALS,
  TURN_CLUSTER_AT,
  TURN_CODE_AT,
  TURN_HARD_AT,
  TURN_HARD_COUNT_AT,
  TURN_SOFT_AT,
  TURN_SOFT_COUNT_AT,
  TURN_SOFT_REQUIRES_ALL_AT,
  TURN_SOFT_SCORED_AT,
  TURN_SPREAD_CODE_AT,
  TURN_SPREAD_MAX_AT,
  TURN_SPREAD_MIN_AT,
  TURN_SPREAD_RAW_AT,
  TURN_STALE_AT,
} from '../layout';
import { reject } from '../codes';
import { openAt, isDomain } from '../groups';
import { goLog, goRound, HALF, INFINITY, lanesOf, MINUS_ONE, ONE, rejected4, ZERO } from '../number';
import { leaveCodes, refilterDomain } from '../refilter';

// @ts-ignore: decorator
@inline
function domainOf(record: usize, row: u32): u32 {
  return load<u32>(<usize>load<u32>(record) + (<usize>row << 2));
}

// @ts-ignore: decorator
@inline
function eligible(mask: usize, row: u32): bool {
  return mask == 0 || load<u8>(mask + row) != 0;
}

/** As many pods as there may be in a domain, for one more to keep to the skew that the record allows. */
// @ts-ignore: decorator
@inline
function mostEven(record: usize): f64 {
  const minimum =
    load<u32>(record, HARD_DISTINCT_AT) < load<u32>(record, HARD_MIN_DOMAINS_AT)
      ? 0
      : load<f64>(record, HARD_MINIMUM_AT);
  return <f64>load<u32>(record, HARD_MAX_SKEW_AT) + minimum - <f64>load<u32>(record, HARD_SELF_AT);
}

/** The code of the first hard constraint that the row violates, or CODE_FEASIBLE. */
export function hardCode(turn: usize, row: u32): u32 {
  let record = <usize>load<u32>(turn, TURN_HARD_AT);
  for (let n = load<u32>(turn, TURN_HARD_COUNT_AT); n > 0; n--) {
    const domain = domainOf(record, row);
    if (domain == 0) return load<u32>(turn, TURN_SPREAD_CODE_AT) + REASON_NO_LABEL;
    const count = load<f64>(<usize>load<u32>(record, HARD_COUNTS_AT) + (<usize>domain << 3));
    if (count > mostEven(record)) return load<u32>(turn, TURN_SPREAD_CODE_AT) + REASON_SKEW;
    record += HARD_SIZE;
  }
  return CODE_FEASIBLE;
}

/** Rejects each row before `rows` that violates a hard constraint. */
export function rejectUneven(turn: usize, rows: u32, codes: usize): void {
  const code = load<u32>(turn, TURN_SPREAD_CODE_AT);
  let record = <usize>load<u32>(turn, TURN_HARD_AT);
  for (let n = load<u32>(turn, TURN_HARD_COUNT_AT); n > 0; n--) {
    const column = <usize>load<u32>(record, HARD_DOMAIN_AT);
    const counts = <usize>load<u32>(record, HARD_COUNTS_AT);
    const most = mostEven(record);
    for (let row: u32 = 0; row < rows; row++) {
      const domain = load<u32>(column + (<usize>row << 2));
      if (domain == 0) reject(codes + row, code + REASON_NO_LABEL);
      else if (load<f64>(counts + (<usize>domain << 3)) > most) reject(codes + row, code + REASON_SKEW);
    }
    record += HARD_SIZE;
  }
}

/** Finds the least count among the domains that have an eligible node, and how many domains there are and have it. */
export function findMinimum(record: usize): void {
  const counts = <usize>load<u32>(record, HARD_COUNTS_AT);
  const nodes = <usize>load<u32>(record, HARD_NODES_AT);
  // what the reference takes as the minimum when there is no domain
  let minimum: f64 = 2147483647;
  let distinct: u32 = 0;
  let atMinimum: u32 = 0;
  for (let domain: u32 = 1, domains = load<u32>(record, HARD_DOMAINS_AT); domain < domains; domain++) {
    if (load<u32>(nodes + (<usize>domain << 2)) == 0) continue;
    distinct++;
    const count = load<f64>(counts + (<usize>domain << 3));
    if (count < minimum) atMinimum = 0;
    minimum = min<f64>(minimum, count);
    if (count == minimum) atMinimum++;
  }
  store<f64>(record, minimum, HARD_MINIMUM_AT);
  store<u32>(record, distinct, HARD_DISTINCT_AT);
  store<u32>(record, atMinimum, HARD_AT_MINIMUM_AT);
}

/** Counts the nodes of each domain that a hard constraint looks at; in a full pass. */
export function countNodes(turn: usize): void {
  const rows = load<u32>(<usize>load<u32>(turn, TURN_CLUSTER_AT), CLUSTER_ROWS_AT);
  let record = <usize>load<u32>(turn, TURN_HARD_AT);
  for (let n = load<u32>(turn, TURN_HARD_COUNT_AT); n > 0; n--) {
    const nodes = <usize>load<u32>(record, HARD_NODES_AT);
    const mask = <usize>load<u32>(record, HARD_ELIGIBLE_AT);
    memory.fill(nodes, 0, <usize>load<u32>(record, HARD_DOMAINS_AT) << 2);
    for (let row: u32 = 0; row < rows; row++) {
      if (!eligible(mask, row)) continue;
      const entry = nodes + (<usize>domainOf(record, row) << 2);
      store<u32>(entry, load<u32>(entry) + 1);
    }
    record += HARD_SIZE;
  }
}

/** Finds the minimum of each hard constraint; before the filters of a full pass. */
export function findMinima(turn: usize): void {
  let record = <usize>load<u32>(turn, TURN_HARD_AT);
  for (let n = load<u32>(turn, TURN_HARD_COUNT_AT); n > 0; n--) {
    findMinimum(record);
    record += HARD_SIZE;
  }
}

/** Counts a pod of the class in the row's domains, and filters again the rows whose outcome that may change. */
export function countAssigned(turn: usize, row: u32): void {
  let record = <usize>load<u32>(turn, TURN_SOFT_AT);
  for (let n = load<u32>(turn, TURN_SOFT_COUNT_AT); n > 0; n--) {
    const byRow = load<u32>(record, SOFT_BY_ROW_AT) != 0;
    if (load<u32>(record, SOFT_SELF_AT) != 0 && (byRow || eligible(<usize>load<u32>(record, SOFT_ELIGIBLE_AT), row))) {
      const entry =
        <usize>load<u32>(record, SOFT_COUNTS_AT) + (<usize>(byRow ? row : domainOf(record, row)) << 3);
      store<f64>(entry, load<f64>(entry) + 1);
      store<u32>(turn, load<u32>(turn, TURN_STALE_AT) | STALE_SPREAD, TURN_STALE_AT);
    }
    record += SOFT_SIZE;
  }
  record = <usize>load<u32>(turn, TURN_HARD_AT);
  for (let n = load<u32>(turn, TURN_HARD_COUNT_AT); n > 0; n--) {
    if (load<u32>(record, HARD_SELF_AT) != 0 && eligible(<usize>load<u32>(record, HARD_ELIGIBLE_AT), row)) {
      const domain = domainOf(record, row);
      const entry = <usize>load<u32>(record, HARD_COUNTS_AT) + (<usize>domain << 3);
      const before = load<f64>(entry);
      const minimum = load<f64>(record, HARD_MINIMUM_AT);
      store<f64>(entry, before + 1);
      if (before == minimum) {
        const left = load<u32>(record, HARD_AT_MINIMUM_AT) - 1;
        store<u32>(record, left, HARD_AT_MINIMUM_AT);
        if (left == 0) findMinimum(record);
      }
      if (load<f64>(record, HARD_MINIMUM_AT) != minimum) leaveCodes(turn);
      else refilterDomain(turn, <usize>load<u32>(record, HARD_DOMAIN_AT), domain);
    }
    record += HARD_SIZE;
  }
}

/** Whether the soft constraints leave the row out of the score: it lacks a topology key that all nodes must have. */
// @ts-ignore: decorator
@inline
function ignored(turn: usize, row: u32): bool {
  if (load<u32>(turn, TURN_SOFT_REQUIRES_ALL_AT) == 0) return false;
  let record = <usize>load<u32>(turn, TURN_SOFT_AT);
  for (let n = load<u32>(turn, TURN_SOFT_COUNT_AT); n > 0; n--) {
    if (domainOf(record, row) == 0) return true;
    record += SOFT_SIZE;
  }
  return false;
}

/** Counts the row's domains as present (by 1) or no longer so (by -1): the number of domains is a score's weight. */
export function countPresent(turn: usize, row: u32, by: i32): void {
  const constraints = load<u32>(turn, TURN_SOFT_COUNT_AT);
  if (constraints == 0 || ignored(turn, row)) return;
  store<u32>(turn, load<u32>(turn, TURN_SOFT_SCORED_AT) + by, TURN_SOFT_SCORED_AT);
  let record = <usize>load<u32>(turn, TURN_SOFT_AT);
  for (let n = constraints; n > 0; n--) {
    if (load<u32>(record, SOFT_BY_ROW_AT) == 0) {
      const entry = <usize>load<u32>(record, SOFT_PRESENT_AT) + (<usize>domainOf(record, row) << 2);
      const now = load<u32>(entry) + by;
      store<u32>(entry, now);
      if (now == 0) store<u32>(record, load<u32>(record, SOFT_DISTINCT_AT) - 1, SOFT_DISTINCT_AT);
      else if (by > 0 && now == 1) store<u32>(record, load<u32>(record, SOFT_DISTINCT_AT) + 1, SOFT_DISTINCT_AT);
    }
    record += SOFT_SIZE;
  }
  store<u32>(turn, load<u32>(turn, TURN_STALE_AT) | STALE_SPREAD, TURN_STALE_AT);
}

/** Counts the domains of all feasible rows, of which there are `feasible`; in a full pass. */
export function countAllPresent(turn: usize, feasible: u32): void {
  clearPresent(turn);
  const rows = load<u32>(<usize>load<u32>(turn, TURN_CLUSTER_AT), CLUSTER_ROWS_AT);
  const codes = <usize>load<u32>(turn, TURN_CODE_AT);
  if (load<u32>(turn, TURN_SOFT_REQUIRES_ALL_AT) != 0) {
    for (let row: u32 = 0; row < rows; row++) if (load<u8>(codes + row) == CODE_FEASIBLE) countPresent(turn, row, 1);
    return;
  }
  store<u32>(turn, feasible, TURN_SOFT_SCORED_AT);
  let record = <usize>load<u32>(turn, TURN_SOFT_AT);
  for (let n = load<u32>(turn, TURN_SOFT_COUNT_AT); n > 0; n--) {
    if (load<u32>(record, SOFT_BY_ROW_AT) == 0) {
      const column = <usize>load<u32>(record, SOFT_DOMAIN_AT);
      const present = <usize>load<u32>(record, SOFT_PRESENT_AT);
      for (let row: u32 = 0; row < rows; row++) {
        const entry = present + (<usize>load<u32>(column + (<usize>row << 2)) << 2);
        store<u32>(entry, load<u32>(entry) + <u32>(load<u8>(codes + row) == CODE_FEASIBLE));
      }
      let distinct: u32 = 0;
      for (let domain: u32 = 0, domains = load<u32>(record, SOFT_DOMAINS_AT); domain < domains; domain++) {
        if (load<u32>(present + (<usize>domain << 2)) != 0) distinct++;
      }
      store<u32>(record, distinct, SOFT_DISTINCT_AT);
    }
    record += SOFT_SIZE;
  }
}

/** Forgets which domains are present; before a full pass counts them. */
export function clearPresent(turn: usize): void {
  store<u32>(turn, 0, TURN_SOFT_SCORED_AT);
  let record = <usize>load<u32>(turn, TURN_SOFT_AT);
  for (let n = load<u32>(turn, TURN_SOFT_COUNT_AT); n > 0; n--) {
    store<u32>(record, 0, SOFT_DISTINCT_AT);
    if (load<u32>(record, SOFT_BY_ROW_AT) == 0) {
      memory.fill(<usize>load<u32>(record, SOFT_PRESENT_AT), 0, <usize>load<u32>(record, SOFT_DOMAINS_AT) << 2);
    }
    record += SOFT_SIZE;
  }
}

// @ts-ignore: decorator
@inline
function rawScore(turn: usize, row: u32): f64 {
  let score: f64 = 0;
  let record = <usize>load<u32>(turn, TURN_SOFT_AT);
  for (let n = load<u32>(turn, TURN_SOFT_COUNT_AT); n > 0; n--) {
    const domain = domainOf(record, row);
    if (domain != 0) {
      const index = load<u32>(record, SOFT_BY_ROW_AT) != 0 ? row : domain;
      const count = load<f64>(<usize>load<u32>(record, SOFT_COUNTS_AT) + (<usize>index << 3));
      score += count * load<f64>(record, SOFT_WEIGHT_AT) + load<f64>(record, SOFT_SKEW_AT);
    }
    record += SOFT_SIZE;
  }
  return goRound(score);
}

/**
 * Adds to every row's raw score what a constraint gives it. A node that lacks the label gets nothing; or it is ignored,
 * for which its score falls without end.
 */
function addRawScores(record: usize, rows: u32, raws: usize, requiresAll: bool): void {
  const column = <usize>load<u32>(record, SOFT_DOMAIN_AT);
  const counts = <usize>load<u32>(record, SOFT_COUNTS_AT);
  const byRow = load<u32>(record, SOFT_BY_ROW_AT) != 0;
  const weight = v128.load64_splat(record + SOFT_WEIGHT_AT);
  const skew = v128.load64_splat(record + SOFT_SKEW_AT);
  const unlabelled = f64x2.splat(requiresAll ? -Infinity : 0);
  for (let row: u32 = 0; row < rows; row += 2) {
    const at = <usize>row << 3;
    const domains = column + (<usize>row << 2);
    let count: v128;
    if (byRow) {
      count = v128.load(counts + at);
    } else {
      const one = v128.load64_zero(counts + (<usize>load<u32>(domains) << 3));
      count = v128.load64_lane(counts + (<usize>load<u32>(domains, 4) << 3), one, 1);
    }
    const known = i64x2.ne(v128.load32x2_u(domains), lanesOf(ZERO));
    const part = v128.bitselect(f64x2.add(f64x2.mul(count, weight), skew), unlabelled, known);
    v128.store(raws + at, f64x2.add(v128.load(raws + at), part));
  }
}

/** Scores all rows again by the soft constraints, and finds the least and the greatest score. */
export function scoreSpread(turn: usize): void {
  store<u32>(turn, (load<u32>(turn, TURN_STALE_AT) & ~STALE_SPREAD) | STALE_TOTALS, TURN_STALE_AT);
  let record = <usize>load<u32>(turn, TURN_SOFT_AT);
  const constraints = load<u32>(turn, TURN_SOFT_COUNT_AT);
  if (constraints == 0) return;
  for (let n = constraints; n > 0; n--) {
    const size =
      load<u32>(record, SOFT_BY_ROW_AT) != 0 ? load<u32>(turn, TURN_SOFT_SCORED_AT) : load<u32>(record, SOFT_DISTINCT_AT);
    store<f64>(record, goLog(<f64>(size + 2)), SOFT_WEIGHT_AT);
    record += SOFT_SIZE;
  }
  const rows = load<u32>(<usize>load<u32>(turn, TURN_CLUSTER_AT), CLUSTER_ROWS_AT);
  const codes = <usize>load<u32>(turn, TURN_CODE_AT);
  const raws = <usize>load<u32>(turn, TURN_SPREAD_RAW_AT);
  const requiresAll = load<u32>(turn, TURN_SOFT_REQUIRES_ALL_AT) != 0;
  let least = Infinity;
  let greatest: f64 = 0;
  if (ASC_FEATURE_SIMD) {
    memory.fill(raws, 0, <usize>rows << 3);
    record = <usize>load<u32>(turn, TURN_SOFT_AT);
    for (let n = constraints; n > 0; n--) {
      addRawScores(record, rows, raws, requiresAll);
      record += SOFT_SIZE;
    }
    const zero = lanesOf(ZERO);
    const infinity = lanesOf(INFINITY);
    let leasts = infinity;
    let greatests = zero;
    for (let row: u32 = 0; row < rows; row += 4) {
      const rejected = rejected4(codes + row);
      for (let half: u32 = 0; half < 4; half += 2) {
        const at = <usize>(row + half) << 3;
        const score = v128.load(raws + at);
        const whole = f64x2.trunc(score);
        const up = f64x2.ge(f64x2.sub(score, whole), lanesOf(HALF));
        const raw = f64x2.add(whole, v128.and(up, lanesOf(ONE)));
        const codesOut = half == 0 ? i64x2.extend_low_i32x4_s(rejected) : i64x2.extend_high_i32x4_s(rejected);
        const out = v128.or(codesOut, f64x2.lt(score, zero));
        v128.store(raws + at, v128.bitselect(lanesOf(MINUS_ONE), raw, out));
        leasts = f64x2.pmin(leasts, v128.bitselect(infinity, raw, out));
        greatests = f64x2.pmax(greatests, v128.andnot(raw, out));
      }
    }
    least = min<f64>(f64x2.extract_lane(leasts, 0), f64x2.extract_lane(leasts, 1));
    greatest = max<f64>(f64x2.extract_lane(greatests, 0), f64x2.extract_lane(greatests, 1));
  } else {
    for (let row: u32 = 0; row < rows; row++) {
      let raw: f64 = -1;
      if (load<u8>(codes + row) == CODE_FEASIBLE && !ignored(turn, row)) {
        raw = rawScore(turn, row);
        least = min<f64>(least, raw);
        greatest = max<f64>(greatest, raw);
      }
      store<f64>(raws + (<usize>row << 3), raw);
    }
  }
  store<f64>(turn, least, TURN_SPREAD_MIN_AT);
  store<f64>(turn, greatest, TURN_SPREAD_MAX_AT);
}

/** The normalised score of a raw one, 0 to 100. */
// @ts-ignore: decorator
@inline
export function spreadScore(turn: usize, raw: f64): f64 {
  if (raw < 0) return 0;
  const greatest = load<f64>(turn, TURN_SPREAD_MAX_AT);
  if (greatest == 0) return 100;
  return floor<f64>((100 * (greatest + load<f64>(turn, TURN_SPREAD_MIN_AT) - raw)) / greatest);
}

/** Whether the hard constraints let a pod more onto the group's nodes. */
export function groupIsEven(turn: usize, groups: usize, group: usize): bool {
  let record = <usize>load<u32>(turn, TURN_HARD_AT);
  for (let n = load<u32>(turn, TURN_HARD_COUNT_AT); n > 0; n--) {
    const component = load<u32>(record, HARD_COMPONENT_AT);
    const number = load<f64>(group + (<usize>component << 3), GROUP_COMPONENTS_AT);
    let count = number;
    if (isDomain(groups, component)) {
      if (number == 0) return false;
      count = load<f64>(<usize>load<u32>(record, HARD_COUNTS_AT) + (<usize>number << 3));
    }
    if (count < 0 || count > mostEven(record)) return false;
    record += HARD_SIZE;
  }
  return true;
}

/** Whether the soft constraints leave the group's nodes out of the score. */
function groupIsIgnored(turn: usize, groups: usize, group: usize): bool {
  if (load<u32>(turn, TURN_SOFT_REQUIRES_ALL_AT) == 0) return false;
  let record = <usize>load<u32>(turn, TURN_SOFT_AT);
  for (let n = load<u32>(turn, TURN_SOFT_COUNT_AT); n > 0; n--) {
    const component = load<u32>(record, SOFT_COMPONENT_AT);
    const number = load<f64>(group + (<usize>component << 3), GROUP_COMPONENTS_AT);
    if (isDomain(groups, component) ? number == 0 : number < 0) return true;
    record += SOFT_SIZE;
  }
  return false;
}

/** Counts the domains that the open groups stand in, which weigh the constraints. */
function weighByGroups(turn: usize, groups: usize, open: u32): void {
  const round = load<u32>(groups, GROUPS_ROUND_AT) + 1;
  store<u32>(groups, round, GROUPS_ROUND_AT);
  let scored: u32 = 0;
  for (let n: u32 = 0; n < open; n++) {
    const group = openAt(groups, n);
    if (groupIsIgnored(turn, groups, group)) store<f64>(group, -1, GROUP_SPREAD_AT);
    else {
      store<f64>(group, 0, GROUP_SPREAD_AT);
      scored += load<u32>(group, GROUP_COUNT_AT);
    }
  }
  let record = <usize>load<u32>(turn, TURN_SOFT_AT);
  for (let s = load<u32>(turn, TURN_SOFT_COUNT_AT); s > 0; s--) {
    let size = scored;
    if (load<u32>(record, SOFT_BY_ROW_AT) == 0) {
      size = 0;
      const component = <usize>load<u32>(record, SOFT_COMPONENT_AT) << 3;
      const present = <usize>load<u32>(record, SOFT_PRESENT_AT);
      for (let n: u32 = 0; n < open; n++) {
        const group = openAt(groups, n);
        if (load<f64>(group, GROUP_SPREAD_AT) < 0) continue;
        const entry = present + (<usize>load<f64>(group + component, GROUP_COMPONENTS_AT) << 2);
        if (load<u32>(entry) == round) continue;
        store<u32>(entry, round);
        size++;
      }
    }
    if (size != load<u32>(record, SOFT_DISTINCT_AT)) {
      store<u32>(record, size, SOFT_DISTINCT_AT);
      store<f64>(record, goLog(<f64>(size + 2)), SOFT_WEIGHT_AT);
    }
    record += SOFT_SIZE;
  }
}

/** Scores the open groups by the soft constraints, and finds the least and the greatest score. */
export function scoreGroupSpread(turn: usize, groups: usize): void {
  const open = load<u32>(groups, GROUPS_OPEN_COUNT_AT);
  weighByGroups(turn, groups, open);
  let least = Infinity;
  let greatest: f64 = 0;
  for (let n: u32 = 0; n < open; n++) {
    const group = openAt(groups, n);
    if (load<f64>(group, GROUP_SPREAD_AT) < 0) continue;
    let score: f64 = 0;
    let record = <usize>load<u32>(turn, TURN_SOFT_AT);
    for (let s = load<u32>(turn, TURN_SOFT_COUNT_AT); s > 0; s--) {
      const component = load<u32>(record, SOFT_COMPONENT_AT);
      const number = load<f64>(group + (<usize>component << 3), GROUP_COMPONENTS_AT);
      const byRow = load<u32>(record, SOFT_BY_ROW_AT) != 0;
      if (byRow ? number >= 0 : number != 0) {
        const pods = byRow ? number : load<f64>(<usize>load<u32>(record, SOFT_COUNTS_AT) + (<usize>number << 3));
        score += pods * load<f64>(record, SOFT_WEIGHT_AT) + load<f64>(record, SOFT_SKEW_AT);
      }
      record += SOFT_SIZE;
    }
    const raw = goRound(score);
    store<f64>(group, raw, GROUP_SPREAD_AT);
    least = min<f64>(least, raw);
    greatest = max<f64>(greatest, raw);
  }
  store<f64>(turn, least, TURN_SPREAD_MIN_AT);
  store<f64>(turn, greatest, TURN_SPREAD_MAX_AT);
}
