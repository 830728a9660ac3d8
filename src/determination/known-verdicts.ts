// What a plugin makes of single rows, as it was told to the kernel last.
import { Program } from '../../build/records.js';
import { CODE_ABSENT, CODE_FEASIBLE } from '../../assembly/layout.ts';
import type { Arena } from '../state/columns/arena.ts';
import type { ProgramBuilder } from '../kernel/program/builder.ts';
import type { HostCodes } from '../kernel/program/host-codes.ts';
import type { RowVerdicts } from '../plugins/plugin.ts';
import type { NominatedRows } from './nominated-rows.ts';

/** Where a program keeps what the host makes of rows. */
export interface RowMemory {
  arena: Arena;
  program: number;
  hostCodes: HostCodes;
  nominated: NominatedRows;
}

export class KnownVerdicts {
  readonly #verdicts: RowVerdicts;
  /** The number of the plugin's filter, from 1 in the order of the profile; 0 when it is none. */
  readonly #filterNumber: number;
  readonly #scores = new Map<number, number>();

  /** Packs what the plugin makes of the rows at first. */
  constructor(verdicts: RowVerdicts, filterNumber: number, builder: ProgramBuilder) {
    this.#verdicts = verdicts;
    this.#filterNumber = filterNumber;
    builder.keepFixed();
    for (const row of verdicts.rows) {
      const { code, score } = verdicts.of(row, false);
      if (code !== CODE_FEASIBLE) builder.rejectRow(row, code);
      builder.addToRow(row, score);
      this.#scores.set(row, score);
    }
  }

  /** Asks about the row, and writes the answer; the caller has the row filtered again. */
  ask(row: number, placed: boolean, { arena, program, hostCodes, nominated }: RowMemory): void {
    const own = nominated.ownCodeOf(row);
    if (own === CODE_ABSENT) return;
    const { code, score } = this.#verdicts.of(row, placed);
    const fixed = arena.u32[(program + Program.fixed) / 4]! / 8;
    arena.f64[fixed + row]! += score - (this.#scores.get(row) ?? 0);
    this.#scores.set(row, score);
    nominated.setOwnCode(row, hostCodes.replace(row, this.#filterNumber, code, own));
  }
}
