// Filters and raw scores that read only what a node is: labels, taints, name, spec.unschedulable. Each is a table over
// a coded column, so that one loop serves them all.
import { at, F64s, next } from '../columns';
import { CODE_ABSENT, CODE_FEASIBLE, CONDITION_DIFFERS, CONDITION_EQUALS, DEAD_RANK } from '../layout';
import { Condition, Filter, Mask, Match, RawScore, Term } from '../records';

// @ts-ignore: decorator
@inline
function holds(conditions: Condition, term: Term, row: u32): bool {
  let condition = at(conditions, term.first);
  for (let n = term.count; n > 0; n--) {
    const code = condition.column[row];
    const kind = condition.kind;
    const operand = condition.operand;
    const ok =
      kind == CONDITION_EQUALS
        ? code == operand
        : kind == CONDITION_DIFFERS
          ? code != operand
          : load<u8>(<usize>operand + code) != 0;
    if (!ok) return false;
    condition = next(condition);
  }
  return true;
}

// @ts-ignore: decorator
@inline
function anyHolds(match: Match, first: u32, count: u32, row: u32): bool {
  let term = at(match.terms, first);
  for (let n = count; n > 0; n--) {
    if (holds(match.conditions, term, row)) return true;
    term = next(term);
  }
  return false;
}

function applyFilter(match: Match, filter: Filter, rows: u32): void {
  const codes = match.code;
  const code = filter.code;
  for (let row: u32 = 0; row < rows; row++) {
    const now = codes[row];
    if (now == CODE_ABSENT || (now != CODE_FEASIBLE && now <= code)) continue;
    if (!anyHolds(match, filter.first, filter.count, row)) codes[row] = code;
  }
}

function applyMask(match: Match, mask: Mask, rows: u32): void {
  const rank = match.cluster.rank;
  for (let row: u32 = 0; row < rows; row++) {
    const live = rank[row] != <u32>DEAD_RANK;
    mask.out[row] = live && anyHolds(match, mask.first, mask.count, row) ? 1 : 0;
  }
}

function applyRaw(match: Match, raw: RawScore, rows: u32): void {
  const column = raw.column;
  for (let row: u32 = 0; row < rows; row++) {
    let sum: f64 = 0;
    if (column) sum = changetype<F64s>(raw.values)[column[row]];
    let term = at(match.terms, raw.first);
    for (let n = raw.count; n > 0; n--) {
      if (holds(match.conditions, term, row)) sum += term.weight;
      term = next(term);
    }
    raw.out[row] = sum;
  }
}

/** Computes the match for every row. */
export function matchAll(match: Match): void {
  const rows = match.cluster.rows;
  const rank = match.cluster.rank;
  for (let row: u32 = 0; row < rows; row++) {
    match.code[row] = rank[row] == <u32>DEAD_RANK ? CODE_ABSENT : CODE_FEASIBLE;
  }
  for (let n = match.filterCount, filter = match.filters; n > 0; n--, filter = next(filter)) {
    applyFilter(match, filter, rows);
  }
  for (let n = match.maskCount, mask = match.masks; n > 0; n--, mask = next(mask)) applyMask(match, mask, rows);
  for (let n = match.rawCount, raw = match.raws; n > 0; n--, raw = next(raw)) applyRaw(match, raw, rows);
}
