// Everything that is left to chance, from one seed. A draw hangs on its name only, and not on how many were drawn before:
// what is left out of a run changes nothing else in it.

export class Chance {
  readonly seed: number;

  constructor(seed: number) {
    this.seed = seed;
  }

  /** From 0 up to 1, the same for the same name. */
  of(name: string): number {
    let hash = Math.imul(this.seed ^ 0x9e3779b9, 0x85ebca6b);
    for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
    hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
  }

  between(name: string, from: number, to: number): number {
    return from + this.of(name) * (to - from);
  }

  oneOf<T>(name: string, items: readonly T[]): T {
    return items[Math.floor(this.of(name) * items.length)]!;
  }

  /** One by the weights, which need not add up to anything. */
  weighted<T extends string>(name: string, weights: Readonly<Record<T, number>>): T {
    const entries = Object.entries(weights) as [T, number][];
    let left = this.of(name) * entries.reduce((sum, [, weight]) => sum + weight, 0);
    return entries.find(([, weight]) => (left -= weight) < 0)?.[0] ?? entries[0]![0];
  }

  /** The same one of the items as long as it is among them, whatever the others are. */
  amongst<T>(name: string, items: readonly T[], nameOf: (item: T) => string): T | undefined {
    let least = Infinity;
    let chosen: T | undefined;
    for (const item of items) {
      const drawn = this.of(`${name} ${nameOf(item)}`);
      if (drawn < least) [least, chosen] = [drawn, item];
    }
    return chosen;
  }
}

/** Something that happened to the cluster, or that went wrong. */
export interface Disturbance {
  id: string;
  atMs: number;
}

/** What happens by chance. A run can be repeated with some of it only, and ends with a time in which nothing does. */
export class Disturbances {
  readonly happened: Disturbance[] = [];
  readonly #chance: Chance;
  readonly #allowed: ReadonlySet<string> | undefined;
  readonly #nowMs: () => number;
  #isOver = false;

  constructor(chance: Chance, nowMs: () => number, allowed?: ReadonlySet<string>) {
    this.#chance = chance;
    this.#nowMs = nowMs;
    this.#allowed = allowed;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** From here on nothing happens. */
  end(): void {
    this.#isOver = true;
  }

  /** Whether it happens now, with this probability. */
  happens(id: string, probability: number): boolean {
    if (this.#isOver || this.#chance.of(id) >= probability) return false;
    if (this.#allowed !== undefined && !this.#allowed.has(id)) return false;
    this.happened.push({ id, atMs: this.#nowMs() });
    return true;
  }
}
