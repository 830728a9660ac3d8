// Writes that nothing waits for: few at a time, beside the bindings, out of a bounded buffer.
import { Backoff } from './backoff.ts';
import { systemClock, type Clock } from './clock.ts';
import type { Method } from './carrier.ts';
import { Limiter } from './limiter.ts';
import type { Reply } from './reply.ts';
import type { Transport } from './transport.ts';

/** A write that may be repeated without harm. */
export interface Message {
  method: Method;
  path: string;
  body: unknown;
  contentType?: string;
  /** Whether a refusal means that there is nothing left to do, as when the pod that it is about was deleted. */
  isNeedless?: (reply: Reply) => boolean;
  /** Sent instead when there is nothing to change yet. */
  ifMissing?: Message;
}

export interface OutboxOptions {
  transport: Transport;
  /** Messages that may wait; further ones are dropped and counted. */
  capacity: number;
  /** How many may be under way at present, of so many that wait; one at the least. */
  concurrency: (waiting: number) => number;
  /** Told of each message that could not be written. */
  onError: (error: Error) => void;
  clock?: Clock;
  random?: () => number;
}

export interface OutboxCounts {
  sent: number;
  dropped: number;
  failed: number;
}

const ATTEMPTS = 5;

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #clock: Clock;
  readonly #limiter: Limiter;
  readonly #abort = new AbortController();
  readonly #counts: OutboxCounts = { sent: 0, dropped: 0, failed: 0 };
  /** Messages that are under way or wait. */
  #open = 0;
  #idle: (() => void)[] = [];

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#limiter = new Limiter(() => options.concurrency(this.#limiter.waiting));
  }

  /** How many messages were written, dropped because the buffer was full, and given up. */
  get counts(): Readonly<OutboxCounts> {
    return this.#counts;
  }

  /** Takes a message, made when its turn comes, or drops it. Returns whether it was taken. */
  offer(make: () => Message): boolean {
    if (this.#abort.signal.aborted || this.#limiter.waiting >= this.#options.capacity) {
      this.#counts.dropped++;
      return false;
    }
    this.#open++;
    this.#limiter.add(async () => {
      await this.#deliver(make);
      this.#finishOne();
    });
    return true;
  }

  /** Resolves when no message is under way or waits. */
  idle(): Promise<void> {
    if (this.#open === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Cancels what is under way and drops what waits. */
  stop(): void {
    this.#abort.abort();
  }

  async #deliver(make: () => Message): Promise<void> {
    if (this.#abort.signal.aborted) {
      this.#counts.dropped++;
      return;
    }
    try {
      let message = make();
      let reply = await this.#send(message);
      if (message.ifMissing !== undefined && reply.isRefusal('NotFound')) {
        message = message.ifMissing;
        reply = await this.#send(message);
      }
      if (!reply.isDone && !message.isNeedless?.(reply)) {
        throw new Error(`${message.method} ${message.path}: ${reply.status}: ${reply.message}`);
      }
      this.#counts.sent++;
    } catch (error) {
      this.#counts.failed++;
      if (!this.#abort.signal.aborted) this.#options.onError(error as Error);
    }
  }

  /** Repeats the message while the server cannot be reached or is in trouble, and others answer for it. */
  async #send({ method, path, body, contentType }: Message): Promise<Reply> {
    const { transport, random } = this.#options;
    const { signal } = this.#abort;
    const backoff = new Backoff({ initialMs: 500, maxMs: 10_000, clock: this.#clock, random });
    for (let attempt = 1; ; attempt++) {
      const isEnding = () => signal.aborted || transport.ending?.aborted === true;
      const last = attempt === ATTEMPTS || isEnding();
      try {
        const reply = await transport.request(method, path, body, { contentType, signal });
        if ((reply.status < 500 && reply.answer !== undefined) || last) return reply;
      } catch (error) {
        if (last || signal.aborted) throw error;
      }
      await this.#clock.sleep(backoff.next(), signal);
    }
  }

  #finishOne(): void {
    if (--this.#open > 0) return;
    for (const resolve of this.#idle) resolve();
    this.#idle = [];
  }
}
