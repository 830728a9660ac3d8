// A bound on how many asynchronous tasks run at a time.

/** Runs at most `limit` tasks at a time; the others wait in the order in which they came. */
export class Limiter {
  readonly #limit: number;
  #running = 0;
  // A queue with a moving head: Array.shift copies the whole rest when thousands wait.
  #queue: (() => void)[] = [];
  #head = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get waiting(): number {
    return this.#queue.length - this.#head;
  }

  get running(): number {
    return this.#running;
  }

  /** Runs the task when it is its turn, and returns what it returns. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running < this.#limit) this.#running++;
    else await new Promise<void>((resolve) => this.#queue.push(resolve));
    try {
      return await task();
    } finally {
      this.#handOver();
    }
  }

  /** Gives the finished task's place to the next one. */
  #handOver(): void {
    const next = this.#queue[this.#head];
    if (next === undefined) {
      this.#running--;
      return;
    }
    this.#head++;
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
    }
    next();
  }
}
