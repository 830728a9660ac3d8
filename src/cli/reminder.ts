// What is tried again every few seconds and fails in the same way is said once, and again with growing distance.
import type { Clock } from '../kube/clock.ts';

const FIRST_MS = 30_000;
const LONGEST_MS = 30 * 60_000;

export class Reminder {
  readonly #clock: Clock;
  readonly #say: (message: string, times: number) => void;
  #message?: string;
  #times = 0;
  #nextMs = 0;
  #distanceMs = FIRST_MS;

  /** `say` is given how often it has happened since it was said last. */
  constructor(clock: Clock, say: (message: string, times: number) => void) {
    this.#clock = clock;
    this.#say = say;
  }

  happened(message: string): void {
    const now = this.#clock.monotonic();
    if (message !== this.#message) {
      this.reset();
      this.#message = message;
      this.#nextMs = now;
    }
    this.#times++;
    if (now < this.#nextMs) return;
    this.#say(message, this.#times);
    this.#times = 0;
    this.#nextMs = now + this.#distanceMs;
    this.#distanceMs = Math.min(this.#distanceMs * 2, LONGEST_MS);
  }

  /** It went well: the next time is the first one again. */
  reset(): void {
    this.#message = undefined;
    this.#times = 0;
    this.#distanceMs = FIRST_MS;
  }
}
