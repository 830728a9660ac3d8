// Requests over one HTTP/2 connection, all of them at the same time. It ends with its connection: the next request takes a
// new one.
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from 'node:http2';
import type { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { UnsentError, type Answer, type Carrier, type Outgoing } from './carrier.ts';

/** How much of a list may be on its way: with the default of 64 KiB the server waits for each piece to be taken. */
const STREAM_WINDOW_BYTES = 1 << 20;
const CONNECTION_WINDOW_BYTES = 4 << 20;

/** A request waits for its answer this part longer at most than it may. */
const SWEEPS_A_TIMEOUT = 10;

interface Exchange {
  readonly stream: ClientHttp2Stream;
  /** In milliseconds of performance.now(). */
  readonly begunMs: number;
  heardMs: number;
  isAnswered: boolean;
}

export class Http2Carrier implements Carrier {
  readonly #session: ClientHttp2Session;
  readonly #timeoutMs: number;
  readonly #origin: readonly string[];
  readonly #exchanges = new Set<Exchange>();
  readonly #ended = new AbortController();
  readonly #cancelled = new WeakMap<AbortSignal, Set<ClientHttp2Stream>>();
  /** The headers as they were given last, and as they are sent. */
  #headers: { given?: Outgoing['headers']; flat: string[] } = { flat: [] };
  /** When the server was heard last, in milliseconds of performance.now(). */
  #heardMs = 0;

  /**
   * `socket` is connected and speaks HTTP/2; `authority` is the server's host and port. `timeoutMs` bounds the time until
   * an answer begins, and between two parts of it.
   */
  constructor(socket: TLSSocket, authority: string, timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#origin = [':scheme', 'https', ':authority', authority];
    this.#session = connect(`https://${authority}`, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW_BYTES },
    });
    this.#session.once('connect', () => this.#session.setLocalWindowSize(CONNECTION_WINDOW_BYTES));
    // its streams tell of it, each to whoever waits
    this.#session.on('error', () => undefined);
    const sweep = setInterval(() => this.#sweep(), timeoutMs / SWEEPS_A_TIMEOUT);
    sweep.unref();
    this.#session.once('close', () => {
      clearInterval(sweep);
      this.#ended.abort();
    });
  }

  get isSpent(): boolean {
    return this.#session.closed || this.#session.destroyed;
  }

  get isEnded(): boolean {
    return this.#session.destroyed;
  }

  send(request: Outgoing): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const exchange = this.#begin(request, reject);
      if (exchange === undefined) return;
      const { stream } = exchange;
      const chunks: Buffer[] = [];
      let head: IncomingHttpHeaders & IncomingHttpStatusHeader = {};
      stream.on('response', (headers) => {
        head = headers;
        this.#heard(exchange);
      });
      stream.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        this.#heard(exchange);
      });
      stream.on('end', () => {
        const { ':status': status, 'retry-after': retryAfter } = head;
        if (status === undefined || stream.rstCode !== constants.NGHTTP2_NO_ERROR) return;
        exchange.isAnswered = true;
        resolve({ status, retryAfter, bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) });
      });
    });
  }

  open(request: Outgoing, silenceMs: number): Promise<{ status: number; body: Readable }> {
    return new Promise((resolve, reject) => {
      const exchange = this.#begin(request, reject);
      if (exchange === undefined) return;
      const { stream } = exchange;
      stream.on('response', (headers) => {
        this.#heard(exchange);
        // from here on whoever reads the body sees what becomes of it
        this.#exchanges.delete(exchange);
        stream.setTimeout(silenceMs, () => stream.destroy(new Error('silence')));
        exchange.isAnswered = true;
        resolve({ status: headers[':status']!, body: stream });
      });
    });
  }

  close(): Promise<void> {
    this.#session.destroy();
    return Promise.resolve();
  }

  /** Sends a request; what becomes of it otherwise than by an answer is told to `reject`. */
  #begin(request: Outgoing, reject: (error: Error) => void): Exchange | undefined {
    const { method, path, headers, contentType, payload, signal } = request;
    if (this.#headers.given !== headers) {
      this.#headers = { given: headers, flat: [...this.#origin, ...Object.entries(headers).flat()] };
    }
    const sent = [':method', method, ':path', path, ...this.#headers.flat];
    if (contentType !== undefined) sent.push('content-type', contentType);
    let stream: ClientHttp2Stream;
    try {
      signal?.throwIfAborted();
      stream = this.#session.request(sent, { endStream: payload === undefined });
    } catch (error) {
      reject(new UnsentError((error as Error).message, { cause: error }));
      return undefined;
    }
    const now = performance.now();
    const exchange: Exchange = { stream, begunMs: now, heardMs: now, isAnswered: false };
    this.#exchanges.add(exchange);
    const cancelled = signal && this.#cancelledBy(signal);
    cancelled?.add(stream);
    stream.on('error', (error: Error) => reject(failureOf(stream, error)));
    stream.on('close', () => {
      this.#exchanges.delete(exchange);
      cancelled?.delete(stream);
      if (!exchange.isAnswered) reject(failureOf(stream, new Error('the connection was closed')));
    });
    if (payload !== undefined) stream.end(payload);
    return exchange;
  }

  #heard(exchange: Exchange): void {
    this.#heardMs = performance.now();
    exchange.heardMs = this.#heardMs;
  }

  /** The streams that end when the signal aborts: many requests share a signal, and so its listener. */
  #cancelledBy(signal: AbortSignal): Set<ClientHttp2Stream> {
    const known = this.#cancelled.get(signal);
    if (known !== undefined) return known;
    const streams = new Set<ClientHttp2Stream>();
    this.#cancelled.set(signal, streams);
    const cancel = () => streams.forEach((stream) => stream.close(constants.NGHTTP2_CANCEL));
    signal.addEventListener('abort', cancel, { signal: this.#ended.signal });
    return streams;
  }

  /** Ends what has waited too long: one timer for all that is under way. */
  #sweep(): void {
    const now = performance.now();
    for (const { stream, begunMs, heardMs } of this.#exchanges) {
      if (now - heardMs < this.#timeoutMs) continue;
      const error = new Error('no answer in time');
      // a connection that was silent all the while is dead
      if (this.#heardMs < begunMs) this.#session.destroy(error);
      else stream.destroy(error);
    }
  }
}

/** The error, unless the server says that it has not looked at the request. */
function failureOf({ rstCode }: ClientHttp2Stream, error: Error): Error {
  if (rstCode !== constants.NGHTTP2_REFUSED_STREAM) return error;
  return new UnsentError('the server refused the stream', { cause: error });
}
