// One line on a terminal that says how far long work has come; nothing where there is no terminal.
const BETWEEN_MS = 100;
const CLEAR_LINE = '\r\u001b[K';

export class Progress {
  readonly #stream: NodeJS.WriteStream;
  #last = 0;
  #shown = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#last = performance.now();
  }

  /** Shows the text in place of the last one, now and then. */
  show(text: string): void {
    const now = performance.now();
    if (!this.#stream.isTTY || now - this.#last < BETWEEN_MS) return;
    this.#last = now;
    this.#shown = true;
    this.#stream.write(CLEAR_LINE + text.slice(0, this.#stream.columns - 1));
  }

  clear(): void {
    if (this.#shown) this.#stream.write(CLEAR_LINE);
    this.#shown = false;
  }
}
