// What deciding on one pod may take of the only thread: counted in steps, so that the same pod at the same nodes is always
// decided or always refused. A step is about a look at one row, one value or one pod: some nanoseconds.

/** Half a second at the most; 5,000 nodes and 20,000 conditions. */
const STEPS_MAX = 100_000_000;
/** Of more nodes each may be looked at so often. */
const STEPS_A_ROW = 500;
/** Of the tables by domain and by label value of all constraints together. */
const TABLE_BYTES_MAX = 2 ** 26;

/** The pod asks for more than is decided at once. It waits with this message. */
export class EffortError extends Error {}

/** What one decision on so many rows may take: of a pod, or of a group of pods that are decided together. */
export function stepsMost(rows: number): number {
  return Math.max(STEPS_MAX, STEPS_A_ROW * rows);
}

/** What several decisions take together. */
export interface EffortTotal {
  steps: number;
}

export class Effort {
  readonly #most: number;
  readonly #total: EffortTotal;
  #steps = 0;
  #tableBytes = 0;

  /** Of a decision on so many rows; what it takes is added to `total`. */
  constructor(rows: number, total: EffortTotal = { steps: 0 }) {
    this.#most = stepsMost(rows);
    this.#total = total;
  }

  get steps(): number {
    return this.#steps;
  }

  /** Throws EffortError when these are too many; before they are taken. */
  spend(steps: number): void {
    this.#steps += steps;
    this.#total.steps += steps;
    if (this.#steps <= this.#most) return;
    throw new EffortError('the pod has more constraints than can be weighed on so many nodes at once');
  }

  /** Counts, for all decisions together, what is taken within limits of its own. */
  note(steps: number): void {
    this.#total.steps += steps;
  }

  /** Throws EffortError when the tables are too large; before they are made. */
  spendTable(bytes: number): void {
    this.#tableBytes += bytes;
    if (this.#tableBytes <= TABLE_BYTES_MAX) return;
    throw new EffortError('the pod has more constraints than can be tabulated at once');
  }
}

/** How much of one class is decided before others have their turn: some milliseconds. */
const SLICE_STEPS = 4_000_000;

export class Slice {
  /** Steps that were taken of it. */
  spent = 0;
  /** Of these, those that a total counts already. */
  counted = 0;
  readonly #steps: number;

  constructor(steps = SLICE_STEPS) {
    this.#steps = steps;
  }

  get isOver(): boolean {
    return this.spent >= this.#steps;
  }

  /** How many decisions of so many steps it has left, one at the least. */
  decisions(steps: number): number {
    return Math.max(1, Math.floor((this.#steps - this.spent) / steps));
  }

  spend(steps: number): void {
    this.spent += steps;
  }
  /** Spends what a total has counted already. */
  spendCounted(steps: number): void {
    this.spent += steps;
    this.counted += steps;
  }
}
