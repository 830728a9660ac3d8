// How requests end with whoever sends them: first nothing is sent a second time any more, then what is under way is given up.
export class Lifetime {
  readonly #ending = new AbortController();
  readonly #over = new AbortController();
  /** Whether requests may change anything at the server. */
  readonly mayWrite: () => boolean;

  constructor(mayWrite: () => boolean = () => true) {
    this.mayWrite = mayWrite;
  }

  /** Aborts when nothing is to be sent again. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  get isEnding(): boolean {
    return this.#ending.signal.aborted;
  }

  /** Aborts when nothing is waited for any longer. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  end(): void {
    this.#ending.abort();
  }

  finish(): void {
    this.end();
    this.#over.abort();
  }
}
