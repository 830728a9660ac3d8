// What one evaluation may cost.
import type { Meter } from './values.ts';

/** The reference's limit (resource.k8s.io/v1, CELSelectorExpressionMaxCost), in its units. */
const COST_LIMIT = 1_000_000;
/**
 * The reference's units do not count everything that takes time: copies of lists, comparisons of what is deep inside,
 * the length of a result. A step takes about ten nanoseconds, so that an evaluation ends within some 100 ms.
 */
const WORK_LIMIT = 10_000_000;
/** An error that is caught takes as long as so many steps. */
const ERROR_WORK = 300;

/** Ends an evaluation, whatever is around it: unlike other errors, `false && ...` does not hide it. */
class CostExceeded extends Error {
  constructor() {
    super('operation cancelled: actual cost limit exceeded');
  }
}

export class Budget implements Meter {
  cost = 0;
  #work = 0;

  /** All that has been done, about in the reference's units. */
  get spent(): number {
    return this.cost + this.#work / 10;
  }

  charge(cost: number): void {
    this.cost += cost;
    if (this.cost > COST_LIMIT) throw new CostExceeded();
  }

  work(steps: number): void {
    this.#work += steps;
    if (this.#work > WORK_LIMIT) throw new CostExceeded();
  }

  caught(): void {
    this.work(ERROR_WORK);
  }
}
