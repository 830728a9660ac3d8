// What has changed on the nodes, in order, so that a correspondence can be brought up to date by what it has not seen.

/** A pod came to a row or left it; `bucket` is -1 when only the row's resources changed. */
export interface JournalEntry {
  row: number;
  bucket: number;
  by: number;
}

const ENTRY_LIMIT = 65_536;
/** row, bucket, by. */
const ENTRY_NUMBERS = 3;

export class Journal {
  readonly #numbers = new Int32Array(ENTRY_LIMIT * ENTRY_NUMBERS);
  #first = 0;
  #count = 0;

  /** The position after the newest entry. */
  get end(): number {
    return this.#first + this.#count;
  }

  add(row: number, bucket: number, by: 1 | -1 | 0): void {
    // readers that are further behind than this determine anew; half is kept so that they are few
    if (this.#count === ENTRY_LIMIT) {
      this.#numbers.copyWithin(0, (ENTRY_LIMIT / 2) * ENTRY_NUMBERS);
      this.#first += ENTRY_LIMIT / 2;
      this.#count = ENTRY_LIMIT / 2;
    }
    const at = this.#count++ * ENTRY_NUMBERS;
    this.#numbers[at] = row;
    this.#numbers[at + 1] = bucket;
    this.#numbers[at + 2] = by;
  }

  /** Keeps no entry any longer: what they say of buckets cannot be read. */
  forget(): void {
    this.#first = this.end;
    this.#count = 0;
  }

  /** The entries from a position on, or undefined when they are kept no longer. */
  since(position: number): readonly JournalEntry[] | undefined {
    if (position < this.#first) return undefined;
    const entries: JournalEntry[] = [];
    for (let n = position - this.#first; n < this.#count; n++) {
      const at = n * ENTRY_NUMBERS;
      const [row, bucket, by] = [this.#numbers[at]!, this.#numbers[at + 1]!, this.#numbers[at + 2]!];
      entries.push({ row, bucket, by });
    }
    return entries;
  }
}
