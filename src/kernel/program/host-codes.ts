// Rows that plugins reject by what the host has worked out, beside what the match finds.
import { CODE_FEASIBLE, CODE_REASON_BITS } from '../../../assembly/layout.ts';

/** Works out again the code for which a plugin rejects a row; CODE_FEASIBLE when it does not. */
export type Recheck = (row: number) => number;

export class HostCodes {
  readonly #codes = new Map<number, number[]>();
  /** What the match alone found of these rows. */
  readonly #matched = new Map<number, number>();

  reject(row: number, code: number): void {
    const codes = this.#codes.get(row);
    if (codes === undefined) this.#codes.set(row, [code]);
    else if (!codes.includes(code)) codes.push(code);
  }

  /**
   * From now on the row is rejected by the filter of this number for `code` only, or not at all. Returns its code by the
   * match and by the host, which is `known` so far.
   */
  replace(row: number, filterNumber: number, code: number, known: number): number {
    if (!this.#matched.has(row)) this.#matched.set(row, known);
    const codes = (this.#codes.get(row) ?? []).filter((other) => other >> CODE_REASON_BITS !== filterNumber);
    if (code !== CODE_FEASIBLE) codes.push(code);
    this.#codes.set(row, codes);
    return first([this.#matched.get(row)!, ...codes]);
  }

  /** Adds the rejections to what the match has found, at the address `staticCode`; after the match. */
  apply(u8: Uint8Array, staticCode: number): void {
    for (const row of this.#codes.keys()) this.applyTo(row, u8, staticCode);
  }

  /** Adds the rejections of one row. */
  applyTo(row: number, u8: Uint8Array, staticCode: number): void {
    const at = staticCode + row;
    if (!this.#matched.has(row)) this.#matched.set(row, u8[at]!);
    u8[at] = first([u8[at]!, ...(this.#codes.get(row) ?? [])]);
  }

  /**
   * The row's code by the match and by the host when some plugins, by the numbers of their filters, are asked
   * again. `known` is the row's code so far.
   */
  recheck(row: number, known: number, rechecks: ReadonlyMap<number, Recheck>): number {
    const standing = (this.#codes.get(row) ?? []).filter((code) => !rechecks.has(code >> CODE_REASON_BITS));
    const asked = [...rechecks.values()].map((recheck) => recheck(row));
    return first([this.#matched.get(row) ?? known, ...standing, ...asked]);
  }
}

/** The plugins that can be asked again, by the numbers of their filters. */
export function rechecksOf(
  packed: ReadonlyMap<
    string,
    { recheck?: Recheck; rowVerdicts?: { of(row: number, placed: boolean): { code: number } } }
  >,
  filters: readonly string[],
): Map<number, Recheck> {
  const rechecks = new Map<number, Recheck>();
  for (const [name, { recheck, rowVerdicts }] of packed) {
    const ask = recheck ?? (rowVerdicts && ((row: number) => rowVerdicts.of(row, false).code));
    if (ask !== undefined) rechecks.set(filters.indexOf(name) + 1, ask);
  }
  return rechecks;
}

/** The code of the filter that is asked first. */
function first(codes: readonly number[]): number {
  const rejections = codes.filter((code) => code !== CODE_FEASIBLE);
  return rejections.length === 0 ? CODE_FEASIBLE : Math.min(...rejections);
}
