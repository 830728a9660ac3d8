// Scores by what a row's domains hold together: soft topology spreading, preferred affinity to pods. What counts is summed
// up by domain in tables, so that a placement touches one entry of each.
import { addressOf, next, F64s, U8s } from '../columns';
import { CODE_FEASIBLE, NORMALIZE_FEWEST } from '../layout';
import { goLog, goRound, HALF, HUNDRED, INFINITY, lanesOf, MINUS_INFINITY, MINUS_ONE, ONE, rejected4, ZERO } from '../number';
import { DomainScore, DomainTable, Program } from '../records';

/** Adds a pod of the class to the row's domains. Returns whether that moves the score. */
export function placeInScore(score: DomainScore, row: u32): bool {
  let moved = false;
  for (let n = score.tableCount, table = score.tables; n > 0; n--, table = next(table)) {
    if (table.selfMatches == 0) continue;
    const index = table.byRow != 0 ? row : table.domain[row];
    const eligible = table.eligible;
    if (table.byRow == 0 && (index == 0 || (eligible && eligible[row] == 0))) continue;
    table.matches += table.selfMatches;
    table.amounts[index] = table.amounts[index] + table.self;
    moved = true;
  }
  return moved;
}

/** Whether the row lacks a key that the score asks all nodes for. */
// @ts-ignore: decorator
@inline
function isIgnored(score: DomainScore, row: u32): bool {
  if (score.requiresAll == 0) return false;
  for (let n = score.tableCount, table = score.tables; n > 0; n--, table = next(table)) {
    if (table.domain[row] == 0) return true;
  }
  return false;
}

/** Counts the row's domains as present (by 1) or no longer so (by -1): how many there are weighs the tables. */
function countPresent(score: DomainScore, row: u32, by: i32): void {
  if (isIgnored(score, row)) return;
  score.scored += by;
  for (let n = score.tableCount, table = score.tables; n > 0; n--, table = next(table)) {
    const present = table.present;
    if (!present) continue;
    const domain = table.domain[row];
    const now = present[domain] + by;
    present[domain] = now;
    if (now == 0) table.distinct--;
    else if (by > 0 && now == 1) table.distinct++;
  }
}

/** Brings the scores up to date after the row has become feasible or has ceased to be: they must be computed again. */
export function moveFeasible(program: Program, row: u32, feasible: bool): void {
  for (let n = program.domainScoreCount, score = program.domainScores; n > 0; n--, score = next(score)) {
    if (score.normalizer == NORMALIZE_FEWEST) countPresent(score, row, feasible ? 1 : -1);
    score.stale = 1;
  }
}

/** Counts the domains of all feasible rows, of which there are `feasible`; in a full pass. */
export function countAllPresent(program: Program, feasible: u32): void {
  for (let n = program.domainScoreCount, score = program.domainScores; n > 0; n--, score = next(score)) {
    if (score.normalizer != NORMALIZE_FEWEST) continue;
    clearPresent(score);
    if (score.requiresAll != 0) {
      for (let row: u32 = 0, rows = program.cluster.rows; row < rows; row++) {
        if (program.code[row] == CODE_FEASIBLE) countPresent(score, row, 1);
      }
      continue;
    }
    score.scored = feasible;
    for (let t = score.tableCount, table = score.tables; t > 0; t--, table = next(table)) {
      countTable(table, program.cluster.rows, program.code);
    }
  }
}

function countTable(table: DomainTable, rows: u32, codes: U8s): void {
  const present = table.present;
  if (!present) return;
  const column = table.domain;
  for (let row: u32 = 0; row < rows; row++) {
    present[column[row]] = present[column[row]] + <u32>(codes[row] == CODE_FEASIBLE);
  }
  let distinct: u32 = 0;
  for (let domain: u32 = 0, domains = table.domains; domain < domains; domain++) {
    if (present[domain] != 0) distinct++;
  }
  table.distinct = distinct;
}

