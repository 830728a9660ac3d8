// InterPodAffinity: pods that a node's domains hold attract, repel or are preferred. What counts is summed up by the
// domains of each topology key, so that an assignment touches one entry of each table.
import {
  AMOUNT_AMOUNTS_AT,
  AMOUNT_COMPONENT_AT,
  AMOUNT_DOMAIN_AT,
  AMOUNT_MATCHES_AT,
  AMOUNT_REASON_AT,
  AMOUNT_SELF_AT,
  AMOUNT_SELF_MATCHES_AT,
  AMOUNT_SIZE,
  CLUSTER_ROWS_AT,
  CODE_FEASIBLE,
  GROUPS_OPEN_COUNT_AT,
  GROUP_COMPONENTS_AT,
  GROUP_PREFERENCE_AT,
  REASON_AFFINITY,
  STALE_PREFERENCES,
  STALE_TOTALS,
  TURN_AFFINITY_CODE_AT,
  TURN_ATTRACTED_AT,
  TURN_ATTRACTIONS_AT,
  TURN_ATTRACTION_COUNT_AT,
  TURN_ATTRACTS_ITSELF_AT,
  TURN_CLUSTER_AT,
  TURN_CODE_AT,
  TURN_PREFERENCES_AT,
  TURN_PREFERENCE_COUNT_AT,
  TURN_PREFERENCE_MAX_AT,
  TURN_PREFERENCE_MIN_AT,
  TURN_PREFERENCE_RAW_AT,
  TURN_REPULSIONS_AT,
  TURN_REPULSION_COUNT_AT,
  TURN_STALE_AT,
} from '../layout';
import { reject } from '../codes';
import { HUNDRED, lanesOf, ZERO } from '../number';
import { openAt, isDomain } from '../groups';
import { leaveCodes, refilterDomain } from '../refilter';

// @ts-ignore: decorator
@inline
function domainOf(record: usize, row: u32): u32 {
  return load<u32>(<usize>load<u32>(record, AMOUNT_DOMAIN_AT) + (<usize>row << 2));
}

// @ts-ignore: decorator
@inline
function entryOf(record: usize, domain: u32): usize {
  return <usize>load<u32>(record, AMOUNT_AMOUNTS_AT) + (<usize>domain << 3);
}

/** Whether the class's required affinity, of which there is some, lets its pods onto the row. */
// @ts-ignore: decorator
@inline
function isAttractive(turn: usize, row: u32): bool {
  let present = true;
  let record = <usize>load<u32>(turn, TURN_ATTRACTIONS_AT);
  for (let n = load<u32>(turn, TURN_ATTRACTION_COUNT_AT); n > 0; n--) {
    const domain = domainOf(record, row);
    if (domain == 0) return false;
    if (load<f64>(entryOf(record, domain)) <= 0) present = false;
    record += AMOUNT_SIZE;
  }
  return present || (load<f64>(turn, TURN_ATTRACTED_AT) == 0 && load<u32>(turn, TURN_ATTRACTS_ITSELF_AT) != 0);
}

/** The code of the first rule that keeps the class's pods off the row, or CODE_FEASIBLE. */
export function affinityCode(turn: usize, row: u32): u32 {
  const code = load<u32>(turn, TURN_AFFINITY_CODE_AT);
  if (load<u32>(turn, TURN_ATTRACTION_COUNT_AT) != 0 && !isAttractive(turn, row)) return code + REASON_AFFINITY;
  let record = <usize>load<u32>(turn, TURN_REPULSIONS_AT);
  for (let n = load<u32>(turn, TURN_REPULSION_COUNT_AT); n > 0; n--) {
    const domain = domainOf(record, row);
    if (domain != 0 && load<f64>(entryOf(record, domain)) > 0) return code + load<u32>(record, AMOUNT_REASON_AT);
    record += AMOUNT_SIZE;
  }
  return CODE_FEASIBLE;
}

