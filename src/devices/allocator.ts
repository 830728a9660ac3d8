// Finds devices for claims on one node: the first solution of an exhaustive search over claims, requests, alternatives and
// devices in their order. The order is kube-scheduler's, because it decides which devices are left for others.
import { consumedBy, hasRoomFor, type Consumed } from './capacity.ts';
import { AvailableCounters, ConsumedCounters } from './counters.ts';
import { constraintState, type ConstraintState } from './device-constraints.ts';
import type { NodeIdentity } from './node-selection.ts';
import type { Pool } from './pools.ts';
import {
  DEVICES_MAX,
  isSelectable,
  requestsOf,
  type Alternative,
  type ClaimRequests,
  type FoundDevice,
} from './requests.ts';
import { SEARCH_COSTS, SearchBudget } from './search-budget.ts';
import { preventsAllocation } from './taints.ts';
import { AllocationError, deviceId, type DeviceClass, type ResourceClaim } from './types.ts';

/** Devices that are taken, by "driver/pool/device". */
export interface AllocatedDevices {
  /** Held by one claim each. */
  readonly exclusive: Pick<ReadonlySet<string>, 'has'>;
  /** Held by several, with the sums of what they have taken of each capacity. */
  readonly shared: Pick<ReadonlyMap<string, Consumed>, 'has' | 'get'>;
}

/** A device for a request. */
export interface ChosenDevice extends FoundDevice {
  readonly alternative: Alternative;
  /** What is taken of a device that others may share. */
  readonly consumed?: Consumed;
}

/** What was found for a claim. */
export interface ClaimSolution {
  readonly claim: ResourceClaim;
  /** The alternative that was taken for each of its requests. */
  readonly alternatives: readonly Alternative[];
  readonly devices: readonly ChosenDevice[];
}

type Outcome = 'done' | 'none' | 'too many devices';

/** Finds devices for one pod. */
export class Allocator {
  readonly #budget = new SearchBudget();
  readonly #allocated: AllocatedDevices;
  readonly #classOf: (name: string) => DeviceClass | undefined;
  readonly #counters: AvailableCounters;

  constructor(allocated: AllocatedDevices, classOf: (name: string) => DeviceClass | undefined) {
    this.#allocated = allocated;
    this.#classOf = classOf;
    this.#counters = new AvailableCounters((id) => allocated.exclusive.has(id) || allocated.shared.has(id));
  }

  /** What searching has cost so far. */
  get spent(): number {
    return this.#budget.spent;
  }

