// HTTP to one API server: pooled connections, timeouts, retries where they are safe.
import type { Readable } from 'node:stream';
import { Pool, ProxyAgent, type Dispatcher } from 'undici';
import { Backoff, systemClock, type Clock } from './backoff.ts';
import type { Credentials } from './credentials.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Reply {
  status: number;
  /** The parsed JSON; the bare text where a proxy or a health check answers something else. */
  body: unknown;
}

export interface RequestOptions {
  signal?: AbortSignal;
  /** Of the body; application/json without it. */
  contentType?: string;
}

export interface TransportOptions {
  /** Connections, and so requests in flight; further requests wait for a free one. */
  connections?: number;
  /** How long the server may take to begin its answer, and between two parts of it. */
  timeoutMs?: number;
  clock?: Clock;
  random?: () => number;
}

/** A request that got no answer. The message names the server, never what was sent to it. */
export class TransportError extends Error {
  /** False if the request certainly never reached the server, so that it may be sent again. */
  readonly mayHaveArrived: boolean;

  constructor(message: string, mayHaveArrived: boolean, cause?: unknown) {
    super(message, { cause });
    this.name = 'TransportError';
    this.mayHaveArrived = mayHaveArrived;
  }
}

/** Errors of a connection that could not be made: nothing was sent. */
const UNSENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const CONNECTION_ATTEMPTS = 4;
const THROTTLED_ATTEMPTS = 10;
const CONNECT_TIMEOUT_MS = 10_000;
/** Below the 90 s after which an API server closes an idle connection. */
const IDLE_MS = 60_000;
/** Finds a peer that vanished without closing its connection. */
const TCP_KEEPALIVE_MS = 30_000;

export class Transport {
  /** The server's URL, as errors name it. */
  readonly server: string;
  readonly #credentials: Credentials;
  readonly #origin: string;
  readonly #basePath: string;
  readonly #requests: Dispatcher;
  // Watches hold their connections for minutes: they must not use up those of the requests.
  readonly #streams: Dispatcher;
  readonly #clock: Clock;
  readonly #random: () => number;

  constructor(credentials: Credentials, options: TransportOptions = {}) {
    const { connections = 64, timeoutMs = 30_000, clock = systemClock, random = Math.random } = options;
    const url = new URL(credentials.server);
    this.server = credentials.server;
    this.#credentials = credentials;
    this.#origin = url.origin;
    this.#basePath = url.pathname.replace(/\/+$/, '');
    this.#requests = createDispatcher(credentials, { connections, timeoutMs });
    this.#streams = createDispatcher(credentials, { timeoutMs });
    this.#clock = clock;
    this.#random = random;
  }

