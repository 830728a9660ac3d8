// Time that passes from one thing that is due to the next. One thing at a time happens: a message that arrives, a timer, a
// change of the cluster. What the host does in consequence, up to where it waits for something again, belongs to the step.
import { Heap, type HeapItem } from '../../src/queue/heap.ts';

/** Who waits for something; who has ended is told nothing any more. */
export interface Owner {
  readonly name: string;
  readonly hasEnded: boolean;
  /** It does nothing before. */
  readonly stoppedUntilMs: number;
}

interface Due extends HeapItem {
  atMs: number;
  order: number;
  label: string;
  owner: Owner | undefined;
  run: () => void;
}

/** How many of the last steps are remembered, to be shown. */
const SHOWN = 400;

export class World {
  nowMs = 0;
  steps = 0;
  readonly #due = new Heap<Due>((a, b) => (a.atMs - b.atMs || a.order - b.order) < 0);
  #order = 0;
  readonly #trace: string[] = [];
  /** Of all steps so far. */
  #fingerprint = 0;

  /** Has it happen after so long. Returns how to prevent that. */
  after(delayMs: number, label: string, run: () => void, owner?: Owner): () => void {
    const due: Due = {
      atMs: this.nowMs + Math.max(0, delayMs),
      order: this.#order++,
      ...{ label, owner, run, heapIndex: -1 },
    };
    this.#due.push(due);
    return () => {
      if (due.heapIndex >= 0) this.#due.remove(due);
    };
  }

  /** Lets the next thing happen, with what follows from it at once. Returns false when nothing is due. */
  async step(): Promise<boolean> {
    for (let due; (due = this.#due.pop()) !== undefined;) {
      const { owner } = due;
      if (owner?.hasEnded) continue;
      if (owner !== undefined && owner.stoppedUntilMs > due.atMs) {
        due.atMs = owner.stoppedUntilMs;
        this.#due.push(due);
        continue;
      }
      this.nowMs = due.atMs;
      this.steps++;
      this.note(due.label);
      due.run();
      // promises and streams go as far as they come before the event loop turns
      await new Promise((resolve) => setImmediate(resolve));
      return true;
    }
    return false;
  }

  note(text: string): void {
    const line = `${(this.nowMs / 1000).toFixed(3)} ${text}`;
    for (let at = 0; at < line.length; at++)
      this.#fingerprint = Math.imul(this.#fingerprint ^ line.charCodeAt(at), 0x01000193);
    this.#trace.push(line);
    if (this.#trace.length >= 2 * SHOWN) this.#trace.splice(0, SHOWN);
  }

  /** The last steps. */
  get trace(): readonly string[] {
    return this.#trace.slice(-SHOWN);
  }

  /** Two runs with the same one took the same steps. */
  get fingerprint(): string {
    return (this.#fingerprint >>> 0).toString(16).padStart(8, '0');
  }
}
