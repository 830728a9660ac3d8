// A bound on how many asynchronous tasks run at a time.

type Task = () => Promise<void>;

/** The others wait in the order in which they came. One that waits costs a closure. */
export class Limiter {
  readonly #limit: () => number;
  #running = 0;
  // A queue with a moving head: Array.shift copies the whole rest when thousands wait.
  #waiting: (Task | undefined)[] = [];
  #head = 0;

  /** `limit` tells how many may run at present: one at the least, and it is asked when a task comes or ends. */
  constructor(limit: () => number) {
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
    this.#waiting.push(task);
    this.#fill();
  }

  /** The same for who waits for what the work comes to. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => this.add(() => work().then(resolve, reject)));
  }

  #fill(): void {
    while (this.waiting > 0 && this.#running < this.#limit()) void this.#start(this.#next());
  }

  async #start(task: Task): Promise<void> {
    this.#running++;
    try {
      await task();
    } finally {
      this.#running--;
      this.#fill();
    }
  }

  #next(): Task {
    const next = this.#waiting[this.#head]!;
    this.#waiting[this.#head++] = undefined;
    if (this.#head * 2 >= this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    return next;
  }
}
