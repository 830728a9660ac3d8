// List, then watch: one resource of the API server, as a stream of changes that neither loses nor repeats one.
//
//   list ──▶ watch from the list's resourceVersion ──▶ cut: watch again from the last event or bookmark
//    ▲                                                        │
//    └──────────── 410: the server has forgotten that version ┘
import type { Readable } from 'node:stream';
import type { ApiObject, ObjectMeta } from '../model/types.ts';
import { Backoff } from './backoff.ts';
import { systemClock, type Clock } from './clock.ts';
import { SilentError } from './carrier.ts';
import { parseLean } from './lean-json.ts';
import { LineDecoder } from './lines.ts';
import { Reply } from './reply.ts';
import { askedMs, type Transport } from './transport.ts';

/** Takes a list as its pages come, so that nobody holds all of it. */
export interface Listing<T> {
  take(items: T[]): void;
  /** The list is over: what was not in it is no longer there. Not called for a list that failed on its way. */
  end(): void;
}

export interface WatchHandler<T> {
  /** The whole resource is going to be listed, at first and whenever the watch has lost its place. */
  list(): Listing<T>;
  added(object: T): void;
  modified(object: T): void;
  /** The last state before the object was deleted, or ceased to match the query. */
  deleted(object: T): void;
}

export interface WatchOptions<T> {
  transport: Transport;
  /** Of its objects: what has another one is no answer of the API server. */
  kind: string;
  /** For instance /api/v1/nodes. */
  path: string;
  query?: Record<string, string>;
  /** What must have been told before: the first list is handed over after it. */
  after?: Promise<unknown>;
  handler: WatchHandler<T>;
  /** Told of each failure, also of a handler that threw; the watch goes on. */
  onError: (error: Error) => void;
  /** How long the server may say nothing on a watch. */
  silenceMs?: number;
  clock?: Clock;
  random?: () => number;
}

export interface Watch {
  /** The resourceVersion up to which everything was handed over; undefined while it is listed. */
  readonly position: string | undefined;
  /** Has it listed anew, as if the watch had lost its place. */
  listAnew(): void;
  /** Resolves after the first list was handed over; rejects when stopped before. */
  synced: Promise<void>;
  /** Resolves when nothing more will be handed over. */
  stop(): Promise<void>;
}

const PAGE_SIZE = 500;
/** The server ends a watch after so long, and up to twice that. */
const WATCH_SECONDS = 25;
/** A watch that has nothing to tell ends before: after this silence its connection is dead, whatever lies between. */
const SILENCE_MS = 55_000;
/** A watch that ended sooner, with no event, did not work. */
const SHORT_WATCH_MS = 1000;

/** The server cannot go on from the resourceVersion that was asked for. */
class ExpiredError extends Error {}

interface List<T> {
  kind: string;
  metadata: { resourceVersion: string; continue?: string };
  items?: T[] | null;
}

interface WatchEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: T & { metadata: ObjectMeta; code?: number; message?: string };
}

/** Lists a resource and hands over each change from then on, until it is stopped. It keeps no object. */
export function watch<T extends ApiObject>(options: WatchOptions<T>): Watch {
  const reflector = new Reflector(options);
  const ended = reflector.run();
  return {
    get position() {
      return reflector.position;
    },
    listAnew: () => reflector.listAnew(),
    synced: reflector.synced,
    stop: () => {
      reflector.stop();
      return ended;
    },
  };
}

class Reflector<T extends ApiObject> {
  readonly synced: Promise<void>;
  readonly #options: WatchOptions<T>;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #abort = new AbortController();
  #firstList!: { resolve: () => void; reject: (error: Error) => void };
  /** Undefined when the next step is a list. */
  #resourceVersion: string | undefined;
  /** Ends the watch that goes on, or the list, in whose place another list comes. */
  #outdated = new AbortController();

