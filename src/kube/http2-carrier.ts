// Requests over one HTTP/2 connection, all of them at the same time. It ends with its connection: the next request takes a
// new one.
import { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { Connection, fieldOf, type Field, type Stream, type StreamHandler } from '../../packages/h2/index.ts';
import { SilentError, UnsentError, type Answer, type Carrier, type Outgoing } from './carrier.ts';

/** A request waits for its answer this part longer at most than it may. */
const SWEEPS_A_TIMEOUT = 10;

interface Exchange {
  readonly stream: Stream;
  /** In milliseconds of performance.now(). */
  heardMs: number;
  /** Those that its signal cancels. */
  readonly cancelled: Set<Exchange> | undefined;
}

export class Http2Carrier implements Carrier {
  readonly #connection: Connection;
  readonly #timeoutMs: number;
  readonly #origin: readonly Field[];
  /** Those that wait for an answer, or for the rest of one. */
  readonly #exchanges = new Set<Exchange>();
  readonly #ended = new AbortController();
  readonly #cancelled = new WeakMap<AbortSignal, Set<Exchange>>();
  /** The headers as they were given last, and the fields of requests with them, by method and type of payload. */
  #fields: { given?: Outgoing['headers']; common: Field[]; by: Map<string, Field[]> } = {
    common: [],
    by: new Map(),
  };

  /**
   * `socket` is connected and speaks HTTP/2; `authority` is the server's host and port. `timeoutMs` bounds the time until
   * an answer begins, and between two parts of one that has an end; and that without a byte on the connection, which the
   * server is asked for (PING) in the second half of it.
   */
  constructor(socket: TLSSocket, authority: string, timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#origin = [fieldOf(':scheme', 'https'), fieldOf(':authority', authority)];
    const sweep = setInterval(() => this.#sweep(), timeoutMs / SWEEPS_A_TIMEOUT);
    sweep.unref();
    this.#connection = new Connection(socket, () => {
      clearInterval(sweep);
      this.#ended.abort();
    });
  }

  get isSpent(): boolean {
    return this.#connection.isSpent;
  }

  get isEnded(): boolean {
    return this.#connection.isEnded;
  }

  send(request: Outgoing): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#check(request);
      const parts: Buffer[] = [];
      let head: Pick<Answer, 'status' | 'retryAfter'>;
      const exchange = this.#begin(request, {
        answered: (status, retryAfter) => {
          this.#heard(exchange);
          head = { status, retryAfter };
        },
        data: (bytes) => {
          this.#heard(exchange);
          parts.push(bytes);
          this.#connection.taken(exchange.stream, bytes.length);
        },
        ended: () => {
          this.#forget(exchange);
          resolve({ ...head, bytes: parts.length === 1 ? parts[0]! : Buffer.concat(parts) });
        },
        failed: (error, isUnseen) => {
          this.#forget(exchange);
          reject(failure(error, isUnseen));
        },
      });
    });
  }

  open(request: Outgoing): Promise<{ status: number; body: Readable }> {
    return new Promise((resolve, reject) => {
      this.#check(request);
      let untaken = 0;
      const body = new Readable({
        read: () => {
          this.#connection.taken(exchange.stream, untaken);
          untaken = 0;
        },
        destroy: (error, done) => {
          this.#connection.cancel(exchange.stream);
          this.#forget(exchange);
          done(error);
        },
      });
      const exchange = this.#begin(request, {
        answered: (status) => {
          this.#heard(exchange);
          // from here on whoever reads the body sees what becomes of it
          this.#exchanges.delete(exchange);
          resolve({ status, body });
        },
        data: (bytes) => {
          this.#heard(exchange);
          untaken += bytes.length;
          body.push(bytes);
        },
        ended: () => body.push(null),
        failed: (error, isUnseen) => {
          reject(failure(error, isUnseen));
          body.destroy(exchange.stream.isAnswered ? error : undefined);
        },
      });
    });
  }

  retire(): void {
    this.#connection.retire();
  }

  close(): Promise<void> {
    this.#connection.close(new Error('the connection was closed'));
    return Promise.resolve();
  }

  /** @throws UnsentError when the request can no longer be sent */
  #check({ signal }: Outgoing): void {
    if (signal?.aborted) throw new UnsentError('the request was cancelled');
    if (this.isSpent) throw new UnsentError('the connection was closed');
  }

  #begin(request: Outgoing, handler: StreamHandler): Exchange {
    const { path, payload = '', signal } = request;
    const stream = this.#connection.request(path, this.#fieldsOf(request), payload, handler);
    const cancelled = signal && this.#cancelledBy(signal);
    const exchange: Exchange = { stream, heardMs: performance.now(), cancelled };
    cancelled?.add(exchange);
    this.#exchanges.add(exchange);
    return exchange;
  }

  /** The fields but for the path; the same objects whenever they are the same, so that they are spelt once. */
  #fieldsOf({ method, headers, contentType = '' }: Outgoing): readonly Field[] {
    if (this.#fields.given !== headers) {
      const common = Object.entries(headers).map(([name, value]) => fieldOf(name.toLowerCase(), value));
      this.#fields = { given: headers, common, by: new Map() };
    }
    const { common, by } = this.#fields;
    const key = `${method} ${contentType}`;
    let fields = by.get(key);
    if (fields === undefined) {
      fields = [fieldOf(':method', method), ...this.#origin, ...common];
      if (contentType !== '') fields.push(fieldOf('content-type', contentType));
      by.set(key, fields);
    }
    return fields;
  }

  #heard(exchange: Exchange): void {
    exchange.heardMs = performance.now();
  }

  #forget(exchange: Exchange): void {
    this.#exchanges.delete(exchange);
    exchange.cancelled?.delete(exchange);
  }

  /** Ends an exchange from this side. */
  #abandon({ stream }: Exchange, error: Error): void {
    this.#connection.cancel(stream);
    stream.handler.failed(error, false);
  }

  /** The exchanges that end when the signal aborts: many requests share a signal, and so its listener. */
  #cancelledBy(signal: AbortSignal): Set<Exchange> {
    const known = this.#cancelled.get(signal);
    if (known !== undefined) return known;
    const exchanges = new Set<Exchange>();
    this.#cancelled.set(signal, exchanges);
    const cancel = () => {
      for (const exchange of exchanges) this.#abandon(exchange, new Error('the request was cancelled'));
    };
    signal.addEventListener('abort', cancel, { signal: this.#ended.signal });
    return exchanges;
  }

  /** Ends what has waited too long, and the connection on which nothing came: one timer for all that is under way. */
  #sweep(): void {
    const { silentMs } = this.#connection;
    if (silentMs >= this.#timeoutMs) {
      this.#connection.close(new SilentError(`no sign of life for ${this.#timeoutMs / 1000} s`));
      return;
    }
    if (silentMs >= this.#timeoutMs / 2) this.#connection.ping();
    const now = performance.now();
    for (const exchange of this.#exchanges) {
      if (now - exchange.heardMs >= this.#timeoutMs) this.#abandon(exchange, new Error('no answer in time'));
    }
  }
}

function failure(error: Error, isUnseen: boolean): Error {
  return isUnseen ? new UnsentError(error.message, { cause: error }) : error;
}
