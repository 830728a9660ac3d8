// Requests over HTTP/1.1, one at a time on each connection of a pool: for plain http, for proxies, and for servers that do
// not speak HTTP/2.
import { Pool, ProxyAgent, type Dispatcher } from 'undici';
import { UntrustedError, type Answer, type Carrier, type Opened, type Outgoing } from './carrier.ts';
import type { Credentials } from './credentials.ts';
import { CONNECT_TIMEOUT_MS, connectFailure, tlsOptions } from './tls.ts';

/** Requests in flight: enough that bindings find a free connection when the server answers no event and no condition. */
const CONNECTIONS = 128;
/** Below the 90 s after which an API server closes an idle connection. */
const IDLE_MS = 60_000;

/** Errors of a connection that could not be made. */
const UNCONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_PRX_CONN',
  'UND_ERR_PRX_TLS',
]);
/** Of a proxy that makes no tunnel; the code of that error is one of others as well. */
const NO_TUNNEL = /^Proxy response \(\d+\)/;

export class Http1Carrier implements Carrier {
  isSpent = false;
  isEnded = false;
  readonly #dispatcher: Dispatcher;
  readonly #origin: string;
  readonly #credentials: Credentials;

  /** `timeoutMs` bounds the time until an answer begins, and between two parts of one that has an end. */
  constructor(credentials: Credentials, timeoutMs: number) {
    const options = {
      connections: CONNECTIONS,
      allowH2: false,
      connectTimeout: CONNECT_TIMEOUT_MS,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      keepAliveTimeout: IDLE_MS,
    };
    this.#credentials = credentials;
    const tls = tlsOptions(credentials);
    this.#origin = new URL(credentials.server).origin;
    this.#dispatcher =
      credentials.proxy === undefined
        ? new Pool(this.#origin, { ...options, connect: tls })
        : new ProxyAgent({ ...options, uri: credentials.proxy, requestTls: tls });
  }

  async send(request: Outgoing): Promise<Answer> {
    const { statusCode, headers, body } = await this.#request(request);
    return {
      status: statusCode,
      retryAfter: headers['retry-after'] as string | undefined,
      bytes: Buffer.from(await body.bytes()),
    };
  }

  async open(request: Outgoing): Promise<Opened> {
    const { statusCode, headers, body } = await this.#request(request, 0);
    return { status: statusCode, retryAfter: headers['retry-after'] as string | undefined, body };
  }

  retire(): void {
    this.isSpent = true;
    // resolves when nothing is under way any longer
    void this.#dispatcher.close().then(() => (this.isEnded = true));
  }

  async close(): Promise<void> {
    this.isSpent = true;
    await this.#dispatcher.destroy();
    this.isEnded = true;
  }

  async #request(
    { method, path, headers, contentType, payload, signal }: Outgoing,
    bodyTimeout?: number,
  ): Promise<Dispatcher.ResponseData> {
    try {
      return await this.#dispatcher.request({
        origin: this.#origin,
        path,
        method,
        headers: contentType === undefined ? headers : { ...headers, 'content-type': contentType },
        body: payload,
        signal,
        bodyTimeout,
      });
    } catch (error) {
      const failure = connectFailure(error as Error, this.#credentials);
      const { code = '', message } = error as { code?: string; message: string };
      const isUnsent = failure instanceof UntrustedError || UNCONNECTED.has(code) || NO_TUNNEL.test(message);
      throw isUnsent ? failure : error;
    }
  }
}
