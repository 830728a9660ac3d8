// Wakes the loop: when something happened, or when it is time.
import type { ApiObject } from '../model/types.ts';
import type { Clock } from '../kube/clock.ts';
import type { WatchHandler } from '../kube/reflector.ts';

export class Pulse {
  readonly #clock: Clock;
  #beaten = false;
  #wake?: () => void;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Something happened: a wait that is under way, or the next one, ends at once. */
  beat(): void {
    this.#beaten = true;
    this.#wake?.();
  }

  /** Resolves at the next beat, or at `until`, in monotonic milliseconds. A beat since the last wait counts. */
  async wait(until: number | undefined): Promise<void> {
    if (!this.#beaten) {
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
    this.#beaten = false;
  }
}

/** Lets the loop look at the queue after each thing that the handler was told. */
export function withPulse<T>(handler: WatchHandler<T>, pulse: Pulse): WatchHandler<ApiObject> {
  const beating =
    <A extends unknown[]>(tell: (...told: A) => void) =>
    (...told: A) => {
      tell(...told);
      pulse.beat();
    };
  return {
    list: () => {
      const listing = handler.list();
      return {
        take: beating((items: ApiObject[]) => listing.take(items as T[])),
        end: beating(() => listing.end()),
      };
    },
    added: beating((item: ApiObject) => handler.added(item as T)),
    modified: beating((item: ApiObject) => handler.modified(item as T)),
    deleted: beating((item: ApiObject) => handler.deleted(item as T)),
  };
}
