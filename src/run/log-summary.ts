// What an operator reads of a scheduler at work: a line now and then, however many pods come and go.
import type { Logger } from 'pino';
import type { CycleRecord } from '../control/types.ts';
import type { Clock } from '../kube/clock.ts';

const EVERY_MS = 5_000;
/** Failures of one kind that are told one by one before the rest is only counted. */
const TOLD_MAX = 5;

interface Work {
  cycles: number;
  pods: number;
  placed: number;
  unschedulable: number;
  filterPasses: number;
}

const NOTHING: Work = { cycles: 0, pods: 0, placed: 0, unschedulable: 0, filterPasses: 0 };

export class LogSummary {
  readonly #log: Logger;
  readonly #clock: Clock;
  #work: Work = { ...NOTHING };
  readonly #failures = new Map<string, number>();
  #cancelFlush?: () => void;

  constructor(log: Logger, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  cycle({ pods, placed, unschedulable, filterPasses }: CycleRecord): void {
    this.#work.cycles++;
    this.#work.pods += pods;
    this.#work.placed += placed;
    this.#work.unschedulable += unschedulable;
    this.#work.filterPasses += filterPasses;
    this.#expect();
  }

  /** Something failed and the scheduler goes on. The first few of a kind are told at once. */
  failure(kind: string, fields: Record<string, unknown>): void {
    const before = this.#failures.get(kind) ?? 0;
    this.#failures.set(kind, before + 1);
    if (before < TOLD_MAX) this.#log.warn(fields, kind);
    this.#expect();
  }

  /** Tells what was only counted since the last time. */
  flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    for (const [kind, count] of this.#failures) {
      if (count > TOLD_MAX) this.#log.warn({ more: count - TOLD_MAX }, kind);
    }
    this.#failures.clear();
    if (this.#work.cycles > 0) this.#log.info(this.#work, 'scheduled');
    this.#work = { ...NOTHING };
  }

  #expect(): void {
    this.#cancelFlush ??= this.#clock.after(EVERY_MS, () => this.flush());
  }
}
