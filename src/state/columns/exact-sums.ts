// Sums of whole numbers in columns of f64, which hold these exactly up to 2^53 only: one pod that asks for more must not
// take the others' amounts away when it leaves. What is beyond is kept whole beside its column, until it is within again.
import type { Columns } from './columns.ts';
import type { Column } from './column.ts';

export class ExactSums {
  readonly #columns: Columns;
  /** By row, and then by column. */
  readonly #beyond = new Map<number, Map<Column, bigint>>();

  constructor(columns: Columns) {
    this.#columns = columns;
  }

  /** Adds a whole number. */
  add(column: Column, row: number, amount: number): void {
    const sum = this.#columns.getF64(column, row) + amount;
    if (!this.isBeyond(row) && Math.abs(sum) <= Number.MAX_SAFE_INTEGER) {
      this.#columns.setF64(column, row, sum);
      return;
    }
    const before = this.#beyond.get(row)?.get(column) ?? BigInt(this.#columns.getF64(column, row));
    this.set(column, row, before + BigInt(amount));
  }

  /** Whether a sum of the row is beyond what its column holds exactly. */
  isBeyond(row: number): boolean {
    return this.#beyond.size > 0 && this.#beyond.has(row);
  }

  /** Sets a sum to what was added up elsewhere. */
  set(column: Column, row: number, sum: bigint): void {
    this.#columns.setF64(column, row, Number(sum));
    const sums = this.#beyond.get(row);
    if (sum <= Number.MAX_SAFE_INTEGER && sum >= -Number.MAX_SAFE_INTEGER) {
      sums?.delete(column);
      if (sums?.size === 0) this.#beyond.delete(row);
    } else if (sums === undefined) {
      this.#beyond.set(row, new Map([[column, sum]]));
    } else {
      sums.set(column, sum);
    }
  }

  /** The column is gone. */
  forget(column: Column): void {
    for (const [row, sums] of this.#beyond)
      if (sums.delete(column) && sums.size === 0) this.#beyond.delete(row);
  }
}
