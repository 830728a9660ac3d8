// HTTP to one API server: one way for requests and one for watches, credentials, retries where they are safe.
import { Backoff } from './backoff.ts';
import { systemClock, type Clock } from './clock.ts';
import {
  UnsentError,
  UntrustedError,
  type Answer,
  type Method,
  type Opened,
  type Outgoing,
} from './carrier.ts';
import type { Credentials } from './credentials.ts';
import type { Http2Client } from './dial.ts';
import { ReconnectingCarrier, type CarrierSource } from './reconnecting-carrier.ts';
import type { Lifetime } from './lifetime.ts';
import { Reply } from './reply.ts';

export interface RequestOptions {
  /** Gives the request up; without it, the end of the transport's lifetime does. */
  signal?: AbortSignal;
  /** Of the body; application/json without it. */
  contentType?: string;
}

export interface TransportOptions {
  /** How long the server may take to begin its answer, and between two parts of it. */
  timeoutMs?: number;
  /** Coset's own without it. */
  http2Client?: Http2Client;
  clock?: Clock;
  random?: () => number;
  /** Without one, requests go on until the transport is closed. */
  lifetime?: Lifetime;
}

/** How long the server asks not to be asked again. */
export function askedMs({ retryAfter }: { retryAfter?: string }): number {
  const seconds = Number(retryAfter);
  return Number.isFinite(seconds) ? seconds * 1000 : 0;
}

interface Headers {
  given: Record<string, string>;
  sent: Record<string, string>;
}

/** What watches hold for minutes must not be in the way of the requests. */
export interface Carriers {
  requests: CarrierSource;
  streams: CarrierSource;
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

const CONNECTION_ATTEMPTS = 4;
const THROTTLED_ATTEMPTS = 10;

export class Transport {
  /** The server's URL, as errors name it. */
  readonly server: string;
  readonly #credentials: Credentials;
  readonly #options: TransportOptions;
  readonly #basePath: string;
  readonly #carriers: Carriers;
  readonly #clock: Clock;
  readonly #random: () => number;
  /** The credentials' headers as they were last, and with those that every request has. */
  #headers: Headers = { given: {}, sent: COMMON_HEADERS };
  /** What they came from. */
  #asked: Promise<Record<string, string>> | undefined;

  /** Without carriers it makes connections of its own to the server. */
  constructor(credentials: Credentials, options: TransportOptions = {}, carriers?: Carriers) {
    const { timeoutMs = 30_000, http2Client = 'coset', clock = systemClock, random = Math.random } = options;
    this.#options = options;
    this.server = credentials.server;
    this.#credentials = credentials;
    this.#basePath = new URL(credentials.server).pathname.replace(/\/+$/, '');
    this.#carriers = carriers ?? {
      requests: new ReconnectingCarrier(credentials, { timeoutMs, http2Client }),
      streams: new ReconnectingCarrier(credentials, { timeoutMs, http2Client }),
    };
    this.#clock = clock;
    this.#random = random;
  }

