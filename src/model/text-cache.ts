// What was worked out of texts that come again and again. A stream of texts that come once must not fill the memory, and
// when it is over, little of it may stay.

export interface TextCacheLimits {
  entries: number;
  /** Of all texts together. */
  characters: number;
}

/** A single text may have so much of the room. */
const SHARE_OF_ONE = 1 / 16;

export class TextCache<T> {
  readonly #limits: TextCacheLimits;
  readonly #values = new Map<string, T>();
  #characters = 0;

  constructor(limits: TextCacheLimits) {
    this.#limits = limits;
  }

  get(text: string): T | undefined {
    return this.#values.get(text);
  }

  /** Keeps the value of a text that has none, if there is room for it; with no more room, all others are forgotten. */
  set(text: string, value: T): void {
    const { entries, characters } = this.#limits;
    if (text.length > characters * SHARE_OF_ONE) return;
    if (this.#values.size === entries || this.#characters + text.length > characters) this.clear();
    this.#values.set(text, value);
    this.#characters += text.length;
  }

  clear(): void {
    this.#values.clear();
    this.#characters = 0;
  }
}
