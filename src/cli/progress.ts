// One line on a terminal that says how far long work has come; nothing where there is no terminal.
const BETWEEN_MS = 100;
const DEFAULT_COLUMNS = 80;
const CLEAR_LINE = '\r\u001b[K';

export class Progress {
  readonly #stream: NodeJS.WriteStream;
  #last = -Infinity;
  #shown = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** Shows the text in place of the last one: the first at once, further ones now and then. */
  show(text: string): void {
    const now = performance.now();
    if (!this.#stream.isTTY || now - this.#last < BETWEEN_MS) return;
    this.#last = now;
    this.#shown = true;
    // a terminal that does not know its width says 0
    this.#stream.write(CLEAR_LINE + text.slice(0, (this.#stream.columns || DEFAULT_COLUMNS) - 1));
  }

  clear(): void {
    if (this.#shown) this.#stream.write(CLEAR_LINE);
    this.#shown = false;
  }
}
