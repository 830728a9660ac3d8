// What the last cycles did, for people.
import type { CycleRecord } from '../control/types.ts';
import type { Outcome } from '../cycle/outcome.ts';
import { PHASES, type Phase } from '../cycle/ports.ts';

const KEPT_CYCLES = 256;

/** Measures one cycle. Times are milliseconds of `now`. */
export class CycleMeter {
  readonly #now: () => number;
  readonly #phasesMs = new Map<Phase, number>(PHASES.map((phase) => [phase, 0]));
  #phase?: Phase;
  #since = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  enter(phase: Phase | undefined): void {
    const now = this.#now();
    if (this.#phase !== undefined) {
      this.#phasesMs.set(this.#phase, this.#phasesMs.get(this.#phase)! + now - this.#since);
    }
    this.#phase = phase;
    this.#since = now;
  }

  get phasesMs(): Record<string, number> {
    return Object.fromEntries(
      [...this.#phasesMs].map(([phase, ms]) => [phase, Math.round(ms * 1000) / 1000]),
    );
  }
}

/** The last cycles, newest first. */
export class CycleRecords {
  count = 0;
  readonly #records: CycleRecord[] = [];

  list(limit: number): CycleRecord[] {
    return this.#records.slice(0, limit);
  }

  /** Keeps the record of a cycle that took so long, unless it has decided nothing. Returns whether it is kept. */
  end(record: CycleRecord, { phasesMs }: CycleMeter, durationMs: number): boolean {
    record.durationMs = Math.round(durationMs * 1000) / 1000;
    record.phasesMs = phasesMs;
    if (record.pods === 0) {
      this.count--;
      return false;
    }
    this.#records.unshift(record);
    if (this.#records.length > KEPT_CYCLES) this.#records.pop();
    return true;
  }

  /** An empty record of a cycle that begins now. */
  begin(started: Date): CycleRecord {
    return {
      number: ++this.count,
      started: started.toISOString(),
      durationMs: 0,
      pods: 0,
      classes: 0,
      placed: 0,
      unschedulable: 0,
      filterPasses: 0,
      phasesMs: {},
    };
  }
}

/** Adds what became of a batch. `seen` holds the classes of the cycle so far. */
export function countBatch(
  record: CycleRecord,
  { batch, placed, waiting, preempting }: Outcome,
  seen: Set<string>,
): void {
  seen.add(batch.class.index);
  record.classes = seen.size;
  const unschedulable = waiting.length + preempting.length;
  record.pods += placed.length + unschedulable;
  record.placed += placed.length;
  record.unschedulable += unschedulable;
}