/** Rejects each row before `rows` that a rule keeps the class's pods off. */
export function rejectRepelled(turn: usize, rows: u32, codes: usize): void {
  const code = load<u32>(turn, TURN_AFFINITY_CODE_AT);
  if (load<u32>(turn, TURN_ATTRACTION_COUNT_AT) != 0) {
    for (let row: u32 = 0; row < rows; row++) {
      if (!isAttractive(turn, row)) reject(codes + row, code + REASON_AFFINITY);
    }
  }
  let record = <usize>load<u32>(turn, TURN_REPULSIONS_AT);
  for (let n = load<u32>(turn, TURN_REPULSION_COUNT_AT); n > 0; n--) {
    // where no pod matches no domain is closed
    if (load<f64>(record, AMOUNT_MATCHES_AT) != 0) {
      const column = <usize>load<u32>(record, AMOUNT_DOMAIN_AT);
      const amounts = <usize>load<u32>(record, AMOUNT_AMOUNTS_AT);
      const repelled = code + load<u32>(record, AMOUNT_REASON_AT);
      for (let row: u32 = 0; row < rows; row++) {
        // the amount of domain 0 (no label) is always 0
        const amount = load<f64>(amounts + (<usize>load<u32>(column + (<usize>row << 2)) << 3));
        if (amount > 0) reject(codes + row, repelled);
      }
    }
    record += AMOUNT_SIZE;
  }
}

/** Adds a pod of the class to the row's domains, and filters again the rows whose outcome that changes. */
export function attractAssigned(turn: usize, row: u32): void {
  let record = <usize>load<u32>(turn, TURN_PREFERENCES_AT);
  for (let n = load<u32>(turn, TURN_PREFERENCE_COUNT_AT); n > 0; n--) {
    const domain = domainOf(record, row);
    if (domain != 0 && load<f64>(record, AMOUNT_SELF_MATCHES_AT) != 0) {
      const matches = load<f64>(record, AMOUNT_MATCHES_AT) + load<f64>(record, AMOUNT_SELF_MATCHES_AT);
      store<f64>(record, matches, AMOUNT_MATCHES_AT);
      const entry = entryOf(record, domain);
      store<f64>(entry, load<f64>(entry) + load<f64>(record, AMOUNT_SELF_AT));
      store<u32>(turn, load<u32>(turn, TURN_STALE_AT) | STALE_PREFERENCES, TURN_STALE_AT);
    }
    record += AMOUNT_SIZE;
  }
  record = <usize>load<u32>(turn, TURN_REPULSIONS_AT);
  for (let n = load<u32>(turn, TURN_REPULSION_COUNT_AT); n > 0; n--) {
    const domain = domainOf(record, row);
    const self = load<f64>(record, AMOUNT_SELF_AT);
    if (domain != 0 && self != 0) {
      const matches = load<f64>(record, AMOUNT_MATCHES_AT) + load<f64>(record, AMOUNT_SELF_MATCHES_AT);
      store<f64>(record, matches, AMOUNT_MATCHES_AT);
      const entry = entryOf(record, domain);
      const before = load<f64>(entry);
      store<f64>(entry, before + self);
      if (before == 0) refilterDomain(turn, <usize>load<u32>(record, AMOUNT_DOMAIN_AT), domain);
    }
    record += AMOUNT_SIZE;
  }
  if (load<u32>(turn, TURN_ATTRACTS_ITSELF_AT) == 0) return;
  const attracted = load<f64>(turn, TURN_ATTRACTED_AT);
  let added: f64 = 0;
  record = <usize>load<u32>(turn, TURN_ATTRACTIONS_AT);
  for (let n = load<u32>(turn, TURN_ATTRACTION_COUNT_AT); n > 0; n--) {
    const domain = domainOf(record, row);
    if (domain != 0) {
      const entry = entryOf(record, domain);
      store<f64>(entry, load<f64>(entry) + 1);
      added++;
    }
    record += AMOUNT_SIZE;
  }
  store<f64>(turn, attracted + added, TURN_ATTRACTED_AT);
  // the first pod goes anywhere; from then on only the domains where it stands are left, and these stay
  if (attracted == 0 && added != 0) leaveCodes(turn);
}

/** Scores all rows again by the preferences, and finds the least and the greatest score. */
export function scorePreferences(turn: usize): void {
  store<u32>(turn, (load<u32>(turn, TURN_STALE_AT) & ~STALE_PREFERENCES) | STALE_TOTALS, TURN_STALE_AT);
  const count = load<u32>(turn, TURN_PREFERENCE_COUNT_AT);
  if (count == 0) return;
  const rows = load<u32>(<usize>load<u32>(turn, TURN_CLUSTER_AT), CLUSTER_ROWS_AT);
  const codes = <usize>load<u32>(turn, TURN_CODE_AT);
  const raws = <usize>load<u32>(turn, TURN_PREFERENCE_RAW_AT);
  let least = Infinity;
  let greatest = -Infinity;
  for (let row: u32 = 0; row < rows; row++) {
    if (load<u8>(codes + row) != CODE_FEASIBLE) continue;
    let raw: f64 = 0;
    let record = <usize>load<u32>(turn, TURN_PREFERENCES_AT);
    for (let n = count; n > 0; n--) {
      // the amount of domain 0 (no label) is always 0
      raw += load<f64>(entryOf(record, domainOf(record, row)));
      record += AMOUNT_SIZE;
    }
    store<f64>(raws + (<usize>row << 3), raw);
    least = min<f64>(least, raw);
    greatest = max<f64>(greatest, raw);
  }
  store<f64>(turn, least, TURN_PREFERENCE_MIN_AT);
  store<f64>(turn, greatest, TURN_PREFERENCE_MAX_AT);
}

