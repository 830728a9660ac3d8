// A way to the server that is made when it is needed, and anew when it has ended.
import { UnsentError, type Carrier } from './carrier.ts';
import type { Credentials, TlsIdentity } from './credentials.ts';
import { dial, type DialOptions } from './dial.ts';

/** Where a transport has its carriers from. */
export interface CarrierSource {
  carrier(): Carrier | Promise<Carrier>;
  close(): Promise<void>;
}

export class ReconnectingCarrier implements CarrierSource {
  readonly #credentials: Credentials;
  readonly #options: DialOptions;
  readonly #open = new Set<Carrier>();
  #current: Carrier | undefined;
  /** What the current one was made with. */
  #tls: TlsIdentity | undefined;
  #dialing: Promise<Carrier> | undefined;
  readonly #closed = new AbortController();

  constructor(credentials: Credentials, options: DialOptions) {
    this.#credentials = credentials;
    this.#options = options;
  }

  carrier(): Carrier | Promise<Carrier> {
    if (this.#closed.signal.aborted) throw new UnsentError('the connection is closed');
    // certificates count when a connection is made: with others there must be another one
    const isOutdated = this.#tls !== this.#credentials.tls;
    if (this.#current?.isSpent === false) {
      if (!isOutdated) return this.#current;
      this.#current.retire();
    }
    this.#dialing ??= this.#dial().finally(() => (this.#dialing = undefined));
    return this.#dialing;
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await Promise.all([...this.#open].map((carrier) => carrier.close()));
  }

  async #dial(): Promise<Carrier> {
    this.#tls = this.#credentials.tls;
    const carrier = await dial(this.#credentials, this.#options, this.#closed.signal);
    // those that are spent for long hold nothing any more
    for (const one of this.#open) if (one.isEnded) this.#open.delete(one);
    this.#open.add(carrier);
    this.#current = carrier;
    if (this.#closed.signal.aborted) await carrier.close();
    return carrier;
  }
}
