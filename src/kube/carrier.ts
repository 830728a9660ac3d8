// What brings requests to an API server and the answers back. An answer of any status is an answer; what fails is the way.
import type { Readable } from 'node:stream';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Outgoing {
  method: Method;
  path: string;
  headers: Readonly<Record<string, string>>;
  /** Of the payload. */
  contentType?: string;
  payload?: string;
  signal?: AbortSignal;
}

export interface Answer {
  status: number;
  retryAfter: string | undefined;
  bytes: Buffer;
}

/** An answer whose body is still to come. */
export interface Opened {
  status: number;
  retryAfter?: string;
  body: Readable;
}

/** Throws an UnsentError, or any other Error where the server may have seen the request. */
export interface Carrier {
  /** Whether it takes no further requests; those under way may still end well. */
  readonly isSpent: boolean;
  /** Whether nothing is under way any longer. */
  readonly isEnded: boolean;
  send(request: Outgoing): Promise<Answer>;
  /** Sends a request whose answer has no end. */
  open(request: Outgoing): Promise<Opened>;
  /** Takes no further requests, and ends when those under way have ended. */
  retire(): void;
  /** Ends at once; what is under way fails. */
  close(): Promise<void>;
}

/** The server said nothing for so long that the connection is taken for dead. */
export class SilentError extends Error {}

/** There was no way to the server: it certainly has not seen the request. */
export class UnsentError extends Error {}

/** Whoever answers there does not prove to be the server. Asking again does not help; other credentials may. */
export class UntrustedError extends UnsentError {}