/** Forgets which domains are present. */
export function clearPresent(score: DomainScore): void {
  score.scored = 0;
  for (let n = score.tableCount, table = score.tables; n > 0; n--, table = next(table)) {
    table.distinct = 0;
    const present = table.present;
    if (present) memory.fill(changetype<usize>(present), 0, <usize>table.domains << 2);
  }
}

// @ts-ignore: decorator
@inline
export function weigh(table: DomainTable, domains: u32): void {
  table.weight = goLog(<f64>(domains + 2));
}

/** What the row's domains hold together. */
// @ts-ignore: decorator
@inline
function rawOf(score: DomainScore, row: u32): f64 {
  let raw: f64 = 0;
  for (let n = score.tableCount, table = score.tables; n > 0; n--, table = next(table)) {
    const domain = table.domain[row];
    if (domain == 0) continue;
    raw += table.amounts[table.byRow != 0 ? row : domain] * table.weight + table.offset;
  }
  return score.normalizer == NORMALIZE_FEWEST ? goRound(raw) : raw;
}

/** Computes the score of all rows again, and its extremes over the feasible ones. */
export function scoreDomains(program: Program, score: DomainScore): void {
  score.stale = 0;
  const isFewest = score.normalizer == NORMALIZE_FEWEST;
  if (isFewest) {
    for (let n = score.tableCount, table = score.tables; n > 0; n--, table = next(table)) {
      weigh(table, table.present ? table.distinct : score.scored);
    }
  }
  const rows = program.cluster.rows;
  const codes = program.code;
  if (ASC_FEATURE_SIMD) {
    scoreLanes(score, rows, codes, isFewest);
    return;
  }
  let least = Infinity;
  let greatest: f64 = isFewest ? 0 : -Infinity;
  for (let row: u32 = 0; row < rows; row++) {
    let raw: f64 = -1;
    if (codes[row] == CODE_FEASIBLE && !isIgnored(score, row)) {
      raw = rawOf(score, row);
      least = min<f64>(least, raw);
      greatest = max<f64>(greatest, raw);
    }
    score.raw[row] = raw;
  }
  score.minimum = least;
  score.maximum = greatest;
}

function scoreLanes(score: DomainScore, rows: u32, codes: U8s, isFewest: bool): void {
  const raws = addressOf(score.raw);
  memory.fill(raws, 0, <usize>rows << 3);
  for (let n = score.tableCount, table = score.tables; n > 0; n--, table = next(table)) {
    addTable(table, rows, raws, score.requiresAll != 0);
  }
  const zero = lanesOf(ZERO);
  const infinity = lanesOf(INFINITY);
  const lowest = lanesOf(isFewest ? ZERO : MINUS_INFINITY);
  let leasts = infinity;
  let greatests = lowest;
  for (let row: u32 = 0; row < rows; row += 4) {
    const rejected = rejected4(addressOf(codes) + row);
    for (let half: u32 = 0; half < 4; half += 2) {
      const at = <usize>(row + half) << 3;
      let raw = v128.load(raws + at);
      let out = half == 0 ? i64x2.extend_low_i32x4_s(rejected) : i64x2.extend_high_i32x4_s(rejected);
      if (isFewest) {
        out = v128.or(out, f64x2.lt(raw, zero));
        const whole = f64x2.trunc(raw);
        const up = f64x2.ge(f64x2.sub(raw, whole), lanesOf(HALF));
        raw = f64x2.add(whole, v128.and(up, lanesOf(ONE)));
        v128.store(raws + at, v128.bitselect(lanesOf(MINUS_ONE), raw, out));
      }
      leasts = f64x2.pmin(leasts, v128.bitselect(infinity, raw, out));
      greatests = f64x2.pmax(greatests, v128.bitselect(lowest, raw, out));
    }
  }
  score.minimum = min<f64>(f64x2.extract_lane(leasts, 0), f64x2.extract_lane(leasts, 1));
  score.maximum = max<f64>(f64x2.extract_lane(greatests, 0), f64x2.extract_lane(greatests, 1));
}

