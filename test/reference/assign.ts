// Full passes, and assignment as one full pass before every choice.
import * as layout from '../../assembly/layout.ts';
import * as records from '../../build/records.js';
import { filterOf, lackingCodes } from './filters.ts';
import { randomBelow } from './number.ts';
import { scoresOf, type Scores } from './scores.ts';
import { domainOf, isEligible, type Domains, type Program } from './program.ts';

const isStatic = ({ mode }: Program): boolean => (mode & layout.MODE_STATIC) !== 0;
const requestsVary = ({ mode }: Program): boolean => (mode & layout.MODE_REQUESTS_VARY) !== 0;

/** The rows that pass every filter. */
function feasibleRows({ memory, rows, code }: Program): number[] {
  return Array.from({ length: rows }, (_, row) => row).filter(
    (row) => memory.u8(code + row) === layout.CODE_FEASIBLE,
  );
}

/** Filters and scores all nodes for the class's master. Returns how many are feasible. */
export function determine(program: Program): number {
  const { memory } = program;
  memory.setU32(program.at + records.Program.dirtyCount, 0);
  const codeOf = filterOf(program);
  for (let row = 0; row < program.rows; row++) {
    const entry = program.code + row;
    if (memory.u8(entry) !== layout.CODE_CUT) memory.setU8(entry, codeOf(row, true));
  }
  writeDetail(program, score(program));
  return feasibleRows(program).length;
}

/**
 * Makes another full pass, which keeps what the mode says stays as the master's pass found it. Returns the scores that
 * it found.
 */
function passAgain(program: Program): Scores {
  const { memory } = program;
  const codeOf = filterOf(program);
  for (let row = 0; row < program.rows; row++) {
    const entry = program.code + row;
    const before = memory.u8(entry);
    if (before === layout.CODE_CUT) continue;
    // the fit of the pods at hand is no property of the class: each is asked when it chooses
    if (requestsVary(program) && program.requests.some(({ code }) => code === before)) continue;
    const after = codeOf(row, !requestsVary(program));
    // a list that was scored once only ever gets shorter
    if (isStatic(program) && before !== layout.CODE_FEASIBLE && after === layout.CODE_FEASIBLE) continue;
    memory.setU8(entry, after);
  }
  if (!isStatic(program)) return score(program);
  forgetRejected(program);
  return new Map();
}

/** Writes the totals; the rejected rows have -1. Returns what they are made of. */
function score(program: Program): Scores {
  const { memory, total } = program;
  const feasible = feasibleRows(program);
  const scores = scoresOf(program, feasible);
  for (const row of feasible) {
    const fixed = program.fixed === 0 ? 0 : memory.f64Of(program.fixed, row);
    const factor = program.factor === 0 ? 1 : memory.f64Of(program.factor, row);
    const parts = [...scores.values()].map((byRow) => byRow.get(row)!);
    const sum = parts.reduce((all, part) => all + part, program.base + fixed);
    memory.setF64(total + 8 * row, sum * factor);
  }
  forgetRejected(program);
  return scores;
}

function forgetRejected(program: Program): void {
  const { memory, rows, code, total } = program;
  for (let row = 0; row < rows; row++) {
    if (memory.u8(code + row) !== layout.CODE_FEASIBLE) memory.setF64(total + 8 * row, -1);
  }
  memory.setU32(program.at + records.Program.feasible, feasibleRows(program).length);
}

function writeDetail(program: Program, scores: Scores): void {
  if (program.detail === 0) return;
  for (const [slot, byRow] of scores) {
    for (const [row, value] of byRow) {
      program.memory.setF64(program.detail + 8 * (slot * program.capacity + row), value);
    }
  }
}

/**
 * Assigns up to `count` pods; writes {row: u32, feasible rows before the choice: u32, total: f64} for each at `out`.
 * Returns how many found a node.
 */
export function assign(program: Program, count: number, out: number): number {
  const { memory } = program;
  memory.setU32(program.at + records.Program.dirtyCount, 0);
  writeDetail(program, passAgain(program));
  for (let n = 0; n < count; n++) {
    const row = choose(program);
    if (row === undefined) return n;
    memory.setU32(out + 16 * n, row);
    memory.setU32(out + 16 * n + 4, feasibleRows(program).length);
    memory.setF64(out + 16 * n + 8, memory.f64Of(program.total, row));
    take(program, row);
    passAgain(program);
  }
  return count;
}

/** The feasible row of the greatest total that has room for the pod at hand. */
function choose(program: Program): number | undefined {
  let rows = feasibleRows(program);
  while (rows.length > 0) {
    const row = chooseAmong(program, rows);
    if (!requestsVary(program) || lackingCodes(program, row).length === 0) return row;
    rows = rows.filter((other) => other !== row);
  }
  return undefined;
}

/** Among the greatest totals: the one whose node's name comes first, or one at random. */
function chooseAmong({ memory, mode, total, rank, random }: Program, rows: readonly number[]): number {
  const greatest = Math.max(...rows.map((row) => memory.f64Of(total, row)));
  const ties = rows.filter((row) => memory.f64Of(total, row) === greatest);
  if ((mode & layout.MODE_RANDOM) === 0) {
    return ties.sort((one, two) => memory.u32Of(rank, one) - memory.u32Of(rank, two))[0]!;
  }
  const { state, value } = randomBelow(memory.u64(random), ties.length);
  memory.setU64(random, state);
  return ties[value]!;
}

/** Adds to the row, and to its domains, what a pod of the class takes there. */
function take(program: Program, row: number): void {
  const { memory } = program;
  const add = (at: number, amount: number): void => memory.setF64(at, memory.f64(at) + amount);
  for (const { used, amount } of program.usage) add(used + 8 * row, amount);
  for (const { taken } of program.exclusives) memory.setU8(taken + row, 1);
  for (const filter of program.domainFilters) {
    if (isCounted(program, filter, row))
      add(filter.amounts + 8 * domainOf(program, filter, row), filter.self);
  }
  for (const table of program.domainScores.flatMap(({ tables }) => tables)) {
    // pods are always counted on their own node
    if (!table.byRow && !isCounted(program, table, row)) continue;
    add(table.amounts + 8 * (table.byRow ? row : domainOf(program, table, row)), table.self);
    add(table.matchesAt, table.selfMatches);
  }
}

/** Whether a pod of the class counts in the row's domain. */
function isCounted(program: Program, domains: Domains, row: number): boolean {
  return domainOf(program, domains, row) !== 0 && isEligible(program, domains, row);
}
