// How much a search for the devices of one pod may cost, on all nodes together. It can take exponentially many steps; the
// reference gives up on a node after a time, which would make decisions depend on the machine.
import { AllocationError } from './types.ts';

/** What is done, in units of what it costs to see that a device is in use: about a tenth of a microsecond. */
export const SEARCH_COSTS = { look: 1, comparison: 8, step: 8 };
/** Enough to look at each of 1,000 devices from each of 5,000 nodes. */
const BUDGET = 6_000_000;

export class SearchBudget {
  #left = BUDGET;

  /** What was done so far. */
  get spent(): number {
    return BUDGET - this.#left;
  }

  /**
   * Pays for what is done on the node.
   * @throws AllocationError when there is not enough left
   */
  pay(cost: number, node: string): void {
    this.#left -= cost;
    if (this.#left < 0) throw new AllocationError(`node ${node}: gave up trying to allocate devices`);
  }
}