/**
 * Adds to every row's raw score what a table gives it. A node that lacks the label gets nothing; or it is ignored, for
 * which its score falls without end.
 */
function addTable(table: DomainTable, rows: u32, raws: usize, requiresAll: bool): void {
  const column = addressOf(table.domain);
  const amounts = addressOf(table.amounts);
  const byRow = table.byRow != 0;
  const weight = f64x2.splat(table.weight);
  const offset = f64x2.splat(table.offset);
  const unlabelled = f64x2.splat(requiresAll ? -Infinity : 0);
  for (let row: u32 = 0; row < rows; row += 2) {
    const at = <usize>row << 3;
    const domains = column + (<usize>row << 2);
    let amount: v128;
    if (byRow) {
      amount = v128.load(amounts + at);
    } else {
      const one = v128.load64_zero(amounts + (<usize>load<u32>(domains) << 3));
      amount = v128.load64_lane(amounts + (<usize>load<u32>(domains, 4) << 3), one, 1);
    }
    const known = i64x2.ne(v128.load32x2_u(domains), lanesOf(ZERO));
    const part = v128.bitselect(f64x2.add(f64x2.mul(amount, weight), offset), unlabelled, known);
    v128.store(raws + at, f64x2.add(v128.load(raws + at), part));
  }
}

/** What the score makes of a raw value, 0 to 100. */
// @ts-ignore: decorator
@inline
export function domainScoreOf(score: DomainScore, raw: f64): f64 {
  const least = score.minimum;
  const greatest = score.maximum;
  if (score.normalizer == NORMALIZE_FEWEST) {
    if (raw < 0) return 0;
    return greatest == 0 ? 100 : floor<f64>((100 * (greatest + least - raw)) / greatest);
  }
  const span = greatest - least;
  return span > 0 ? trunc<f64>(100 * ((raw - least) / span)) : 0;
}

/** The weighted sum of the domain scores of the row. */
export function domainTotal(program: Program, row: u32): f64 {
  let total: f64 = 0;
  for (let n = program.domainScoreCount, score = program.domainScores; n > 0; n--, score = next(score)) {
    total += score.weight * domainScoreOf(score, score.raw[row]);
  }
  return total;
}

/** Writes at `out`, for every row, what stands at `from` plus the weighted score; -1 where the row is rejected. */
export function addDomainScore(score: DomainScore, rows: u32, from: F64s, out: F64s, codes: U8s): void {
  const raws = addressOf(score.raw);
  const weight = f64x2.splat(score.weight);
  const hundred = lanesOf(HUNDRED);
  const zero = lanesOf(ZERO);
  const least = f64x2.splat(score.minimum);
  const greatest = f64x2.splat(score.maximum);
  const span = f64x2.sub(greatest, least);
  const sum = f64x2.add(greatest, least);
  const isFewest = score.normalizer == NORMALIZE_FEWEST;
  const isLevel = score.maximum == 0;
  for (let row: u32 = 0; row < rows; row += 4) {
    const rejected = rejected4(addressOf(codes) + row);
    for (let half: u32 = 0; half < 4; half += 2) {
      const at = <usize>(row + half) << 3;
      const raw = v128.load(raws + at);
      let value: v128;
      if (isFewest) {
        const scaled = isLevel
          ? hundred
          : f64x2.floor(f64x2.div(f64x2.mul(hundred, f64x2.sub(sum, raw)), greatest));
        value = v128.and(scaled, f64x2.ge(raw, zero));
      } else {
        const scaled = f64x2.trunc(f64x2.mul(hundred, f64x2.div(f64x2.sub(raw, least), span)));
        value = v128.and(scaled, f64x2.gt(span, zero));
      }
      const total = f64x2.add(v128.load(addressOf(from) + at), f64x2.mul(weight, value));
      const rejects = half == 0 ? i64x2.extend_low_i32x4_s(rejected) : i64x2.extend_high_i32x4_s(rejected);
      v128.store(addressOf(out) + at, v128.bitselect(lanesOf(MINUS_ONE), total, rejects));
    }
  }
}
