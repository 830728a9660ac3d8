// When a member may have all nodes, and for how long: by its own time, so that the shards go on in between.
import { isAgreed, newestView, type FleetState } from './protocol.ts';

/** A turn that others wait for ends after so long. */
const TURN_MS = 2_000;
/** One that not all have agreed to by now is given up. */
const AGREEMENT_MS = 5_000;
/** Between two turns, where others have something to do, there is as much time as the last one took, and this at the least. */
const GAP_MS = 1_000;

export class Turns {
  readonly #me: string;
  /** Whose turn it is. */
  #turn?: string;
  /** Since when that is so, and since when all agree to it. */
  #sinceMs = -Infinity;
  #agreedMs?: number;
  #last?: { holder: string; tookMs: number };

  constructor(me: string) {
    this.#me = me;
  }

  /** Takes the state as it is at `now`. */
  see(state: FleetState, now: number): void {
    const { turn } = newestView(state);
    if (turn !== this.#turn) {
      if (this.#turn !== undefined) this.#last = { holder: this.#turn, tookMs: now - this.#sinceMs };
      this.#turn = turn;
      this.#sinceMs = now;
      this.#agreedMs = undefined;
    }
    if (isAgreed(state)) this.#agreedMs ??= now;
  }

  /** Whether this member may ask for a turn; who has had the last one waits twice as long. */
  mayTake(state: FleetState, now: number): boolean {
    if (this.#turn !== undefined) return false;
    if (this.#last === undefined || !this.#othersWait(state)) return true;
    const gapMs = Math.max(GAP_MS, this.#last.tookMs);
    return now >= this.#sinceMs + gapMs * (this.#last.holder === this.#me ? 2 : 1);
  }

  /** Whether the turn of this member is to end. `isIdle`: it has nothing left to do. */
  isOver(state: FleetState, now: number, isIdle: boolean): boolean {
    if (this.#turn !== this.#me) return false;
    if (this.#agreedMs === undefined || !isAgreed(state)) return now >= this.#sinceMs + AGREEMENT_MS;
    return isIdle || (now >= this.#agreedMs + TURN_MS && this.#othersWait(state));
  }

  #othersWait({ members }: FleetState): boolean {
    return Object.entries(members).some(([name, { wants }]) => name !== this.#me && wants !== undefined);
  }
}
