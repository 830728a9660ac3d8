// Wakes the loop: when something happened, or when it is time.
export class Pulse {
  #beaten = false;
  #wake?: () => void;

  /** Something happened: a wait that is under way, or the next one, ends at once. */
  beat(): void {
    this.#beaten = true;
    this.#wake?.();
  }

  /** Resolves at the next beat, or at `until` (in the time of `now`). A beat since the last wait counts. */
  async wait(until: number | undefined, now: () => number): Promise<void> {
    if (!this.#beaten) {
      await new Promise<void>((resolve) => {
        const timer = until === undefined ? undefined : setTimeout(resolve, Math.max(0, until - now()));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
    this.#beaten = false;
  }
}
