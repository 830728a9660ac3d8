// What the domains of a topology key hold, for one filter or one table of a score: counted by the host when a class is
// determined and when pods come and go, and by the kernel with each placement.
import type { Arena } from '../../state/columns/arena.ts';
import type { Domains } from './parts.ts';

/** Where a tally stands, in bytes from the beginning of the memory; 0 is "absent". */
interface Addresses {
  amounts: number;
  /** u8 by row. */
  eligible: number;
  /** f64: what all domains hold together. */
  sum: number;
  /** f64: the terms by which pods were added. */
  matches: number;
}

export class Tally {
  readonly domains: Domains;
  readonly byRow: boolean;
  readonly #arena: Arena;
  #at: Addresses = { amounts: 0, eligible: 0, sum: 0, matches: 0 };

  constructor(arena: Arena, domains: Domains, byRow = false) {
    this.#arena = arena;
    this.domains = domains;
    this.byRow = byRow;
  }

  /** Says where it stands, once the program is written. */
  standAt(addresses: Addresses): void {
    this.#at = addresses;
  }

  /** Adds an amount, by so many terms, to the domain of a row whose pods are counted. */
  add(row: number, amount: number, matches = amount): void {
    const { f64, u32, u8 } = this.#arena;
    const { amounts, eligible, sum, matches: matchesAt } = this.#at;
    let index = row;
    if (!this.byRow) {
      index = u32[this.domains.domain.pointer / 4 + row]!;
      if (index === 0 || (eligible !== 0 && u8[eligible + row] === 0)) return;
    }
    f64[amounts / 8 + index]! += amount;
    if (sum !== 0) f64[sum / 8]! += amount;
    if (matchesAt !== 0) f64[matchesAt / 8]! += matches;
  }

  /** The terms by which amounts have been added so far; of a table of a score. */
  get matches(): number {
    return this.#arena.f64[this.#at.matches / 8]!;
  }
}
