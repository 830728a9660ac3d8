// Watches: the changes of a collection as a stream of JSON lines.
import type { ServerResponse } from 'node:http';
import type { Fault } from '../faults.ts';
import { ApiError } from '../http/errors.ts';
import { groupVersion, type Resource } from '../schema/resources.ts';
import {
  changeType,
  type Change,
  type ChangeType,
  type Collection,
  type Stored,
} from '../store/collection.ts';
import type { Predicate } from '../store/selectors.ts';

export interface WatchRequest {
  resource: Resource;
  selects: Predicate | undefined;
  /** Undefined begins with the present objects, as if they were just added. */
  since: number | undefined;
  /** An object as JSON in the form that was asked for. */
  encode: (stored: Stored) => string;
  bookmarks: boolean;
  /** A bookmark says where the present objects end and the changes begin. */
  endOfInitial: boolean;
  timeoutSeconds: number;
  /** The version of the last change anywhere, for bookmarks. */
  version: () => number;
  fault: Fault | undefined;
}

const BOOKMARK_MS = 60_000;
/** The last bookmark comes shortly before the end, so that the next watch has little to catch up on. */
const LAST_BOOKMARK_MS = 2000;
/** Marks the bookmark after the objects that were there when a watch began. */
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';
/** A watcher that lets this much pile up is cut off: it can resume. */
const BACKLOG_LIMIT_BYTES = 64 * 1024 * 1024;

/** Streams the changes into the response until the time is over or the client has gone. */
export function serveWatch(collection: Collection, request: WatchRequest, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  const stream = new WatchStream(request, response);
  try {
    if (request.since === undefined) {
      for (const stored of collection.sorted()) {
        if (request.selects?.(stored.object) ?? true) stream.send('ADDED', stored);
      }
      if (request.endOfInitial) stream.bookmark({ [INITIAL_EVENTS_END]: 'true' });
    } else {
      for (const change of collection.changesSince(request.since)) stream.change(change);
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    stream.fail(error);
    return;
  }
  const unsubscribe = collection.subscribe((change) => stream.change(change));
  const { timeoutSeconds, bookmarks } = request;
  const timers = [setTimeout(() => stream.end(), timeoutSeconds * 1000)];
  if (bookmarks) {
    timers.push(setInterval(() => stream.bookmark(), BOOKMARK_MS));
    timers.push(setTimeout(() => stream.bookmark(), timeoutSeconds * 1000 - LAST_BOOKMARK_MS));
  }
  response.on('close', () => {
    unsubscribe();
    timers.forEach(clearTimeout);
  });
}

class WatchStream {
  readonly #request: WatchRequest;
  readonly #response: ServerResponse;
  /** Lines of the present turn of the event loop, to be written at once. */
  #pending: string[] = [];
  #sent = 0;

  constructor(request: WatchRequest, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
    if (request.fault?.errorEvent !== undefined && request.fault.cutAfter === undefined) this.#strike('');
  }

  change(change: Change): void {
    const type = changeType(change, this.#request.selects);
    if (type !== undefined) this.send(type, change.last);
  }

  send(type: ChangeType, stored: Stored): void {
    const line = `{"type":"${type}","object":${this.#request.encode(stored)}}\n`;
    if (this.#sent++ === this.#request.fault?.cutAfter) this.#strike(line);
    else this.#write(line);
  }

  bookmark(annotations?: Record<string, string>): void {
    const { resource, version } = this.#request;
    const object = {
      kind: resource.kind,
      apiVersion: groupVersion(resource),
      metadata: {
        resourceVersion: String(version()),
        creationTimestamp: null,
        ...(annotations && { annotations }),
      },
    };
    this.#write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  }

  /** Ends with an ERROR event. */
  fail(error: ApiError): void {
    this.#write(`${JSON.stringify({ type: 'ERROR', object: error.toStatus() })}\n`);
    this.end();
  }

  end(): void {
    this.#flush();
    this.#response.end();
  }

  /** Carries the request's fault out. */
  #strike(line: string): void {
    const { errorEvent } = this.#request.fault ?? {};
    if (errorEvent !== undefined) {
      this.fail(new ApiError(errorEvent, 'Expired', `a fault of code ${errorEvent}`));
      return;
    }
    this.#write(line.slice(0, line.length / 2));
    this.#flush();
    setImmediate(() => this.#response.destroy());
  }

  #write(line: string): void {
    if (this.#response.writableEnded || this.#response.destroyed) return;
    this.#pending.push(line);
    if (this.#pending.length === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    if (this.#pending.length === 0 || this.#response.writableEnded) return;
    this.#response.write(this.#pending.join(''));
    this.#pending = [];
    if (this.#response.writableLength > BACKLOG_LIMIT_BYTES) this.#response.destroy();
  }
}
