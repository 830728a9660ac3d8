// A column of texts, each coded as a small number. Texts that no row has any longer are forgotten when they outnumber the
// others: then all of the column's texts are numbered anew.
import type { Column } from './column.ts';

/** So many texts without a row may stay, however few have one. */
const UNUSED_LIMIT = 64;

/** What it writes its codes to. */
export interface CodeColumns {
  getU32(column: Column, row: number): number;
  setU32(column: Column, row: number, value: number): void;
  readonly rows: number;
}

export class CodedColumn {
  readonly column: Column;
  /** Counts the times that the codes were given anew. */
  version = 0;
  readonly #columns: CodeColumns;
  readonly #codes = new Map<string, number>();
  /** By code; the first one stands for "absent". */
  readonly #values: string[] = [''];
  readonly #rows: number[] = [0];
  #unused = 0;

  constructor(columns: CodeColumns, column: Column) {
    this.#columns = columns;
    this.column = column;
  }

  /** The code of each text. */
  get codes(): ReadonlyMap<string, number> {
    return this.#codes;
  }

  /** The text of each code; the first one, 0, stands for "absent". */
  get values(): readonly string[] {
    return this.#values;
  }

  /** Gives a row its text, or none. What knew codes of this column must be made anew, for they may have changed. */
  set(row: number, text: string | undefined): void {
    const before = this.#columns.getU32(this.column, row);
    const code = text === undefined ? 0 : this.#codeOf(text);
    if (code === before) return;
    this.#count(code, 1);
    this.#count(before, -1);
    this.#columns.setU32(this.column, row, code);
    if (this.#unused > Math.max(UNUSED_LIMIT, this.#values.length - 1 - this.#unused)) this.#numberAnew();
  }

  #codeOf(text: string): number {
    let code = this.#codes.get(text);
    if (code === undefined) {
      code = this.#values.push(text) - 1;
      this.#codes.set(text, code);
      this.#rows.push(0);
      this.#unused++;
    }
    return code;
  }

  #count(code: number, by: 1 | -1): void {
    if (code === 0) return;
    const before = this.#rows[code]!;
    this.#rows[code] = before + by;
    if (before === 0) this.#unused--;
    else if (before + by === 0) this.#unused++;
  }

  #numberAnew(): void {
    const values = this.#values.slice();
    const rows = this.#rows.slice();
    const codes = new Uint32Array(values.length);
    this.#values.length = 1;
    this.#rows.length = 1;
    this.#codes.clear();
    this.#unused = 0;
    for (let code = 1; code < values.length; code++) {
      if (rows[code] === 0) continue;
      codes[code] = this.#values.push(values[code]!) - 1;
      this.#rows.push(rows[code]!);
      this.#codes.set(values[code]!, codes[code]!);
    }
    for (let row = 0; row < this.#columns.rows; row++) {
      this.#columns.setU32(this.column, row, codes[this.#columns.getU32(this.column, row)]!);
    }
    this.version++;
  }
}