  /**
   * Sends a request and returns the answer, whatever its status; the body is sent as JSON.
   * Retried: 429 after the time that the server asks for, connections that could not be made, and for GET
   * also those that broke. Throws a TransportError when no answer came, and what the
   * credentials throw.
   */
  async request(method: Method, path: string, body?: unknown, options: RequestOptions = {}): Promise<Reply> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const backoff = new Backoff({ initialMs: 100, maxMs: 2000, clock: this.#clock, random: this.#random });
    let failures = 0;
    let throttled = 0;
    let renewed = false;
    for (;;) {
      const headers = await this.#headers();
      let answer: { reply: Reply; retryAfterMs: number };
      try {
        answer = await this.#send(method, path, headers, payload, options);
      } catch (error) {
        const failure = this.#failure(error, options.signal);
        const repeatable = method === 'GET' || !failure.mayHaveArrived;
        if (options.signal?.aborted || !repeatable || ++failures >= CONNECTION_ATTEMPTS) throw failure;
        await this.#clock.sleep(backoff.next(), options.signal);
        continue;
      }
      const { reply, retryAfterMs } = answer;
      if (reply.status === 429 && ++throttled < THROTTLED_ATTEMPTS && !options.signal?.aborted) {
        await this.#clock.sleep(Math.max(retryAfterMs, backoff.next()), options.signal);
      } else if (reply.status === 401 && !renewed) {
        renewed = true;
        this.#credentials.renew();
      } else {
        return reply;
      }
    }
  }

  /**
   * Opens a GET whose answer has no end, and returns it unread. `silenceMs` bounds the time without a
   * byte. Not retried. Throws a TransportError when no answer came.
   */
  async stream(
    path: string,
    { signal, silenceMs }: { signal: AbortSignal; silenceMs: number },
  ): Promise<{ status: number; body: Readable }> {
    const headers = await this.#headers();
    try {
      const response = await this.#streams.request({
        origin: this.#origin,
        path: this.#basePath + path,
        method: 'GET',
        headers,
        signal,
        bodyTimeout: silenceMs,
      });
      if (response.statusCode === 401) this.#credentials.renew();
      return { status: response.statusCode, body: response.body };
    } catch (error) {
      throw this.#failure(error, signal);
    }
  }

  /** Closes all connections; what is still under way fails. */
  async close(): Promise<void> {
    await Promise.all([this.#requests.destroy(), this.#streams.destroy()]);
  }

  async #send(
    method: Method,
    path: string,
    headers: Record<string, string>,
    payload: string | undefined,
    { signal, contentType = 'application/json' }: RequestOptions,
  ): Promise<{ reply: Reply; retryAfterMs: number }> {
    if (payload !== undefined) headers['content-type'] = contentType;
    const response = await this.#requests.request({
      origin: this.#origin,
      path: this.#basePath + path,
      method,
      headers,
      body: payload,
      signal,
    });
    const text = await response.body.text();
    const seconds = Number(response.headers['retry-after']);
    return {
      reply: { status: response.statusCode, body: parseBody(response.headers['content-type'], text) },
      retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : 0,
    };
  }

  async #headers(): Promise<Record<string, string>> {
    return { ...(await this.#credentials.headers()), accept: 'application/json', 'user-agent': 'coset' };
  }

  #failure(error: unknown, signal: AbortSignal | undefined): TransportError {
    if (signal?.aborted) return new TransportError(`${this.server}: the request was cancelled`, true, error);
    const { code = '', message } = error as { code?: string; message?: string };
    return new TransportError(`${this.server} does not answer: ${message || code}`, !UNSENT.has(code), error);
  }
}

function createDispatcher(
  credentials: Credentials,
  { connections, timeoutMs }: { connections?: number; timeoutMs: number },
): Dispatcher {
  const { ca, cert, key, serverName, skipTLSVerify, proxy } = credentials;
  const tls = {
    ca,
    cert,
    key,
    ...(serverName !== undefined && { servername: serverName }),
    ...(skipTLSVerify && { rejectUnauthorized: false }),
    keepAlive: true,
    keepAliveInitialDelay: TCP_KEEPALIVE_MS,
  };
  const options = {
    connections,
    allowH2: false,
    connectTimeout: CONNECT_TIMEOUT_MS,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: IDLE_MS,
  };
  return proxy === undefined
    ? new Pool(new URL(credentials.server).origin, { ...options, connect: tls })
    : new ProxyAgent({ ...options, uri: proxy, requestTls: tls });
}

function parseBody(contentType: string | string[] | undefined, text: string): unknown {
  if (text === '') return undefined;
  return String(contentType).startsWith('application/json') ? JSON.parse(text) : text;
}

/** One line on an answer that is not a success: what the server says, or its status alone. */
export function replyMessage(reply: Reply): string {
  const body = reply.body as { message?: unknown } | undefined;
  return typeof body?.message === 'string' && body.message !== '' ? body.message : `status ${reply.status}`;
}

/**
 * Asks the server for its version, such as "v1.37.2". Throws an Error that names the server when it does
 * not answer, refuses the credentials, or is no API server.
 */
export async function serverVersion(transport: Transport): Promise<string> {
  const reply = await transport.request('GET', '/version');
  if (reply.status !== 200) {
    throw new Error(`${transport.server}: GET /version: ${reply.status}: ${replyMessage(reply)}`);
  }
  const version = (reply.body as { gitVersion?: unknown } | undefined)?.gitVersion;
  if (typeof version !== 'string') throw new Error(`${transport.server} is not a Kubernetes API server`);
  return version;
}