  /** The same connections for somebody who may end before them. */
  during(lifetime: Lifetime): Transport {
    return new Transport(this.#credentials, { ...this.#options, lifetime }, this.#carriers);
  }

  /** Aborts when nothing is to be sent again. */
  get ending(): AbortSignal | undefined {
    return this.#options.lifetime?.ending;
  }

  /** Whether requests may change anything at the server now; those that would are not sent. */
  get mayWrite(): boolean {
    return this.#options.lifetime?.mayWrite() ?? true;
  }

  /**
   * Sends a request and returns the answer, whatever its status; the body is sent as JSON.
   * Retried until the lifetime ends: 429 after the time that the server asks for, connections that could not be made, and
   * for GET also those that broke. Throws a TransportError when no answer came, and what the
   * credentials throw.
   */
  async request(method: Method, path: string, body?: unknown, options: RequestOptions = {}): Promise<Reply> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const { signal = this.#options.lifetime?.over, contentType = 'application/json' } = options;
    const outgoing = {
      method,
      path: this.#basePath + path,
      headers: COMMON_HEADERS,
      payload,
      contentType: payload === undefined ? undefined : contentType,
      signal,
    };
    const backoff = new Backoff({ initialMs: 100, maxMs: 2000, clock: this.#clock, random: this.#random });
    const mayRepeat = () => !signal?.aborted && !this.ending?.aborted;
    /** Waits before the request is sent again. Returns whether it may be. */
    const pause = async (leastMs = 0) => {
      if (mayRepeat()) await this.#clock.sleep(Math.max(leastMs, backoff.next()), this.ending ?? signal);
      return mayRepeat();
    };
    let failures = 0;
    let throttled = 0;
    let renewed = false;
    for (;;) {
      const { given, sent } = await this.#currentHeaders(signal);
      outgoing.headers = sent;
      if (method !== 'GET' && !this.mayWrite)
        throw new TransportError(`${this.server}: nothing is written by who does not lead`, false);
      let answer: Answer;
      try {
        answer = await (await this.#carriers.requests.carrier()).send(outgoing);
      } catch (error) {
        const failure = this.#failure(error, signal);
        const repeatable =
          (method === 'GET' || !failure.mayHaveArrived) && !(error instanceof UntrustedError);
        if (!repeatable || ++failures >= CONNECTION_ATTEMPTS || !(await pause())) throw failure;
        continue;
      }
      if (answer.status === 429 && ++throttled < THROTTLED_ATTEMPTS) {
        if (await pause(askedMs(answer))) continue;
      } else if (answer.status === 401 && !renewed) {
        renewed = true;
        this.#credentials.renew(given);
        if (mayRepeat()) continue;
      }
      return new Reply(answer.status, answer.bytes);
    }
  }

  /** Opens a GET whose answer has no end, and returns it unread. Not retried. Throws a TransportError when no answer came. */
  async stream(path: string, signal: AbortSignal): Promise<Opened> {
    const { given, sent: headers } = await this.#currentHeaders(signal);
    const outgoing: Outgoing = { method: 'GET', path: this.#basePath + path, headers, signal };
    try {
      const response = await (await this.#carriers.streams.carrier()).open(outgoing);
      if (response.status === 401) this.#credentials.renew(given);
      return response;
    } catch (error) {
      throw this.#failure(error, signal);
    }
  }

  /** Closes all connections; what is still under way fails. */
  async close(): Promise<void> {
    await Promise.all([this.#carriers.requests.close(), this.#carriers.streams.close()]);
  }

  /**
   * One object for as long as the credentials' headers are the same one. They may take as long as they do, since somebody may
   * have to log in; a request that is given up does not wait for them.
   */
  #currentHeaders(signal: AbortSignal | undefined): Headers | Promise<Headers> {
    const asked = this.#credentials.headers();
    return asked === this.#asked ? this.#headers : this.#obtain(asked, signal);
  }

  async #obtain(asked: Promise<Record<string, string>>, signal: AbortSignal | undefined): Promise<Headers> {
    const given = await (signal === undefined ? asked : unlessAborted(asked, signal));
    if (given === undefined) throw new TransportError(`${this.server}: the request was cancelled`, false);
    if (given !== this.#headers.given) this.#headers = { given, sent: { ...given, ...COMMON_HEADERS } };
    this.#asked = asked;
    return this.#headers;
  }

  #failure(error: unknown, signal: AbortSignal | undefined): TransportError {
    if (signal?.aborted) return new TransportError(`${this.server}: the request was cancelled`, true, error);
    const { code = '', message } = error as { code?: string; message?: string };
    const mayHaveArrived = !(error instanceof UnsentError);
    if (error instanceof UntrustedError)
      return new TransportError(`${this.server} is not trusted: ${message}`, mayHaveArrived, error);
    return new TransportError(`${this.server} does not answer: ${message || code}`, mayHaveArrived, error);
  }
}

/** What the work comes to, or undefined when the signal aborts before. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const ended = new AbortController();
  const aborted = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { signal: ended.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    ended.abort();
  }
}

const COMMON_HEADERS: Record<string, string> = { accept: 'application/json', 'user-agent': 'coset' };

/** What sends requests to one server. */
export type Requests = Pick<Transport, 'request' | 'server'>;

/**
 * Asks the server for its version, such as "v1.37.2". Throws an Error that names the server when it does
 * not answer, refuses the credentials, or is no API server.
 */
export async function serverVersion(transport: Requests): Promise<string> {
  const reply = await transport.request('GET', '/version');
  if (reply.status !== 200) {
    throw new Error(`${transport.server}: GET /version: ${reply.status}: ${reply.message}`);
  }
  const version = (reply.body as { gitVersion?: unknown } | undefined)?.gitVersion;
  if (typeof version !== 'string') throw new Error(`${transport.server} is not a Kubernetes API server`);
  return version;
}
