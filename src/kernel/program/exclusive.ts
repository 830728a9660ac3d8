// What each node has once, and a class needs for itself: its host ports.
import type { Arena } from '../../state/columns/arena.ts';

export class Exclusive {
  /** Rejects the rows where it is taken. */
  readonly code: number;
  readonly #arena: Arena;
  readonly #rows: Iterable<number>;
  #taken = 0;

  /** `rows` are those where it is taken when the program is written. */
  constructor(arena: Arena, rows: Iterable<number>, code: number) {
    this.#arena = arena;
    this.#rows = rows;
    this.code = code;
  }

  /** Says where its column of zeros (u8 by row) stands, once the program is written. */
  standAt(taken: number): void {
    this.#taken = taken;
    for (const row of this.#rows) this.set(row, true);
  }

  /** Says whether it is taken in the row. */
  set(row: number, isTaken: boolean): void {
    this.#arena.u8[this.#taken + row] = isTaken ? 1 : 0;
  }
}
