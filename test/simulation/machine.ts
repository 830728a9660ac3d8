// A process and the machine on which it runs: its clock, how it stalls, and its sudden end.
import type { Clock } from '../../src/kube/clock.ts';
import type { Chance } from './chance.ts';
import type { Owner, World } from './world.ts';

const EPOCH_MS = Date.parse('2026-01-01T00:00:00Z');

export class Machine implements Clock, Owner {
  readonly name: string;
  hasEnded = false;
  stoppedUntilMs = 0;
  /** How far its date is from the world's. */
  dateOffsetMs = 0;
  /** How much time passes from one look at the clock to the next: a machine that others keep busy. */
  msPerLook = 0;
  readonly #world: World;
  readonly #chance: Chance;
  #draws = 0;
  #lookedAtMs = 0;

  constructor(name: string, world: World, chance: Chance) {
    this.name = name;
    this.#world = world;
    this.#chance = chance;
  }

  readonly random = (): number => this.#chance.of(`${this.name} draw ${this.#draws++}`);

  now(): number {
    return EPOCH_MS + Math.floor(this.#world.nowMs) + this.dateOffsetMs;
  }

  monotonic(): number {
    this.#lookedAtMs = Math.max(this.#lookedAtMs + this.msPerLook, this.#world.nowMs);
    return this.#lookedAtMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        cancel();
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const cancel = this.after(ms, wake);
      signal?.addEventListener('abort', wake);
    });
  }

  after(ms: number, due: () => void): () => void {
    return this.#world.after(ms, `${this.name}: timer`, due, this);
  }

  turn(): Promise<void> {
    return new Promise((resolve) => this.#world.after(0, `${this.name}: turn`, resolve, this));
  }

  /** It does nothing for so long, and does not notice. */
  stall(ms: number): void {
    this.stoppedUntilMs = Math.max(this.stoppedUntilMs, this.#world.nowMs + ms);
  }

  /** Nothing of what it waits for comes any more. */
  end(): void {
    this.hasEnded = true;
  }
}
