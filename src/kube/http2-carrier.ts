// Requests over one HTTP/2 connection, all of them at the same time. It ends with its connection: the next request takes a
// new one.
import { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { Connection, fieldOf, type Field, type Stream, type StreamHandler } from '../../packages/h2/index.ts';
import { UnsentError, type Answer, type Carrier, type Opened, type Outgoing } from './carrier.ts';
import { Exchanges, type Exchange } from './exchanges.ts';

export class Http2Carrier implements Carrier {
  readonly #connection: Connection;
  readonly #exchanges: Exchanges<Stream>;
  readonly #origin: readonly Field[];
  /** The headers as they were given last, and the fields of requests with them, by method and type of payload. */
  #fields: { given?: Outgoing['headers']; common: Field[]; by: Map<string, Field[]> } = {
    common: [],
    by: new Map(),
  };

  /** `socket` is connected and speaks HTTP/2; `authority` is the server's host and port. For the time see Exchanges. */
  constructor(socket: TLSSocket, authority: string, timeoutMs: number) {
    this.#origin = [fieldOf(':scheme', 'https'), fieldOf(':authority', authority)];
    const connection = new Connection(socket, () => this.#exchanges.end());
    this.#connection = connection;
    this.#exchanges = new Exchanges(timeoutMs, {
      get silentMs() {
        return connection.silentMs;
      },
      ping: () => connection.ping(),
      fail: (error) => connection.close(error),
      abandon: (stream, error) => {
        connection.cancel(stream);
        stream.handler.failed(error, false);
      },
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
          this.#exchanges.heard(exchange);
          head = { status, retryAfter };
        },
        data: (bytes) => {
          this.#exchanges.heard(exchange);
          parts.push(bytes);
          this.#connection.taken(exchange.stream, bytes.length);
        },
        ended: () => {
          this.#exchanges.forget(exchange);
          resolve({ ...head, bytes: parts.length === 1 ? parts[0]! : Buffer.concat(parts) });
        },
        failed: (error, isUnseen) => {
          this.#exchanges.forget(exchange);
          reject(failure(error, isUnseen));
        },
      });
    });
  }

  open(request: Outgoing): Promise<Opened> {
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
          this.#exchanges.forget(exchange);
          done(error);
        },
      });
      const exchange = this.#begin(request, {
        answered: (status, retryAfter) => {
          this.#exchanges.waitNoLonger(exchange);
          resolve({ status, retryAfter, body });
        },
        data: (bytes) => {
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

  #begin(request: Outgoing, handler: StreamHandler): Exchange<Stream> {
    const { path, payload = '', signal } = request;
    const stream = this.#connection.request(path, this.#fieldsOf(request), payload, handler);
    return this.#exchanges.begin(stream, signal);
  }

  /** The fields but for the path; the same objects whenever they are the same, so that they are encoded once. */
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
}

function failure(error: Error, isUnseen: boolean): Error {
  return isUnseen ? new UnsentError(error.message, { cause: error }) : error;
}
