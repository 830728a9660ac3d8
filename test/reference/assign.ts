// Full passes, and assignment as one full pass before every choice.
import * as layout from '../../assembly/layout.ts';
import { filterOf, fits } from './filters.ts';
import { randomBelow } from './number.ts';
import { scoresOf, type Scores } from './scores.ts';
import { domainOf, isEligible, type Amount, type Spread, type Turn } from './turn.ts';

const isStatic = ({ mode }: Turn): boolean => (mode & layout.MODE_STATIC) !== 0;
const rechecks = ({ mode }: Turn): boolean => (mode & layout.MODE_RECHECK) !== 0;

/** The rows that pass every filter. */
function feasibleRows({ memory, rows, code }: Turn): number[] {
  return Array.from({ length: rows }, (_, row) => row).filter(
    (row) => memory.u8(code + row) === layout.CODE_FEASIBLE,
  );
}

/** Filters and scores all nodes for the class's master. Returns how many are feasible. */
export function determine(turn: Turn): number {
  const { memory } = turn;
  memory.setU32(turn.at + layout.TURN_DIRTY_COUNT_AT, 0);
  const codeOf = filterOf(turn);
  for (let row = 0; row < turn.rows; row++) {
    const entry = turn.code + row;
    if (memory.u8(entry) !== layout.CODE_CUT) memory.setU8(entry, codeOf(row, true));
  }
  writeDetail(turn, score(turn));
  return feasibleRows(turn).length;
}

/**
 * Makes another full pass, which keeps what the mode says stays as the master's pass found it. Returns the scores that
 * it found.
 */
function passAgain(turn: Turn): Scores {
  const { memory } = turn;
  const codeOf = filterOf(turn);
  for (let row = 0; row < turn.rows; row++) {
    const entry = turn.code + row;
    const before = memory.u8(entry);
    if (before === layout.CODE_CUT) continue;
    // the fit of the pods at hand is no property of the class: each is asked when it chooses
    if (rechecks(turn) && before === turn.fitCode && before !== layout.CODE_FEASIBLE) continue;
    const after = codeOf(row, !rechecks(turn));
    // a list that was scored once only ever gets shorter
    if (isStatic(turn) && before !== layout.CODE_FEASIBLE && after === layout.CODE_FEASIBLE) continue;
    memory.setU8(entry, after);
  }
  if (!isStatic(turn)) return score(turn);
  forgetRejected(turn);
  return new Map();
}

/** Writes the totals; the rejected rows have -1. Returns what they are made of. */
function score(turn: Turn): Scores {
  const { memory, total } = turn;
  const feasible = feasibleRows(turn);
  const scores = scoresOf(turn, feasible);
  for (const row of feasible) {
    const parts = [...scores.values()].map((byRow) => byRow.get(row)!);
    memory.setF64(
      total + 8 * row,
      parts.reduce(
        (sum, part) => sum + part,
        turn.base + (turn.fixed === 0 ? 0 : memory.f64Of(turn.fixed, row)),
      ),
    );
  }
  forgetRejected(turn);
  return scores;
}

function forgetRejected(turn: Turn): void {
  const { memory, rows, code, total } = turn;
  for (let row = 0; row < rows; row++) {
    if (memory.u8(code + row) !== layout.CODE_FEASIBLE) memory.setF64(total + 8 * row, -1);
  }
  memory.setU32(turn.at + layout.TURN_FEASIBLE_AT, feasibleRows(turn).length);
}

function writeDetail(turn: Turn, scores: Scores): void {
  if (turn.detail === 0) return;
  for (const [slot, byRow] of scores) {
    for (const [row, value] of byRow) {
      turn.memory.setF64(turn.detail + 8 * (slot * turn.capacity + row), value);
    }
  }
}

/**
 * Assigns up to `count` pods; writes {row: u32, feasible rows before the choice: u32, total: f64} for each at `out`.
 * Returns how many found a node.
 */
export function assign(turn: Turn, count: number, out: number): number {
  const { memory } = turn;
  memory.setU32(turn.at + layout.TURN_DIRTY_COUNT_AT, 0);
  writeDetail(turn, passAgain(turn));
  for (let n = 0; n < count; n++) {
    const row = choose(turn);
    if (row === undefined) return n;
    memory.setU32(out + 16 * n, row);
    memory.setU32(out + 16 * n + 4, feasibleRows(turn).length);
    memory.setF64(out + 16 * n + 8, memory.f64Of(turn.total, row));
    take(turn, row);
    attract(turn, row);
    passAgain(turn);
  }
  return count;
}

/** The feasible row of the greatest total that has room for the pod at hand. */
function choose(turn: Turn): number | undefined {
  let rows = feasibleRows(turn);
  while (rows.length > 0) {
    const row = chooseAmong(turn, rows);
    if (!rechecks(turn) || fits(turn, row)) return row;
    rows = rows.filter((other) => other !== row);
  }
  return undefined;
}

/** Among the greatest totals: the one whose node's name comes first, or one at random. */
function chooseAmong({ memory, mode, total, rank, random }: Turn, rows: readonly number[]): number {
  const greatest = Math.max(...rows.map((row) => memory.f64Of(total, row)));
  const ties = rows.filter((row) => memory.f64Of(total, row) === greatest);
  if ((mode & layout.MODE_RANDOM) === 0) {
    return ties.sort((one, two) => memory.u32Of(rank, one) - memory.u32Of(rank, two))[0]!;
  }
  const { state, value } = randomBelow(memory.u64(random), ties.length);
  memory.setU64(random, state);
  return ties[value]!;
}

/** Adds to the row what a pod of the class takes there. */
function take(turn: Turn, row: number): void {
  const { memory } = turn;
  const add = (at: number, amount: number): void => memory.setF64(at, memory.f64(at) + amount);
  for (const { used, amount } of turn.usage) add(used + 8 * row, amount);
  for (const { used, takes } of turn.ports) {
    memory.setU32(used + 4 * row, (memory.u32Of(used, row) | takes) >>> 0);
  }
  for (const spread of [...turn.soft, ...turn.hard]) {
    if (isCounted(turn, spread, row)) {
      add(spread.counts + 8 * (spread.byRow ? row : domainOf(turn, spread, row)), 1);
    }
  }
}

/** Adds to the row's domains what a pod of the class amounts to there. */
function attract(turn: Turn, row: number): void {
  const { memory } = turn;
  const add = (term: Amount, amount: number): void => {
    const entry = term.amounts + 8 * domainOf(turn, term, row);
    if (domainOf(turn, term, row) !== 0) memory.setF64(entry, memory.f64(entry) + amount);
  };
  if (turn.attractsItself) for (const term of turn.attractions) add(term, 1);
  for (const term of turn.repulsions) add(term, term.self);
  for (const term of turn.preferences) {
    if (domainOf(turn, term, row) === 0) continue;
    add(term, term.self);
    memory.setF64(term.matchesAt, memory.f64(term.matchesAt) + term.selfMatches);
  }
}

/** Whether a pod of the class counts in the row; pods are always counted on their own node. */
function isCounted(turn: Turn, spread: Spread, row: number): boolean {
  return spread.self && (spread.byRow || isEligible(turn, spread, row));
}
