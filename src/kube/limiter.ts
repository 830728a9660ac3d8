// A bound on how many asynchronous tasks run at a time.

type Task = () => Promise<void>;

/** Runs at most `limit` tasks at a time; the others wait in the order in which they came. One that waits costs a closure. */
export class Limiter {
  readonly #limit: number;
  #running = 0;
  // A queue with a moving head: Array.shift copies the whole rest when thousands wait.
  #waiting: (Task | undefined)[] = [];
  #head = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get waiting(): number {
    return this.#waiting.length - this.#head;
  }

  get running(): number {
    return this.#running;
  }

  /** Runs the task when it is its turn. */
  add(task: Task): void {
    if (this.#running === this.#limit) {
      this.#waiting.push(task);
      return;
    }
    this.#running++;
    void this.#run(task);
  }

  async #run(task: Task): Promise<void> {
    try {
      await task();
    } finally {
      this.#handOver();
    }
  }

  /** Gives the finished task's place to the next one. */
  #handOver(): void {
    const next = this.#waiting[this.#head];
    if (next === undefined) {
      this.#running--;
      return;
    }
    this.#waiting[this.#head++] = undefined;
    if (this.#head === this.#waiting.length) {
      this.#waiting = [];
      this.#head = 0;
    }
    void this.#run(next);
  }
}
