// Filters and raw scores that read only what a node is: labels, taints, name, spec.unschedulable. Each is a table over
// a coded column, so that one loop serves them all.
import {
  CLUSTER_RANK_AT,
  CLUSTER_ROWS_AT,
  CODE_ABSENT,
  CODE_FEASIBLE,
  CONDITION_DIFFERS,
  CONDITION_EQUALS,
  CONDITION_SIZE,
  DEAD_RANK,
  FILTER_SIZE,
  MASK_SIZE,
  MATCH_CLUSTER_AT,
  MATCH_CODE_AT,
  MATCH_CONDITIONS_AT,
  MATCH_FILTERS_AT,
  MATCH_FILTER_COUNT_AT,
  MATCH_MASKS_AT,
  MATCH_MASK_COUNT_AT,
  MATCH_RAWS_AT,
  MATCH_RAW_COUNT_AT,
  MATCH_TERMS_AT,
  RAW_SIZE,
  TERM_SIZE,
} from './layout';

// @ts-ignore: decorator
@inline
function holds(conditions: usize, term: usize, row: u32): bool {
  let condition = conditions + <usize>load<u32>(term) * CONDITION_SIZE;
  for (let n = load<u32>(term, 4); n > 0; n--) {
    const code = load<u32>(<usize>load<u32>(condition) + (<usize>row << 2));
    const kind = load<u32>(condition, 4);
    const operand = load<u32>(condition, 8);
    const ok =
      kind == CONDITION_EQUALS
        ? code == operand
        : kind == CONDITION_DIFFERS
          ? code != operand
          : load<u8>(<usize>operand + code) != 0;
    if (!ok) return false;
    condition += CONDITION_SIZE;
  }
  return true;
}

// @ts-ignore: decorator
@inline
function anyHolds(conditions: usize, terms: usize, first: u32, count: u32, row: u32): bool {
  let term = terms + <usize>first * TERM_SIZE;
  for (let n = count; n > 0; n--) {
    if (holds(conditions, term, row)) return true;
    term += TERM_SIZE;
  }
  return false;
}

/** Computes the match at `match` for the rows from `begin` to `end`. */
export function matchRows(match: usize, begin: u32, end: u32): void {
  const rank = <usize>load<u32>(<usize>load<u32>(match, MATCH_CLUSTER_AT), CLUSTER_RANK_AT);
  const conditions = <usize>load<u32>(match, MATCH_CONDITIONS_AT);
  const terms = <usize>load<u32>(match, MATCH_TERMS_AT);
  const codes = <usize>load<u32>(match, MATCH_CODE_AT);
  for (let row = begin; row < end; row++) {
    store<u8>(
      codes + row,
      load<u32>(rank + (<usize>row << 2)) == <u32>DEAD_RANK ? <u8>CODE_ABSENT : <u8>CODE_FEASIBLE,
    );
  }
  let filter = <usize>load<u32>(match, MATCH_FILTERS_AT);
  for (let n = load<u32>(match, MATCH_FILTER_COUNT_AT); n > 0; n--) {
    const first = load<u32>(filter);
    const count = load<u32>(filter, 4);
    const code = <u8>load<u32>(filter, 8);
    for (let row = begin; row < end; row++) {
      const now = load<u8>(codes + row);
      if (now != <u8>CODE_FEASIBLE && now <= code) continue;
      if (now == <u8>CODE_ABSENT) continue;
      if (!anyHolds(conditions, terms, first, count, row)) store<u8>(codes + row, code);
    }
    filter += FILTER_SIZE;
  }
  let mask = <usize>load<u32>(match, MATCH_MASKS_AT);
  for (let n = load<u32>(match, MATCH_MASK_COUNT_AT); n > 0; n--) {
    const first = load<u32>(mask);
    const count = load<u32>(mask, 4);
    const out = <usize>load<u32>(mask, 8);
    for (let row = begin; row < end; row++) {
      const live = load<u32>(rank + (<usize>row << 2)) != <u32>DEAD_RANK;
      store<u8>(out + row, live && anyHolds(conditions, terms, first, count, row) ? 1 : 0);
    }
    mask += MASK_SIZE;
  }
  let raw = <usize>load<u32>(match, MATCH_RAWS_AT);
  for (let n = load<u32>(match, MATCH_RAW_COUNT_AT); n > 0; n--) {
    const first = load<u32>(raw);
    const count = load<u32>(raw, 4);
    const out = <usize>load<u32>(raw, 8);
    const column = <usize>load<u32>(raw, 12);
    const values = <usize>load<u32>(raw, 16);
    for (let row = begin; row < end; row++) {
      let sum: f64 = 0;
      if (column != 0) sum = load<f64>(values + (<usize>load<u32>(column + (<usize>row << 2)) << 3));
      let term = terms + <usize>first * TERM_SIZE;
      for (let t = count; t > 0; t--) {
        if (holds(conditions, term, row)) sum += load<f64>(term, 8);
        term += TERM_SIZE;
      }
      store<f64>(out + (<usize>row << 3), sum);
    }
    raw += RAW_SIZE;
  }
}

export function matchAll(match: usize): void {
  matchRows(match, 0, load<u32>(<usize>load<u32>(match, MATCH_CLUSTER_AT), CLUSTER_ROWS_AT));
}
