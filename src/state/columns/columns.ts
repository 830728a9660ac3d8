// Node columns: one value for each row in linear memory, where the kernel reads them. A row is a node's place in every
// column; columns grow together.
import { CLUSTER_MAGIC, DEAD_RANK, ROW_BLOCK } from '../../../assembly/layout.ts';
import { Cluster as Header } from '../../../build/records.js';
import type { Arena } from './arena.ts';
import { CodedColumn } from './coded-column.ts';
import type { Column } from './column.ts';

const FIRST_CAPACITY_ROWS = 64;

export class Columns {
  readonly arena: Arena;
  /** Address of the cluster header. */
  readonly header: number;
  readonly rank: Column;
  /** The rows with nodes when they were ranked last, by their ranks. */
  rowsByRank: readonly number[] = [];
  /** Reads as 0 in every row, be it as u32 or as f64: in the place of what no node has. Nobody writes to it. */
  readonly zeros: Column;
  /** Told of each column whose memory is given back. */
  onDrop?: (column: Column) => void;
  readonly #columns = new Set<Column>();
  readonly #coded = new Set<CodedColumn>();
  readonly #freeRows: number[] = [];
  #capacity = FIRST_CAPACITY_ROWS;
  #rows = 0;

  constructor(arena: Arena, seed: number) {
    this.arena = arena;
    this.header = arena.allocate(Header.size);
    this.rank = this.add(4);
    this.zeros = this.add(8);
    arena.u32.fill(DEAD_RANK, this.rank.pointer / 4, this.rank.pointer / 4 + this.#capacity);
    arena.u32[(this.header + Header.magic) / 4] = CLUSTER_MAGIC;
    arena.u32[(this.header + Header.random) / 4] = seed >>> 0;
    this.#writeHeader();
  }

  /** The state of the generator that breaks ties at random, in two halves. */
  get random(): [number, number] {
    const at = (this.header + Header.random) / 4;
    return [this.arena.u32[at]!, this.arena.u32[at + 1]!];
  }

  set random([low, high]) {
    const at = (this.header + Header.random) / 4;
    this.arena.u32[at] = low;
    this.arena.u32[at + 1] = high;
  }

  /** Rows that were ever used; some of them may have no node now. */
  get rows(): number {
    return this.#rows;
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** A new column of zeros. */
  add(bytesPerRow: 4 | 8): Column {
    const column: Column = { pointer: this.arena.allocate(this.#capacity * bytesPerRow), bytesPerRow };
    this.#columns.add(column);
    return column;
  }

  addCoded(): CodedColumn {
    const coded = new CodedColumn(this, this.add(4));
    this.#coded.add(coded);
    return coded;
  }

  /** Gives the memory of a column back. What knew its address must be made anew. */
  drop(column: Column): void {
    this.#columns.delete(column);
    this.onDrop?.(column);
    this.arena.free(column.pointer, this.#capacity * column.bytesPerRow);
  }

  dropCoded(coded: CodedColumn): void {
    this.#coded.delete(coded);
    this.drop(coded.column);
  }

  getU32(column: Column, row: number): number {
    return this.arena.u32[column.pointer / 4 + row]!;
  }

  setU32(column: Column, row: number, value: number): void {
    this.arena.u32[column.pointer / 4 + row] = value;
  }

  getF64(column: Column, row: number): number {
    return this.arena.f64[column.pointer / 8 + row]!;
  }

  setF64(column: Column, row: number, value: number): void {
    this.arena.f64[column.pointer / 8 + row] = value;
  }

  /** Sets all rows of a column to 0. */
  clear({ pointer, bytesPerRow }: Column): void {
    this.arena.u8.fill(0, pointer, pointer + this.#rows * bytesPerRow);
  }

  /** A row of zeros for a new node. Returns its index; all pointers may have changed. */
  takeRow(): number {
    const reused = this.#freeRows.pop();
    if (reused !== undefined) return reused;
    if (this.#rows === this.#capacity) this.#grow(this.#capacity * 2);
    const row = this.#rows++;
    this.#writeHeader();
    return row;
  }

  /** Clears the row in every column; no node stands in it any longer. */
  giveRow(row: number): void {
    for (const coded of this.#coded) coded.set(row, undefined);
    for (const column of this.#columns) {
      const begin = column.pointer + row * column.bytesPerRow;
      this.arena.u8.fill(0, begin, begin + column.bytesPerRow);
    }
    this.setU32(this.rank, row, DEAD_RANK);
    this.#freeRows.push(row);
  }

  /** Ranks the rows by the given names (undefined: no node); ties between nodes go to the smallest name. */
  rankRows(names: readonly (string | undefined)[]): void {
    const live: number[] = [];
    for (let row = 0; row < this.#rows; row++) if (names[row] !== undefined) live.push(row);
    live.sort((a, b) => (names[a]! < names[b]! ? -1 : 1));
    let ordered = 1;
    for (let rank = 0; rank < live.length; rank++) {
      if (rank > 0 && live[rank]! < live[rank - 1]!) ordered = 0;
      this.setU32(this.rank, live[rank]!, rank);
    }
    this.arena.u32[(this.header + Header.ordered) / 4] = ordered;
    this.rowsByRank = live;
  }

  #grow(wanted: number): void {
    const before = this.#capacity;
    const capacity = Math.ceil(wanted / ROW_BLOCK) * ROW_BLOCK;
    const moved = this.#allocateAll(capacity);
    this.#capacity = capacity;
    for (const [column, target] of moved) {
      const { pointer, bytesPerRow } = column;
      column.pointer = target;
      this.arena.u8.copyWithin(target, pointer, pointer + before * bytesPerRow);
      this.arena.free(pointer, before * bytesPerRow);
    }
    const ranks = this.rank.pointer / 4;
    this.arena.u32.fill(DEAD_RANK, ranks + before, ranks + this.#capacity);
    this.#writeHeader();
  }

  /** Memory for every column at another capacity; all of it, or none. */
  #allocateAll(capacity: number): Map<Column, number> {
    const allocated = new Map<Column, number>();
    try {
      for (const column of this.#columns)
        allocated.set(column, this.arena.allocate(capacity * column.bytesPerRow));
    } catch (error) {
      for (const [{ bytesPerRow }, pointer] of allocated) this.arena.free(pointer, capacity * bytesPerRow);
      throw error;
    }
    return allocated;
  }

  #writeHeader(): void {
    const { u32 } = this.arena;
    u32[(this.header + Header.rows) / 4] = this.#rows;
    u32[(this.header + Header.capacity) / 4] = this.#capacity;
    u32[(this.header + Header.rank) / 4] = this.rank.pointer;
  }
}
