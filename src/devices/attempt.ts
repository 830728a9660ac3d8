// An attempt to give a pod the devices that it needs: its claims, and what can be allocated for them on each node.
import type { Pod } from '../model/types.ts';
import type { Cluster } from '../state/cluster.ts';
import { PENDING_ALLOCATION } from '../plugins/dynamic-resources/kinds.ts';
import type { Remedy } from '../plugins/plugin.ts';
import { Allocator, type ClaimSolution } from './allocator.ts';
import { hasTimedOut, isReadyForBinding } from './binding-conditions.ts';
import { claimsOf, isAllocated, isReservedFor, RESERVED_FOR_MAX, type PodClaim } from './claims.ts';
import { deallocateClaim, deleteClaim } from './claim-writes.ts';
import { DeviceUsage } from './device-usage.ts';
import { classOf, DevicePools } from './devices.ts';
import type { SpecialRequests } from './special-requests.ts';
import { selectorMatches, type NodeIdentity, type NodeWithAmounts } from './node-selection.ts';
import { selectorsCost } from './selectors.ts';
import { leftClaimOf, SpecialClaim } from './special-claim.ts';
import { AllocationError, type ResourceClaim } from './types.ts';

/** Why a node cannot have the pod. */
export type Obstacle = 'no devices' | 'not available' | 'invalid pools' | 'missing' | 'stale';

/** What the pod gets on a node. */
export interface NodeAllocation {
  /** The devices for the claims that have none yet. */
  solutions: readonly ClaimSolution[];
  /** The special claim and what it asks for, when devices serve extended resources there. */
  special?: SpecialRequests & { claim: ResourceClaim };
}

export class Attempt {
  /** The pod's own claims in the order of its spec. */
  readonly claims: readonly PodClaim[];
  /** Those of its allocated claims whose devices could not be used from a node that had all else. */
  readonly unavailable = new Set<PodClaim>();
  readonly #pod: Pod;
  readonly #cluster: Cluster;
  readonly #bindingTimeoutMs: number;
  readonly #toAllocate: readonly PodClaim[];
  readonly #special?: SpecialClaim;
  readonly #pools?: DevicePools;
  #allocator?: Allocator;

