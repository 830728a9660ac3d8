// A class's program as it stands in linear memory, over the match that it shares with other classes.
import { CODE_CUT, MODE_CUT, STALE_ALL_SCORES, STALE_TOTALS } from '../../../assembly/layout.ts';
import { Groups, Placement, Program } from '../../../build/records.js';
import type { Arena, Block } from '../../state/columns/arena.ts';
import type { Columns } from '../../state/columns/columns.ts';
import type { NodeColumns } from '../../state/columns/node-columns.ts';
import type { Kernel } from '../kernel.ts';
import type { ProgramBuilder } from './builder.ts';
import { addGroups } from './groups.ts';
import type { Match, Matches } from './match.ts';
import type { ProgramMemory } from './parts.ts';
import { replaceAsked, writeProgram } from './write.ts';

/** A row for a pod, as the kernel chose it. */
export interface Placed {
  row: number;
  node: string;
  /** Rows that passed every filter then. */
  feasible: number;
  /** The row's weighted total. */
  total: number;
}

export class LoadedProgram {
  readonly arena: Arena;
  readonly #kernel: Kernel;
  readonly #matches: Matches;
  #match?: Match;
  #memory!: ProgramMemory;
  #groups?: Block;
  /** What is asked for instead of what was written. */
  #asked?: () => void;

  constructor(kernel: Kernel, matches: Matches) {
    this.arena = kernel.arena;
    this.#kernel = kernel;
    this.#matches = matches;
  }

  /** Writes what is packed, in the place of what was there. `nodesVersion` is that of the node columns. */
  load(builder: ProgramBuilder, nodesVersion: number, mode: number, withDetail: boolean): void {
    const match = this.#matches.take(builder.columns, builder.matchParts(), nodesVersion);
    let memory: ProgramMemory;
    try {
      memory = writeProgram(builder, match, mode, withDetail);
    } catch (error) {
      this.#matches.giveBack(match);
      throw error;
    }
    this.free();
    this.#match = match;
    this.#memory = memory;
  }

  /** The addresses of its parts. */
  get memory(): ProgramMemory {
    return this.#memory;
  }

  /** Linear memory that goes with it. */
  get bytes(): number {
    const match = this.#match!.isKept ? 0 : this.#match!.bytes;
    return this.#memory.bytes + (this.#groups?.bytes ?? 0) + match;
  }

  /** The groups that stand in for the rows; undefined where there are none. */
  get groupCount(): number | undefined {
    const groups = this.#word(Program.groups);
    const { u32 } = this.arena;
    const isBuilt = groups !== 0 && u32[(groups + Groups.built) / 4] !== 0;
    return isBuilt ? u32[(groups + Groups.count) / 4]! : undefined;
  }

  /** The row's code as things stand, which may be supposed for this question only. */
  check(row: number): number {
    return this.#kernel.check(this.#memory.program, row);
  }

  /** Whether a pod on one node can decide about another node. */
  get readsDomains(): boolean {
    return this.#word(Program.domainFilterCount) > 0;
  }

  /** Checks and takes from now on what this builder asks for. */
  replaceAsked(builder: ProgramBuilder): void {
    this.#asked?.();
    this.#asked = undefined;
    this.#asked = replaceAsked(this.#memory.program, builder);
  }

  /** Lets the kernel choose by groups of rows. */
  formGroups(columns: Columns): void {
    this.#groups ??= addGroups(this.#memory.program, columns);
  }

  /** Filters and scores all rows. */
  determine(): void {
    this.#kernel.determine(this.#memory.program);
  }

  /** Leaves rows out for good, and goes on with the others. */
  cut(rows: readonly number[]): void {
    const { code, program } = this.#memory;
    for (const row of rows) this.arena.u8[code + row] = CODE_CUT;
    this.arena.u32[(program + Program.mode) / 4]! |= MODE_CUT;
    this.determine();
  }

  /** Has every row's code and total found, and goes on without groups. Returns how many rows are feasible. */
  inspect(): number {
    const { program } = this.#memory;
    const feasible = this.#kernel.inspect(program);
    this.#groups?.free();
    this.#groups = undefined;
    this.arena.u32[(program + Program.groups) / 4] = 0;
    return feasible;
  }

  /** Brings it up to the rows that have changed, and its detail to the pods that were placed. */
  refresh(): void {
    this.#kernel.assign(this.#memory.program, 0, 0);
  }

  /** Filters and scores rows again; `counted` says that pods were counted in their domains. Returns whether it was a full pass. */
  filterAgain(rows: readonly number[], counted: boolean): boolean {
    const { u32 } = this.arena;
    const { program, dirty, dirtyRows } = this.#memory;
    if (rows.length > dirtyRows) {
      this.determine();
      return true;
    }
    u32.set(rows, dirty / 4);
    u32[(program + Program.dirtyCount) / 4] = rows.length;
    if (counted) u32[(program + Program.stale) / 4]! |= STALE_ALL_SCORES | STALE_TOTALS;
    this.refresh();
    return false;
  }

  /** Chooses rows for up to `count` pods, one after another. */
  place(count: number, nodes: NodeColumns): Placed[] {
    const bytes = count * Placement.size;
    const out = this.arena.allocate(bytes);
    const placements: Placed[] = [];
    try {
      const placed = this.#kernel.assign(this.#memory.program, count, out);
      const { u32, f64 } = this.arena;
      for (let n = 0, at = out; n < placed; n++, at += Placement.size) {
        const row = u32[at / 4]!;
        placements.push({
          row,
          node: nodes.node(row)!.name,
          feasible: u32[at / 4 + 1]!,
          total: f64[at / 8 + 1]!,
        });
      }
    } finally {
      this.arena.free(out, bytes);
    }
    return placements;
  }

  /** Gives the memory back. */
  free(): void {
    this.#asked?.();
    this.#asked = undefined;
    this.#groups?.free();
    this.#groups = undefined;
    (this.#memory as ProgramMemory | undefined)?.free();
    if (this.#match !== undefined) this.#matches.giveBack(this.#match);
    this.#match = undefined;
  }

  #word(field: number): number {
    return this.arena.u32[(this.#memory.program + field) / 4]!;
  }
}
