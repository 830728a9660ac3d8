// A way to the server that is made when it is needed, and anew when it has ended.
import { UnsentError, type Carrier } from './carrier.ts';
import type { Credentials } from './credentials.ts';
import { dial } from './dial.ts';

export class Lane {
  readonly #credentials: Credentials;
  readonly #timeoutMs: number;
  readonly #open = new Set<Carrier>();
  #current: Carrier | undefined;
  #dialing: Promise<Carrier> | undefined;
  readonly #closed = new AbortController();

  constructor(credentials: Credentials, timeoutMs: number) {
    this.#credentials = credentials;
    this.#timeoutMs = timeoutMs;
  }

  carrier(): Carrier | Promise<Carrier> {
    if (this.#closed.signal.aborted) throw new UnsentError('the connection is closed');
    if (this.#current?.isSpent === false) return this.#current;
    this.#dialing ??= this.#dial().finally(() => (this.#dialing = undefined));
    return this.#dialing;
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await Promise.all([...this.#open].map((carrier) => carrier.close()));
  }

  async #dial(): Promise<Carrier> {
    const carrier = await dial(this.#credentials, this.#timeoutMs, this.#closed.signal);
    // those that are spent for long hold nothing any more
    for (const one of this.#open) if (one.isEnded) this.#open.delete(one);
    this.#open.add(carrier);
    this.#current = carrier;
    if (this.#closed.signal.aborted) await carrier.close();
    return carrier;
  }
}
