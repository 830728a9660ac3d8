// Failures that a test can order from the embedded API.

/** What goes wrong with one request. */
export interface Fault {
  /** The answer's status; the request is not carried out. */
  status?: number;
  /** What something else answers in the server's stead, such as a load balancer; its status is 200 without one. */
  strange?: string;
  /** The Retry-After header that goes with the status. */
  retryAfterSeconds?: number;
  /** How long the answer takes; the request itself is carried out at once. */
  delayMs?: number;
  /** The connection is closed without an answer: before the request is carried out, or after. */
  drop?: 'request' | 'answer';
  /** The connection of a watch is closed after this many events, in the middle of the next one. */
  cutAfter?: number;
  /** A watch ends with an ERROR event of this code instead of the event after cutAfter, or at once. */
  errorEvent?: number;
}

/** Asked for each request; the path includes the query. */
export type Faults = (request: { method: string; path: string }) => Fault | undefined;