  /**
   * Devices for all of the claims on the node, or undefined when there are not enough.
   * @throws AllocationError when a claim or class is at fault, or the searches for the pod have taken too long
   */
  allocate(
    node: NodeIdentity,
    pools: readonly Pool[],
    claims: readonly { claim: ResourceClaim; key: string }[],
  ): ClaimSolution[] | undefined {
    const budget = this.#budget;
    const context = { node, pools, budget, classOf: this.#classOf };
    const requests = claims.map(({ claim, key }) => requestsOf(claim, key, context));
    const means = { node, pools, budget, allocated: this.#allocated, counters: this.#counters };
    return new Search(requests, means).run();
  }
}

/** Where the search stands: which device of which alternative of which request is next. */
interface Position {
  claim: number;
  request: number;
  alternative: Alternative;
  /** How many devices of the request are chosen. */
  device: number;
}

/** Where among the devices of all pools the next candidate is: within a request only combinations are tried, in order. */
interface Cursor {
  pool: number;
  slice: number;
  device: number;
}

const START: Cursor = { pool: 0, slice: 0, device: 0 };
const NOTHING: Consumed = new Map();

interface SearchMeans {
  node: NodeIdentity;
  pools: readonly Pool[];
  budget: SearchBudget;
  allocated: AllocatedDevices;
  counters: AvailableCounters;
}

class Search {
  readonly #node: NodeIdentity;
  readonly #pools: readonly Pool[];
  readonly #budget: SearchBudget;
  readonly #claims: readonly ClaimRequests[];
  readonly #allocated: AllocatedDevices;
  readonly #counters: ConsumedCounters;
  readonly #constraints: readonly ConstraintState[][];
  readonly #chosen: ChosenDevice[][];
  readonly #taken: Alternative[][];
  /** The claims for which a device is chosen now, by the device. */
  readonly #holders = new Map<string, Set<number>>();
  /** What is chosen of devices that can be shared, once for each time. */
  readonly #shares = new Map<string, Consumed[]>();

  constructor(claims: readonly ClaimRequests[], { node, pools, budget, allocated, counters }: SearchMeans) {
    this.#node = node;
    this.#pools = pools;
    this.#budget = budget;
    this.#claims = claims;
    this.#allocated = allocated;
    this.#counters = new ConsumedCounters(counters);
    this.#constraints = claims.map(({ claim, key }) =>
      (claim.spec.devices?.constraints ?? []).map((constraint, n) => constraintState(constraint, key, n)),
    );
    this.#chosen = claims.map(() => []);
    this.#taken = claims.map(() => []);
  }

  run(): ClaimSolution[] | undefined {
    const outcome = this.#nextRequest(0, 0);
    if (outcome === 'too many devices') throw new AllocationError('allocation max size exceeded');
    if (outcome === 'none') return undefined;
    return this.#claims.map(({ claim }, n) => ({
      claim,
      alternatives: this.#taken[n]!,
      devices: this.#chosen[n]!,
    }));
  }

  /** Serves the request and all that come after it. */
  #nextRequest(claim: number, request: number): Outcome {
    this.#budget.pay(SEARCH_COSTS.step, this.#node.name);
    if (claim === this.#claims.length) return 'done';
    const { requests } = this.#claims[claim]!;
    if (request === requests.length) {
      const outcome = this.#nextRequest(claim + 1, 0);
      // an earlier claim with alternatives may leave this one fewer devices to ask for
      return outcome === 'too many devices' ? 'none' : outcome;
    }
    const alternatives = requests[request]!;
    let failed = false;
    for (const alternative of alternatives) {
      const outcome = this.#nextDevice({ claim, request, alternative, device: 0 }, START);
      if (outcome === 'done') {
        this.#taken[claim]![request] = alternative;
        return outcome;
      }
      failed ||= outcome === 'none';
    }
    return failed ? 'none' : 'too many devices';
  }

  /** Chooses the next device of a request and all that come after it. */
  #nextDevice(at: Position, cursor: Cursor): Outcome {
    this.#budget.pay(SEARCH_COSTS.step, this.#node.name);
    const { alternative } = at;
    if (alternative.all?.length === 0) return 'none';
    if (at.device >= alternative.count) return this.#nextRequest(at.claim, at.request + 1);
    if (alternative.count - at.device > DEVICES_MAX - this.#chosen[at.claim]!.length)
      return 'too many devices';
    if (alternative.all !== undefined) {
      const found = alternative.all[at.device]!;
      const giveBack = this.#choose(at, found, true);
      return giveBack === undefined ? 'none' : this.#goOn(at, START, giveBack);
    }
    return this.#searchDevices(at, cursor);
  }

  #searchDevices(at: Position, cursor: Cursor): Outcome {
    for (let p = cursor.pool; p < this.#pools.length; p++) {
      const pool = this.#pools[p]!;
      if (pool.state !== 'usable') continue;
      const firstSlice = p === cursor.pool ? cursor.slice : 0;
      for (let s = firstSlice; s < pool.slices.length; s++) {
        const slice = pool.slices[s]!;
        const devices = slice.spec.devices ?? [];
        const firstDevice = p === cursor.pool && s === cursor.slice ? cursor.device : 0;
        for (let d = firstDevice; d < devices.length; d++) {
          this.#budget.pay(SEARCH_COSTS.look, this.#node.name);
          const found = { pool, slice, device: devices[d]! };
          if (!this.#isCandidate(at, found)) continue;
          const giveBack = this.#choose(at, found, false);
          if (giveBack === undefined) continue;
          const outcome = this.#goOn(at, { pool: p, slice: s, device: d + 1 }, giveBack);
          if (outcome !== 'none') return outcome;
        }
      }
    }
    return 'none';
  }

  #goOn(at: Position, cursor: Cursor, giveBack: () => void): Outcome {
    const outcome = this.#nextDevice({ ...at, device: at.device + 1 }, cursor);
    if (outcome !== 'done') giveBack();
    return outcome;
  }

  #isCandidate({ claim, alternative }: Position, found: FoundDevice): boolean {
    const id = idOf(found);
    const { adminAccess } = alternative.request;
    if (adminAccess ? this.#holders.get(id)?.has(claim) : this.#isInUse(id)) return false;
    this.#budget.pay(SEARCH_COSTS.comparison, this.#node.name);
    if (!isSelectable(found, alternative, this.#claims[claim]!.key, this.#node)) return false;
    return this.#consumption(alternative, found, id) !== undefined;
  }

  /**
   * Takes the device for the request. Returns how to give it back, or undefined when it cannot be had.
   * @throws AllocationError when a device that `must` be had would break a constraint of the claim
   */
  #choose(at: Position, found: FoundDevice, must: boolean): (() => void) | undefined {
    const { claim, alternative } = at;
    const { pool, slice, device } = found;
    const { request, parent } = alternative;
    const id = idOf(found);
    const isShareable = device.allowMultipleAllocations ?? false;
    const isHeld = request.adminAccess
      ? !isShareable && this.#holders.get(id)?.has(claim)
      : this.#isInUse(id);
    if (isHeld || preventsAllocation(device.taints ?? [], request.tolerations)) return undefined;
    const undo: (() => void)[] = [];
    const giveBack = (): void => {
      for (const one of undo.reverse()) one();
    };
    // another share of a device uses up no more of its counters
    const isShared = isShareable && (this.#allocated.shared.has(id) || this.#shares.has(id));
    if (!isShared && (device.consumesCounters ?? []).length > 0) {
      if (!this.#counters.take(pool, device)) return undefined;
      undo.push(() => this.#counters.giveBack(pool, device));
    }
    const names = [parent ?? request.name, parent === undefined ? undefined : request.name] as const;
    for (const constraint of this.#constraints[claim]!) {
      if (!constraint.add(...names, slice.spec.driver, device)) {
        giveBack();
        if (!must) return undefined;
        throw new AllocationError(
          `claim ${this.#claims[claim]!.key}, request ${request.name}: cannot add device ${id} because a claim constraint would not be satisfied`,
        );
      }
      undo.push(() => constraint.remove(...names));
    }
    const consumed = this.#consumption(alternative, found, id);
    if (consumed === undefined) {
      giveBack();
      return undefined;
    }
    undo.push(isShareable ? this.#share(id, consumed) : this.#hold(id, claim));
    this.#chosen[claim]!.push({ ...found, alternative, consumed: isShareable ? consumed : undefined });
    undo.push(() => this.#chosen[claim]!.pop());
    return giveBack;
  }

  /** What the request takes of the device's capacities; undefined when there is too little left. */
  #consumption({ request }: Alternative, { device }: FoundDevice, id: string): Consumed | undefined {
    // the usual device is its claim's with all that it has
    const isWhole = !device.allowMultipleAllocations && !this.#allocated.shared.has(id);
    if (isWhole && Object.keys(request.capacity).length === 0) return NOTHING;
    const capacities = device.capacity ?? {};
    const consumed = consumedBy(request.capacity, capacities);
    if (consumed === undefined) return undefined;
    const taken = [this.#allocated.shared.get(id), ...(this.#shares.get(id) ?? [])];
    return hasRoomFor(consumed, capacities, taken) ? consumed : undefined;
  }

  #hold(id: string, claim: number): () => void {
    const holders = this.#holders.get(id) ?? new Set();
    this.#holders.set(id, holders.add(claim));
    return () => holders.delete(claim);
  }

  #share(id: string, consumed: Consumed): () => void {
    const shares = this.#shares.get(id) ?? [];
    this.#shares.set(id, shares);
    shares.push(consumed);
    return () => {
      shares.pop();
      if (shares.length === 0) this.#shares.delete(id);
    };
  }

  #isInUse(id: string): boolean {
    return this.#allocated.exclusive.has(id) || (this.#holders.get(id)?.size ?? 0) > 0;
  }
}

function idOf({ slice, device }: FoundDevice): string {
  return deviceId(slice.spec.driver, slice.spec.pool.name, device.name);
}
