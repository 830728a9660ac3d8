// What a reservation asks of the outside while it is made real: writes, and to be told when something has happened.
import type { ApiObject } from '../model/types.ts';
import type { ReservationApi } from '../plugins/plugin.ts';
import type { Clock } from '../kube/clock.ts';
import type { Reply } from '../kube/reply.ts';
import type { Transport } from '../kube/transport.ts';

interface Waiter {
  check: () => boolean;
  resolve: () => void;
  reject: (error: Error) => void;
}

/** The API server did not write; `status` is that of its answer, and absent where somebody else answered. */
class Refused extends Error {
  override name = 'Refused';
  readonly status: number | undefined;

  constructor({ message, status, answer }: Reply) {
    super(message);
    this.status = answer && status;
  }
}

export class Reservations implements ReservationApi {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();
  #isDue = false;
  #stopped = false;

  constructor(transport: Transport, clock: Clock) {
    this.#transport = transport;
    this.#clock = clock;
  }

  async write<T extends ApiObject>(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body: unknown,
    contentType?: string,
  ): Promise<T> {
    if (this.#stopped) throw new Error('the scheduler is stopping');
    const reply = await this.#transport.request(method, path, body, { contentType });
    // what is written is answered: from here on it is read as what the server has
    const { kind } = method === 'DELETE' ? {} : (body as ApiObject);
    if (!reply.isDone || (kind !== undefined && reply.answer?.kind !== kind)) throw new Refused(reply);
    return reply.body as T;
  }

  now(): number {
    return this.#clock.now();
  }

  async until(check: () => boolean, timeoutMs: number): Promise<void> {
    let waiter: Waiter | undefined;
    let cancel: (() => void) | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        waiter = { check, resolve, reject };
        this.#waiters.add(waiter);
        cancel = this.#clock.after(timeoutMs, () => reject(new Error('context deadline exceeded')));
        if (this.#stopped) reject(new Error('the scheduler is stopping'));
        else this.#ask(waiter);
      });
    } finally {
      cancel?.();
      this.#waiters.delete(waiter!);
    }
  }

  /** The cluster has changed: everybody who waits looks again, once for all changes that come together. */
  changed(): void {
    if (this.#isDue || this.#waiters.size === 0) return;
    this.#isDue = true;
    void this.#clock.turn().then(() => {
      this.#isDue = false;
      for (const waiter of this.#waiters) this.#ask(waiter);
    });
  }

  /** Gives up what is waited for, for this reason. */
  giveUp(reason: string): void {
    for (const { reject } of this.#waiters) reject(new Error(reason));
  }

  /** Gives up what is waited for, and writes nothing more. */
  stop(): void {
    this.#stopped = true;
    this.giveUp('the scheduler is stopping');
  }

  #ask({ check, resolve, reject }: Waiter): void {
    try {
      if (check()) resolve();
    } catch (error) {
      reject(error as Error);
    }
  }
}
