// Collection periods: pods of a profile come together for its period before they are taken.
import type { Framework } from '../plugins/framework.ts';

export class CollectionPeriods {
  readonly #periodsMs: ReadonlyMap<string, number>;
  /** When the periods that have begun end, by profile, in milliseconds. */
  readonly #ends = new Map<string, number>();
  #now = 0;

  constructor(profiles: readonly Framework[]) {
    this.#periodsMs = new Map(
      profiles.map(({ schedulerName, args }) => [schedulerName, args.EquivalenceClasses.period * 1000]),
    );
  }

  /** Pods are about to be taken: those whose period is over by now. */
  look(now: number): void {
    for (const [profile, end] of this.#ends) if (end <= this.#now) this.#ends.delete(profile);
    this.#now = now;
  }

  /** Whether pods of the profile still come together; the first one begins it. */
  holds(schedulerName: string): boolean {
    const periodMs = this.#periodsMs.get(schedulerName) ?? 0;
    if (periodMs === 0) return false;
    const end = this.#ends.get(schedulerName);
    if (end === undefined) this.#ends.set(schedulerName, this.#now + periodMs);
    return end === undefined || end > this.#now;
  }

  /** When the next period ends that has not been looked at since, in milliseconds. */
  nextEnd(): number | undefined {
    const ends = [...this.#ends.values()].filter((end) => end > this.#now);
    return ends.length === 0 ? undefined : Math.min(...ends);
  }
}
