// The same as Http2Carrier by Node's own client (nghttp2), for where a fault of coset's client is to be ruled out.
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { UnsentError, type Answer, type Carrier, type Opened, type Outgoing } from './carrier.ts';
import { Exchanges, type Exchange } from './exchanges.ts';

/** How much of a list may be on its way, as in coset's own client. */
const STREAM_WINDOW_BYTES = 1 << 20;
const CONNECTION_WINDOW_BYTES = 4 << 20;

export class NodeHttp2Carrier implements Carrier {
  readonly #session: ClientHttp2Session;
  readonly #exchanges: Exchanges<ClientHttp2Stream>;
  readonly #origin: readonly string[];
  /** When the server was heard last, and asked last, in milliseconds of performance.now(). */
  #heardMs = performance.now();
  #pingMs = 0;

  constructor(socket: TLSSocket, authority: string, timeoutMs: number) {
    this.#origin = [':scheme', 'https', ':authority', authority];
    const session = connect(`https://${authority}`, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW_BYTES },
    });
    this.#session = session;
    session.once('connect', () => session.setLocalWindowSize(CONNECTION_WINDOW_BYTES));
    // its streams tell of it, each to whoever waits
    session.on('error', () => undefined);
    session.once('close', () => this.#exchanges.end());
    const silentMs = () => performance.now() - this.#heardMs;
    this.#exchanges = new Exchanges(timeoutMs, {
      get silentMs() {
        return silentMs();
      },
      ping: () => this.#ping(),
      fail: (error) => session.destroy(error),
      abandon: (stream, error) => stream.destroy(error),
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
      const { stream } = exchange;
      const parts: Buffer[] = [];
      let head: IncomingHttpHeaders & IncomingHttpStatusHeader = {};
      stream.on('response', (headers) => (head = headers));
      stream.on('data', (bytes: Buffer) => {
        parts.push(bytes);
        this.#heard(exchange);
      });
      stream.on('end', () => {
        // an answer that did not wait for the payload: without this the stream would stay open on the server
        if (!stream.writableFinished) stream.close(constants.NGHTTP2_NO_ERROR);
        const { ':status': status, 'retry-after': retryAfter } = head;
        if (status === undefined || stream.rstCode !== constants.NGHTTP2_NO_ERROR) return;
        resolve({ status, retryAfter, bytes: Buffer.concat(parts) });
      });
    });
  }

  open(request: Outgoing): Promise<Opened> {
    return new Promise((resolve, reject) => {
      const exchange = this.#begin(request, reject);
      const { stream } = exchange;
      stream.on('response', (headers) => {
        this.#exchanges.waitNoLonger(exchange);
        resolve({ status: headers[':status']!, retryAfter: headers['retry-after'], body: stream });
      });
    });
  }

  retire(): void {
    this.#session.close();
  }

  close(): Promise<void> {
    this.#session.destroy(new Error('the connection was closed'));
    return Promise.resolve();
  }

  /** Sends a request; what becomes of it otherwise than by an answer is told to `reject`. @throws UnsentError */
  #begin(request: Outgoing, reject: (error: Error) => void): Exchange<ClientHttp2Stream> {
    const { method, path, headers, contentType, payload, signal } = request;
    const fields = [':method', method, ':path', path, ...this.#origin, ...Object.entries(headers).flat()];
    if (contentType !== undefined) fields.push('content-type', contentType);
    if (signal?.aborted) throw new UnsentError('the request was cancelled');
    if (this.isSpent) throw new UnsentError('the connection was closed');
    const stream = this.#session.request(fields, { endStream: payload === undefined });
    const exchange = this.#exchanges.begin(stream, signal);
    stream.on('response', () => this.#heard(exchange));
    stream.on('error', (error: Error) => reject(failureOf(stream, error)));
    stream.on('close', () => {
      this.#exchanges.forget(exchange);
      reject(failureOf(stream, new Error('the connection was closed')));
    });
    if (payload !== undefined) stream.end(payload);
    return exchange;
  }

  #heard(exchange: Exchange<ClientHttp2Stream>): void {
    this.#heardMs = performance.now();
    this.#exchanges.heard(exchange);
  }

  #ping(): void {
    if (this.#pingMs > this.#heardMs) return;
    this.#pingMs = performance.now();
    this.#session.ping((error) => {
      if (error === null) this.#heardMs = performance.now();
    });
  }
}

/** The error, unless the server says that it has not looked at the request. */
function failureOf({ rstCode }: ClientHttp2Stream, error: Error): Error {
  if (rstCode !== constants.NGHTTP2_REFUSED_STREAM) return error;
  return new UnsentError('the server refused the stream', { cause: error });
}
