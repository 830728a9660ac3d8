// The last of what has happened, in order, for readers that each follow it at their own pace. Who is further behind than what is
// kept looks at everything anew.

export class ChangeLog<T> {
  readonly #limit: number;
  #entries: T[] = [];
  #first = 0;

  /** Keeps up to so many; half of them stay when there are more. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(entry: T): void {
    if (this.#entries.length === this.#limit) {
      const dropped = Math.ceil(this.#limit / 2);
      this.#entries = this.#entries.slice(dropped);
      this.#first += dropped;
    }
    this.#entries.push(entry);
  }

  /** The position after the newest entry. */
  get end(): number {
    return this.#first + this.#entries.length;
  }

  /** The entries from a position on; undefined when they are kept no longer. */
  since(position: number): readonly T[] | undefined {
    if (position < this.#first) return undefined;
    return position === this.end ? NOTHING : this.#entries.slice(position - this.#first);
  }
}

const NOTHING: readonly never[] = [];

/** One reader of a log. */
export class LogReader<T> {
  readonly #log: ChangeLog<T>;
  #position: number;

  /** Of what is added from now on; or of everything, as one that is too far behind. */
  constructor(log: ChangeLog<T>, from: 'now' | 'everything') {
    this.#log = log;
    this.#position = from === 'now' ? log.end : -1;
  }

  /** What was added since this was asked last; undefined when it is to look at everything. */
  next(): readonly T[] | undefined {
    const entries = this.#log.since(this.#position);
    this.#position = this.#log.end;
    return entries;
  }
}
