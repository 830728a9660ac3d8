// What has changed on the nodes, in order, so that a correspondence can be brought up to date by what it has not seen.

/** A pod came to a row or left it; `kind` is -1 when only the row's resources changed. */
export interface JournalEntry {
  row: number;
  kind: number;
  by: 1 | -1 | 0;
}

const ENTRY_LIMIT = 65_536;

export class Journal {
  #entries: JournalEntry[] = [];
  #first = 0;

  /** The position after the newest entry. */
  get end(): number {
    return this.#first + this.#entries.length;
  }

  add(row: number, kind: number, by: 1 | -1 | 0): void {
    // readers that are further behind than this determine anew; half is kept so that they are few
    if (this.#entries.length === ENTRY_LIMIT) {
      this.#entries = this.#entries.slice(ENTRY_LIMIT / 2);
      this.#first += ENTRY_LIMIT / 2;
    }
    this.#entries.push({ row, kind, by });
  }

  /** The entries from a position on, or undefined when they are kept no longer. */
  since(position: number): readonly JournalEntry[] | undefined {
    if (position < this.#first) return undefined;
    return position === this.end ? [] : this.#entries.slice(position - this.#first);
  }
}
