// Requests over one HTTP/2 connection, all of them at the same time. It ends with its connection: the next request takes a
// new one.
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { UnsentError, type Answer, type Carrier, type Outgoing } from './carrier.ts';

/** How much of a list may be on its way: with the default of 64 KiB the server waits for each piece to be taken. */
const STREAM_WINDOW_BYTES = 1 << 20;
const CONNECTION_WINDOW_BYTES = 4 << 20;

export class Http2Carrier implements Carrier {
  readonly #session: ClientHttp2Session;
  readonly #timeoutMs: number;
  readonly #begin: readonly string[];
  /** The headers as they were given last, and as they are sent. */
  #headers: { given: Outgoing['headers']; flat: string[] } = { given: {}, flat: [] };
  /** When the server was heard last, in milliseconds of performance.now(). */
  #heardMs = 0;

  /**
   * `socket` is connected and speaks HTTP/2; `authority` is the server's host and port. `timeoutMs` bounds the time until
   * an answer begins, and between two parts of it.
   */
  constructor(socket: TLSSocket, authority: string, timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#begin = [':scheme', 'https', ':authority', authority];
    this.#session = connect(`https://${authority}`, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW_BYTES },
    });
    this.#session.once('connect', () => this.#session.setLocalWindowSize(CONNECTION_WINDOW_BYTES));
    // its streams tell of it, each to whoever waits
    this.#session.on('error', () => undefined);
  }

  get isSpent(): boolean {
    return this.#session.closed || this.#session.destroyed;
  }

  get isEnded(): boolean {
    return this.#session.destroyed;
  }

  send(request: Outgoing): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const stream = this.#begun(request, reject);
      if (stream === undefined) return;
      const chunks: Buffer[] = [];
      let head: Record<string, unknown> | undefined;
      stream.on('response', (headers) => {
        this.#heardMs = performance.now();
        head = headers;
      });
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (head === undefined || stream.rstCode !== constants.NGHTTP2_NO_ERROR) return;
        resolve({
          status: head[':status'] as number,
          retryAfter: head['retry-after'] as string | undefined,
          bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks),
        });
      });
    });
  }

  open(request: Outgoing, silenceMs: number): Promise<{ status: number; body: Readable }> {
    return new Promise((resolve, reject) => {
      const stream = this.#begun(request, reject);
      stream?.on('response', (headers) => {
        this.#heardMs = performance.now();
        stream.setTimeout(silenceMs);
        resolve({ status: headers[':status']!, body: stream });
      });
    });
  }

  close(): Promise<void> {
    this.#session.destroy();
    return Promise.resolve();
  }

  /** Sends a request; what becomes of it otherwise than by an answer is told to `reject`. */
  #begun(request: Outgoing, reject: (error: Error) => void): ClientHttp2Stream | undefined {
    const { method, path, headers, contentType, payload, signal } = request;
    const { given } = this.#headers;
    if (given !== headers) this.#headers = { given: headers, flat: Object.entries(headers).flat() };
    const sent = [':method', method, ':path', path, ...this.#begin, ...this.#headers.flat];
    if (contentType !== undefined) sent.push('content-type', contentType);
    let stream: ClientHttp2Stream;
    try {
      stream = this.#session.request(sent, { endStream: payload === undefined });
    } catch (error) {
      reject(new UnsentError((error as Error).message, { cause: error }));
      return undefined;
    }
    const begunMs = performance.now();
    stream.setTimeout(this.#timeoutMs, () => {
      const error = new Error('no answer in time');
      // a connection that was silent all the while is dead
      if (this.#heardMs < begunMs) this.#session.destroy(error);
      else stream.destroy(error);
    });
    const onAbort = () => stream.close(constants.NGHTTP2_CANCEL);
    signal?.addEventListener('abort', onAbort);
    stream.on('error', reject);
    stream.on('close', () => {
      signal?.removeEventListener('abort', onAbort);
      if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) reject(new UnsentError('the stream was refused'));
      else reject(new Error('the connection was closed'));
    });
    if (payload !== undefined) stream.end(payload);
    return stream;
  }
}
