// Wakes the loop: when something happened, or when it is time.
import type { ApiObject } from '../model/types.ts';
import type { Clock } from '../kube/clock.ts';
import type { WatchHandler } from '../kube/reflector.ts';

export class Wakeup {
  readonly #clock: Clock;
  #isSignalled = false;
  #wake?: () => void;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Something happened: a wait that is under way, or the next one, ends at once. */
  signal(): void {
    this.#isSignalled = true;
    this.#wake?.();
  }

  /** Resolves at the next signal, or at `until`, in monotonic milliseconds. A signal since the last wait counts. */
  async wait(until: number | undefined): Promise<void> {
    if (!this.#isSignalled) {
      await new Promise<void>((resolve) => {
        const leftMs = until === undefined ? undefined : Math.max(0, until - this.#clock.monotonic());
        const cancel = leftMs === undefined ? undefined : this.#clock.after(leftMs, resolve);
        this.#wake = () => {
          cancel?.();
          resolve();
        };
      });
      this.#wake = undefined;
    }
    this.#isSignalled = false;
  }
}

/** The first of several times; undefined where none is said. */
export function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Lets the loop look at the queue after each thing that the handler was told. */
export function wakingAfter<T>(handler: WatchHandler<T>, wakeup: Wakeup): WatchHandler<ApiObject> {
  const signalling =
    <A extends unknown[]>(tell: (...told: A) => void) =>
    (...told: A) => {
      tell(...told);
      wakeup.signal();
    };
  return {
    list: () => {
      const listing = handler.list();
      return {
        take: signalling((items: ApiObject[]) => listing.take(items as T[])),
        end: signalling(() => listing.end()),
      };
    },
    added: signalling((item: ApiObject) => handler.added(item as T)),
    modified: signalling((item: ApiObject) => handler.modified(item as T)),
    deleted: signalling((item: ApiObject) => handler.deleted(item as T)),
  };
}