  /**
   * @throws AllocationError when the pod cannot have its claims on any node
   */
  constructor(pod: Pod, cluster: Cluster, bindingTimeoutMs: number) {
    const { store } = cluster;
    const claims = claimsOf(pod, store);
    if ('problem' in claims) throw new AllocationError(claims.problem);
    this.claims = claims;
    this.#pod = pod;
    this.#cluster = cluster;
    this.#bindingTimeoutMs = bindingTimeoutMs;
    this.#special = SpecialClaim.of(pod, store);
    for (const claim of claims) checkClaim(claim, pod, cluster);
    this.#toAllocate = claims.filter(({ claim }) => !isAllocated(claim));
    if (this.#toAllocate.length === 0 && this.#special === undefined) return;
    this.#pools = DevicePools.of(cluster);
    this.renew();
  }

  /** Takes into account which devices were taken or given back meanwhile; what it may cost is counted from here on. */
  renew(): void {
    const { store } = this.#cluster;
    this.#allocator = new Allocator(DeviceUsage.of(store).devices, (name) => classOf(store, name));
  }

  /** What it has cost so far, and all selectors with it: about a tenth of a microsecond each. */
  get spent(): number {
    return (this.#allocator?.spent ?? 0) + selectorsCost();
  }

  /** Whether devices may have to serve extended resources of the pod. */
  get hasSpecial(): boolean {
    return this.#special !== undefined;
  }

  /** Whether the pod needs devices at all. */
  get isNeeded(): boolean {
    return this.claims.length > 0 || this.#special !== undefined;
  }

  /**
   * What becomes of the pod on the node.
   * @throws AllocationError when a claim, a class or a slice is at fault, or the search has taken too long
   */
  on(node: NodeWithAmounts): NodeAllocation | Obstacle {
    const need = this.#special?.on(node);
    if (need === 'stale' || need === 'missing') return need;
    const hasSpecial = need !== undefined && need.requests.length > 0;
    if (this.claims.length === 0 && !hasSpecial) return { solutions: [] };
    const unavailable = this.claims.filter(
      ({ claim }) => isAllocated(claim) && !this.#isAvailable(claim, node),
    );
    const special = hasSpecial ? { ...need, claim: this.#special!.claimFor(need) } : undefined;
    const toAllocate = [...this.#toAllocate];
    if (special !== undefined) toAllocate.push({ key: this.#special!.key, claim: special.claim });
    const solutions = this.#allocate(node, toAllocate);
    if (typeof solutions === 'string') return solutions;
    for (const claim of unavailable) this.unavailable.add(claim);
    return unavailable.length === 0 ? { solutions, ...(special && { special }) } : 'not available';
  }

  /**
   * How good what the pod gets is: the earlier the alternatives that are taken, the more. Claims that were allocated before
   * count too, where others are not.
   */
  scoreOf({ solutions, special }: NodeAllocation): number {
    if (this.#allocator === undefined || (this.claims.length === 0 && special === undefined)) return 0;
    let score = 0;
    for (const { claim } of this.claims) {
      const solution = solutions.find((one) => one.claim === claim);
      const taken =
        solution === undefined
          ? (claim.status?.allocation?.devices?.results ?? []).map(({ request }) => request)
          : solution.devices.map(({ alternative: { parent, request } }) => `${parent ?? ''}/${request.name}`);
      score += alternativesScore(claim, new Set(taken));
    }
    return score;
  }

  /**
   * What can be done when there is no node for the pod: a claim that keeps it away loses its devices if nobody else needs
   * them, and a special claim that was left behind is deleted.
   */
  remedy(): Remedy | undefined {
    const { uid } = this.#pod.metadata ?? {};
    const idle = [...this.unavailable].find(({ claim }) =>
      (claim.status?.reservedFor ?? []).every((user, _, all) => all.length === 1 && user.uid === uid),
    );
    if (idle !== undefined) return (api) => deallocateClaim(idle.claim, api);
    const left = this.#special && leftClaimOf(this.#pod, this.#cluster.store);
    return left && ((api) => deleteClaim(left, api));
  }

  #allocate(node: NodeIdentity, claims: readonly PodClaim[]): readonly ClaimSolution[] | Obstacle {
    if (this.#allocator === undefined || claims.length === 0) return [];
    const pools = this.#pools!.on(node);
    const solutions = this.#allocator.allocate(node, pools, claims);
    if (solutions !== undefined) return solutions;
    return pools.some(({ state }) => state === 'invalid') ? 'invalid pools' : 'no devices';
  }

  /** Whether an allocated claim's devices can be used from the node. */
  #isAvailable(claim: ResourceClaim, node: NodeIdentity): boolean {
    const { nodeSelector } = claim.status!.allocation!;
    if (nodeSelector !== undefined && !selectorMatches(nodeSelector, node)) return false;
    try {
      return isReadyForBinding(claim) || !hasTimedOut(claim, this.#bindingTimeoutMs, this.#cluster.now);
    } catch {
      return false;
    }
  }
}

/** The first of a request's alternatives scores as much, each later one a point less. */
const ALTERNATIVES_MAX = 8;

function alternativesScore({ spec }: ResourceClaim, taken: ReadonlySet<string>): number {
  let score = 0;
  for (const { name, exactly, firstAvailable = [] } of spec.devices?.requests ?? []) {
    if (exactly !== undefined) continue;
    firstAvailable.forEach((alternative, n) => {
      if (taken.has(`${name}/${alternative.name}`)) score += ALTERNATIVES_MAX - n;
    });
  }
  return score;
}

/** @throws AllocationError when the pod cannot have the claim now */
function checkClaim({ key, claim }: PodClaim, pod: Pod, cluster: Cluster): void {
  if (isAllocated(claim)) {
    if ((claim.status?.reservedFor ?? []).length >= RESERVED_FOR_MAX && !isReservedFor(claim, pod))
      throw new AllocationError('resourceclaim in use');
    return;
  }
  if (cluster.store.get(PENDING_ALLOCATION, key) !== undefined)
    throw new AllocationError(`resource claim ${key} is in the process of being allocated`);
  checkClasses(claim, key, cluster);
}

function checkClasses({ spec }: ResourceClaim, key: string, { store }: Cluster): void {
  const check = (request: string, deviceClass: string) => {
    if (classOf(store, deviceClass) === undefined)
      throw new AllocationError(`request ${request}: device class ${deviceClass} does not exist`);
  };
  for (const { name, exactly, firstAvailable = [] } of spec.devices?.requests ?? []) {
    if (exactly !== undefined) check(name, exactly.deviceClassName);
    else if (firstAvailable.length > 0)
      for (const one of firstAvailable) check(`${name}/${one.name}`, one.deviceClassName);
    else throw new AllocationError(`resource claim ${key}, request ${name}: unknown request type`);
  }
}
