// What ends the requests of one HTTP/2 connection from this side: their signals, and time.
import { SilentError } from './carrier.ts';

/** A request waits for its answer this part longer at most than it may. */
const SWEEPS_A_TIMEOUT = 10;

/** A request that is under way on a stream. */
export interface Exchange<Stream> {
  readonly stream: Stream;
  /** In milliseconds of performance.now(). */
  heardMs: number;
  /** Those that its signal cancels. */
  readonly cancelled: Set<Exchange<Stream>> | undefined;
}

/** The connection, and how a request on it ends. */
interface Way<Stream> {
  /** How long nothing has come, in milliseconds. */
  readonly silentMs: number;
  /** Asks the server for a sign of life, once in a silence. */
  ping(): void;
  /** Ends the connection; what is under way fails with the error. */
  fail(error: Error): void;
  /** Ends a request, which fails with the error. */
  abandon(stream: Stream, error: Error): void;
}

export class Exchanges<Stream> {
  readonly #timeoutMs: number;
  readonly #way: Way<Stream>;
  readonly #sweeping: NodeJS.Timeout;
  /** Those that wait for an answer, or for the rest of one. */
  readonly #waiting = new Set<Exchange<Stream>>();
  readonly #cancelled = new WeakMap<AbortSignal, Set<Exchange<Stream>>>();
  readonly #ended = new AbortController();

  /**
   * `timeoutMs` bounds the time until an answer begins, and between two parts of one that has an end; and that without a
   * byte on the connection, which the server is asked for (PING) in the second half of it.
   */
  constructor(timeoutMs: number, way: Way<Stream>) {
    this.#timeoutMs = timeoutMs;
    this.#way = way;
    this.#sweeping = setInterval(() => this.#sweep(), timeoutMs / SWEEPS_A_TIMEOUT);
    this.#sweeping.unref();
  }

  begin(stream: Stream, signal: AbortSignal | undefined): Exchange<Stream> {
    const cancelled = signal && this.#cancelledBy(signal);
    const exchange = { stream, heardMs: performance.now(), cancelled };
    cancelled?.add(exchange);
    this.#waiting.add(exchange);
    return exchange;
  }

  /** A part of the answer has come. */
  heard(exchange: Exchange<Stream>): void {
    exchange.heardMs = performance.now();
  }

  /** The answer may take as long as it does: from here on whoever reads it sees what becomes of it. */
  waitNoLonger(exchange: Exchange<Stream>): void {
    this.#waiting.delete(exchange);
  }

  /** It has ended. */
  forget(exchange: Exchange<Stream>): void {
    this.#waiting.delete(exchange);
    exchange.cancelled?.delete(exchange);
  }

  /** The connection has ended. */
  end(): void {
    clearInterval(this.#sweeping);
    this.#ended.abort();
  }

  /** The exchanges that end when the signal aborts: many requests share a signal, and so its listener. */
  #cancelledBy(signal: AbortSignal): Set<Exchange<Stream>> {
    const known = this.#cancelled.get(signal);
    if (known !== undefined) return known;
    const exchanges = new Set<Exchange<Stream>>();
    this.#cancelled.set(signal, exchanges);
    const cancel = () => {
      for (const { stream } of exchanges) this.#way.abandon(stream, new Error('the request was cancelled'));
    };
    signal.addEventListener('abort', cancel, { signal: this.#ended.signal });
    return exchanges;
  }

  /** Ends what has waited too long, and the connection on which nothing came: one timer for all that is under way. */
  #sweep(): void {
    const { silentMs } = this.#way;
    if (silentMs >= this.#timeoutMs) {
      this.#way.fail(new SilentError(`no sign of life for ${this.#timeoutMs / 1000} s`));
      return;
    }
    if (silentMs >= this.#timeoutMs / 2) this.#way.ping();
    const now = performance.now();
    for (const { stream, heardMs } of this.#waiting) {
      if (now - heardMs >= this.#timeoutMs) this.#way.abandon(stream, new Error('no answer in time'));
    }
  }
}