  constructor(options: WatchOptions<T>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.synced = new Promise((resolve, reject) => (this.#firstList = { resolve, reject }));
    // A caller that does not wait for the list need not handle its failure.
    this.synced.catch(() => undefined);
  }

  stop(): void {
    this.#abort.abort();
    this.#firstList.reject(new Error(`the watch of ${this.#options.path} was stopped before its first list`));
  }

  get position(): string | undefined {
    return this.#resourceVersion;
  }

  listAnew(): void {
    this.#resourceVersion = undefined;
    this.#outdated.abort();
  }

  async run(): Promise<void> {
    const { signal } = this.#abort;
    const backoff = new Backoff({
      initialMs: 800,
      maxMs: 30_000,
      resetMs: 120_000,
      clock: this.#clock,
      random: this.#random,
    });
    while (!signal.aborted) {
      if (this.#outdated.signal.aborted) this.#outdated = new AbortController();
      const { signal: outdated } = this.#outdated;
      try {
        if (this.#resourceVersion === undefined) await this.#list(outdated);
        if (signal.aborted) return;
        if (!outdated.aborted) await this.#follow(this.#resourceVersion!, outdated);
      } catch (error) {
        if (signal.aborted) return;
        if (outdated.aborted) continue;
        if (error instanceof ExpiredError) this.#resourceVersion = undefined;
        else this.#options.onError(error as Error);
        const { cause } = error as Error;
        const leastMs = cause instanceof WatchError ? cause.askedMs : 0;
        await this.#clock.sleep(Math.max(leastMs, backoff.next()), signal);
      }
    }
  }

  /** Lists all pages at one resourceVersion and hands them over. */
  async #list(outdated: AbortSignal): Promise<void> {
    let resourceVersion: string | undefined;
    try {
      resourceVersion = await this.#pages(PAGE_SIZE);
    } catch (error) {
      if (!(error instanceof ExpiredError)) throw error;
      // The snapshot that the pages come from was compacted meanwhile: one answer needs none.
      resourceVersion = await this.#pages(undefined);
    }
    if (resourceVersion === undefined || outdated.aborted) return;
    this.#resourceVersion = resourceVersion;
    this.#firstList.resolve();
  }

  /** Returns the resourceVersion of the list; undefined when it was stopped meanwhile. */
  async #pages(limit: number | undefined): Promise<string | undefined> {
    const { handler, after } = this.#options;
    const listing = handler.list();
    let page = this.#page(limit, undefined);
    for (;;) {
      const reply = await page;
      if (isExpired(reply) && limit !== undefined) throw new ExpiredError();
      const list = this.#listIn(reply);
      const next = list.metadata.continue || undefined;
      if (next !== undefined) {
        // the server makes the next page while this one is taken
        page = this.#page(limit, next);
        page.catch(() => undefined);
      }
      await after;
      if (this.#abort.signal.aborted) return undefined;
      this.#hand(() => listing.take(list.items ?? []));
      if (next !== undefined) continue;
      this.#hand(() => listing.end());
      return list.metadata.resourceVersion;
    }
  }

  /** An answer that is no list must not be taken for an empty one: all objects would be gone. */
  #listIn(reply: Reply): List<T> {
    const list = reply.answer as Partial<List<T>> | undefined;
    const { kind } = this.#options;
    const isList = list?.kind === `${kind}List` && (list.metadata?.resourceVersion ?? '') !== '';
    if (reply.status !== 200 || !isList)
      throw new Error(`list ${this.#options.path}: ${reply.status}: ${reply.message}`);
    return list as List<T>;
  }

  async #page(limit: number | undefined, next: string | undefined): Promise<Reply> {
    const url = this.#url({ ...(limit && { limit: String(limit) }), ...(next && { continue: next }) });
    const { transport, path } = this.#options;
    try {
      return await transport.request('GET', url, undefined, { signal: this.#abort.signal });
    } catch (error) {
      throw new Error(`list ${path}: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Watches until the connection ends. Returns when it worked, so that the next one may follow at once. */
  async #follow(resourceVersion: string, outdated: AbortSignal): Promise<void> {
    const { transport, path, silenceMs = SILENCE_MS } = this.#options;
    const signal = AbortSignal.any([this.#abort.signal, outdated]);
    const begin = this.#clock.monotonic();
    const url = this.#url({
      watch: '1',
      allowWatchBookmarks: 'true',
      resourceVersion,
      timeoutSeconds: String(Math.round(WATCH_SECONDS * (1 + this.#random()))),
    });
    let isHeard = false;
    try {
      const { status, body, retryAfter } = await transport.stream(url, signal);
      if (status !== 200) {
        const reply = await readReply(status, body);
        if (isExpired(reply)) throw new ExpiredError();
        throw new WatchError(`${status}: ${reply.message}`, askedMs({ retryAfter }));
      }
      const lines = new LineDecoder();
      for await (const chunk of withinSilence(body, silenceMs, this.#clock)) {
        lines.push(chunk, (line) => {
          if (signal.aborted) return;
          this.#event(eventIn<T>(line));
          isHeard = true;
        });
      }
    } catch (error) {
      if (error instanceof ExpiredError) throw error;
      // a connection may break at any time: the next one goes on where it was
      if (isHeard && !(error instanceof WatchError || error instanceof SilentError)) return;
      throw new Error(`watch ${path}: ${(error as Error).message}`, { cause: error });
    }
    if (!isHeard && this.#clock.monotonic() - begin < SHORT_WATCH_MS)
      throw new Error(`watch ${path}: it ended at once, with no event`);
  }

  #event({ type, object }: WatchEvent<T>): void {
    const { handler, kind } = this.#options;
    if (type !== 'ERROR' && (object?.kind !== kind || !object.metadata?.resourceVersion))
      throw new WatchError('what came is no event of the API server');
    switch (type) {
      case 'ADDED':
        this.#hand(() => handler.added(object));
        break;
      case 'MODIFIED':
        this.#hand(() => handler.modified(object));
        break;
      case 'DELETED':
        this.#hand(() => handler.deleted(object));
        break;
      case 'BOOKMARK':
        break;
      case 'ERROR':
        if (object?.code === 410) throw new ExpiredError();
        // The server lost its way in its history: only a list is sure to be whole.
        this.#resourceVersion = undefined;
        throw new WatchError(`${object?.code ?? 'error'}: ${object?.message ?? ''}`);
      default:
        throw new WatchError('what came is no event of the API server');
    }
    this.#resourceVersion = object.metadata.resourceVersion;
  }

  #hand(deliver: () => void): void {
    try {
      deliver();
    } catch (error) {
      this.#options.onError(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #url(query: Record<string, string>): string {
    return `${this.#options.path}?${new URLSearchParams({ ...this.#options.query, ...query }).toString()}`;
  }
}

function isExpired({ status, answer }: Reply): boolean {
  return status === 410 && answer !== undefined;
}

/** What ended a watch is not that its connection broke. */
class WatchError extends Error {
  /** How long the server asks not to be asked again. */
  readonly askedMs: number;

  constructor(message: string, askedMs = 0) {
    super(message);
    this.askedMs = askedMs;
  }
}

function eventIn<T>(line: Buffer): WatchEvent<T> {
  try {
    return parseLean(line) as WatchEvent<T>;
  } catch {
    throw new WatchError('what came is no event of the API server');
  }
}

/** The chunks of a watch. Throws when none comes for so long. */
async function* withinSilence(body: Readable, silenceMs: number, clock: Clock): AsyncGenerator<Buffer> {
  let heardMs = clock.monotonic();
  // one timer for many chunks: when it is due, it is set to what is left
  const watchFor = (ms: number): (() => void) =>
    clock.after(ms, () => {
      const leftMs = heardMs + silenceMs - clock.monotonic();
      if (leftMs > 0) cancel = watchFor(leftMs);
      else body.destroy(new SilentError(`nothing came for ${silenceMs / 1000} s`));
    });
  let cancel = watchFor(silenceMs);
  try {
    for await (const chunk of body) {
      heardMs = clock.monotonic();
      yield chunk as Buffer;
    }
  } finally {
    cancel();
  }
}

async function readReply(status: number, body: AsyncIterable<unknown>): Promise<Reply> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return new Reply(status, Buffer.concat(chunks));
}
