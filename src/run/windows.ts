// Accumulation windows: pods of a profile come together for its period before they are taken.
import type { Framework } from '../plugins/framework.ts';

export class Windows {
  readonly #periodsMs: ReadonlyMap<string, number>;
  /** When the open windows close, by profile, in milliseconds. */
  readonly #closings = new Map<string, number>();
  #now = 0;

  constructor(profiles: readonly Framework[]) {
    this.#periodsMs = new Map(
      profiles.map(({ schedulerName, args }) => [schedulerName, args.EquivalenceClasses.period * 1000]),
    );
  }

  /** Pods are about to be taken: those whose windows are over by now. */
  look(now: number): void {
    for (const [profile, closing] of this.#closings) if (closing <= this.#now) this.#closings.delete(profile);
    this.#now = now;
  }

  /** Whether pods of the profile still come together; the first one opens a window. */
  holds(schedulerName: string): boolean {
    const periodMs = this.#periodsMs.get(schedulerName) ?? 0;
    if (periodMs === 0) return false;
    const closing = this.#closings.get(schedulerName);
    if (closing === undefined) this.#closings.set(schedulerName, this.#now + periodMs);
    return closing === undefined || closing > this.#now;
  }

  /** When the next window closes that has not been looked at since, in milliseconds. */
  nextClosing(): number | undefined {
    const closings = [...this.#closings.values()].filter((closing) => closing > this.#now);
    return closings.length === 0 ? undefined : Math.min(...closings);
  }
}