/** What the record's table holds for a group; below 0 where its nodes lack the label. */
// @ts-ignore: decorator
@inline
function amountOf(groups: usize, group: usize, record: usize): f64 {
  const component = load<u32>(record, AMOUNT_COMPONENT_AT);
  const number = load<f64>(group + (<usize>component << 3), GROUP_COMPONENTS_AT);
  if (!isDomain(groups, component)) return number;
  return number == 0 ? -1 : load<f64>(entryOf(record, <u32>number));
}

/** Whether the affinity rules let the class's pods onto the group's nodes. */
export function groupIsAttractive(turn: usize, groups: usize, group: usize): bool {
  if (load<u32>(turn, TURN_AFFINITY_CODE_AT) == 0) return true;
  const attractions = load<u32>(turn, TURN_ATTRACTION_COUNT_AT);
  if (attractions != 0) {
    const isFirst = load<f64>(turn, TURN_ATTRACTED_AT) == 0 && load<u32>(turn, TURN_ATTRACTS_ITSELF_AT) != 0;
    let record = <usize>load<u32>(turn, TURN_ATTRACTIONS_AT);
    for (let n = attractions; n > 0; n--) {
      const amount = amountOf(groups, group, record);
      if (amount < 0 || (amount == 0 && !isFirst)) return false;
      record += AMOUNT_SIZE;
    }
  }
  let record = <usize>load<u32>(turn, TURN_REPULSIONS_AT);
  for (let n = load<u32>(turn, TURN_REPULSION_COUNT_AT); n > 0; n--) {
    if (amountOf(groups, group, record) > 0) return false;
    record += AMOUNT_SIZE;
  }
  return true;
}

/** Scores the open groups by the preferences, and finds the least and the greatest score. */
export function scoreGroupPreferences(turn: usize, groups: usize): void {
  let least = Infinity;
  let greatest = -Infinity;
  const preferences = load<u32>(turn, TURN_PREFERENCE_COUNT_AT);
  for (let n: u32 = 0, count = load<u32>(groups, GROUPS_OPEN_COUNT_AT); n < count; n++) {
    const group = openAt(groups, n);
    let raw: f64 = 0;
    let record = <usize>load<u32>(turn, TURN_PREFERENCES_AT);
    for (let p = preferences; p > 0; p--) {
      const component = load<u32>(record, AMOUNT_COMPONENT_AT);
      const number = load<f64>(group + (<usize>component << 3), GROUP_COMPONENTS_AT);
      // a node without the label is preferred neither more nor less
      if (isDomain(groups, component)) raw += load<f64>(entryOf(record, <u32>number));
      else if (number != -Infinity) raw += number;
      record += AMOUNT_SIZE;
    }
    store<f64>(group, raw, GROUP_PREFERENCE_AT);
    least = min<f64>(least, raw);
    greatest = max<f64>(greatest, raw);
  }
  store<f64>(turn, least, TURN_PREFERENCE_MIN_AT);
  store<f64>(turn, greatest, TURN_PREFERENCE_MAX_AT);
}

/** The normalised score of a raw one, 0 to 100. */
// @ts-ignore: decorator
@inline
export function preferenceScore(turn: usize, raw: f64): f64 {
  const least = load<f64>(turn, TURN_PREFERENCE_MIN_AT);
  const span = load<f64>(turn, TURN_PREFERENCE_MAX_AT) - least;
  return span > 0 ? trunc<f64>(100 * ((raw - least) / span)) : 0;
}

/** Like preferenceScore, for two rows. */
// @ts-ignore: decorator
@inline
export function preferenceScore2(turn: usize, raw: v128): v128 {
  const least = v128.load64_splat(turn + TURN_PREFERENCE_MIN_AT);
  const span = f64x2.sub(v128.load64_splat(turn + TURN_PREFERENCE_MAX_AT), least);
  const scaled = f64x2.trunc(f64x2.mul(lanesOf(HUNDRED), f64x2.div(f64x2.sub(raw, least), span)));
  return v128.and(scaled, f64x2.gt(span, lanesOf(ZERO)));
}
