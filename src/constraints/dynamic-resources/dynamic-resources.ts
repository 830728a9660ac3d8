// DynamicResources: the devices that a pod's resource claims ask for, or hold already.
import { DETAIL_DYNAMIC_RESOURCES } from '../../../assembly/layout.ts';
import { QuantityError } from '../../api/quantity.ts';
import type { Node, Pod } from '../../api/types.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { unresolvable, type Constraint, type Packed } from '../constraint.ts';
import { allowsNode } from '../node-selectors.ts';
import { keepsOff, tolerationsOf, tolerates, UNSCHEDULABLE_TAINT } from '../taints.ts';
import { allocationResult } from './allocation-result.ts';
import { Allocator, type ClaimSolution } from './allocator.ts';
import { isReadyForBinding } from './binding-conditions.ts';
import { claimsOf, claimsText, isAllocated, PENDING_ALLOCATION, type PodClaim } from './claims.ts';
import { allocatedDevices, classOf, DEVICE_KINDS, DevicePools } from './devices.ts';
import { deviceResource } from './extended-resources.ts';
import { selectorMatches, type NodeIdentity } from './node-selection.ts';
import { ClaimReservation } from './reservation.ts';
import { AllocationError, type ResourceClaim } from './types.ts';

const NAME = 'DynamicResources';
const REASONS = [
  unresolvable('cannot allocate all claims'),
  unresolvable('resourceclaim not available on the node'),
  unresolvable('invalid resource pools were encountered'),
];
const REASON_NO_DEVICES = 0;
const REASON_NOT_AVAILABLE = 1;
const REASON_INVALID_POOLS = 2;
/** The first of a request's alternatives scores as much, each later one a point less. */
const ALTERNATIVES_MAX = 8;

export const dynamicResources: Constraint = {
  name: NAME,
  kinds: DEVICE_KINDS,

  key: (pod) => ({ rule: claimsText(pod) }),

  unbuilt(pod, { cluster }) {
    const found = deviceResource(pod, cluster.store);
    return found && `the extended resource ${found.resource} of device class ${found.deviceClass}`;
  },

  pack(pod, { cluster, packer, code, weight }) {
    const unscored = weight === 0 ? undefined : { constant: 0 };
    if (code === 0 || claimsText(pod) === undefined) return { detail: unscored };
    const packed: Packed = { kinds: DEVICE_KINDS, oneByOne: true, detail: unscored };
    const decided = decide(pod, cluster);
    if ('problem' in decided) return { ...packed, refusal: decided.problem };
    const scores = new Map<number, number>();
    for (const [row, outcome] of decided.rows) {
      if (typeof outcome === 'number') packer.rejectRow(row, code + outcome);
      else scores.set(row, scoreOf(outcome));
    }
    const isScored = weight !== 0 && [...scores.values()].some((score) => score > 0);
    if (isScored) packer.normalized({ terms: [], rows: scores }, weight, false, DETAIL_DYNAMIC_RESOURCES);
    return {
      ...packed,
      explain: (_, reason) => REASONS[reason]!,
      detail: isScored ? { slot: DETAIL_DYNAMIC_RESOURCES } : unscored,
    };
  },

  reserve(pod, nodeName, { cluster, profile }) {
    if (claimsText(pod) === undefined || !profile.filters.includes(NAME)) return undefined;
    const row = cluster.nodes.rowOf(nodeName)!;
    const attempt = new Attempt(pod, cluster);
    const outcome = attempt.on(cluster.nodes.node(row)!);
    if (typeof outcome === 'number') throw new Error(REASONS[outcome]!.reasons[0]);
    const { claims } = attempt;
    if (claims.length === 0) return undefined;
    return new ClaimReservation({
      store: cluster.store,
      pod,
      claims: claims.map((known) => {
        const solution = outcome.find(({ claim }) => claim === known.claim);
        return { ...known, ...(solution && { allocation: allocationResult(solution, nodeName) }) };
      }),
      bindingTimeoutMs: profile.args.DynamicResources.bindingTimeoutSeconds * 1000,
    });
  },

  helps(event, pod, { cluster }) {
    if (event.kind === 'Node') return nodeHelps(event.before, event.after);
    if (event.kind === 'TargetPod') {
      const statuses = ({ status }: Pod) => JSON.stringify(status?.resourceClaimStatuses);
      if (statuses(event.before) === statuses(event.after)) return false;
      return !('problem' in claimsOf(event.after, cluster.store));
    }
    if (event.kind === 'AssignedPod') {
      // its devices were not written yet: no claim will tell that they are free again
      return event.after === undefined && (event.before?.spec?.resourceClaims ?? []).length > 0;
    }
    const { before, after } = event;
    switch ((after ?? before)?.kind) {
      case 'ResourceClaim':
        return claimHelps(before as ResourceClaim, after as ResourceClaim, pod, cluster);
      case 'ResourceSlice':
        return after !== undefined;
      case 'DeviceClass':
        // without the class the pod's extended resource is an ordinary one
        return after !== undefined || deviceResource(pod, cluster.store) === undefined;
      case 'DeviceTaintRule':
        return true;
      default:
        return false;
    }
  },
};

/** A rejection by its reason, or the devices for the claims that have none yet. */
type NodeOutcome = number | readonly ClaimSolution[];

/** What becomes of the pod on each node, or why no node needs to be asked. */
function decide(pod: Pod, cluster: Cluster): { rows: Map<number, NodeOutcome> } | { problem: string } {
  const rows = new Map<number, NodeOutcome>();
  const { nodes } = cluster;
  let attempt: Attempt;
  try {
    attempt = new Attempt(pod, cluster);
  } catch (error) {
    return { problem: messageOf(error) };
  }
  for (let row = 0; row < nodes.columns.rows; row++) {
    const node = nodes.node(row);
    if (node === undefined) continue;
    try {
      rows.set(row, attempt.on(node));
    } catch (error) {
      const message = messageOf(error);
      // a node that is out of the question for another reason is not asked for devices
      if (isAsked(pod, node)) return { problem: message };
      rows.set(row, REASON_NO_DEVICES);
    }
  }
  return { rows };
}

/** The message of an error that lies in the objects; any other is thrown on. */
function messageOf(error: unknown): string {
  if (error instanceof AllocationError || error instanceof QuantityError) return error.message;
  throw error;
}

/** A pod's claims, and what can be allocated for them on each node. */
class Attempt {
  readonly claims: readonly PodClaim[];
  readonly #toAllocate: readonly PodClaim[];
  readonly #pools: DevicePools;
  readonly #allocator?: Allocator;

  /** Throws AllocationError when the pod cannot have its claims on any node. */
  constructor(pod: Pod, cluster: Cluster) {
    const { store } = cluster;
    const claims = claimsOf(pod, store);
    if ('problem' in claims) throw new AllocationError(claims.problem);
    this.claims = claims;
    this.#toAllocate = claims.filter(({ claim }) => !isAllocated(claim));
    this.#pools = DevicePools.of(cluster);
    for (const { key, claim } of this.#toAllocate) {
      if (store.get(PENDING_ALLOCATION, key) !== undefined)
        throw new AllocationError(`resource claim ${key} is in the process of being allocated`);
      checkClasses(claim, key, cluster);
    }
    if (this.#toAllocate.length > 0)
      this.#allocator = new Allocator(allocatedDevices(store), (name) => classOf(store, name));
  }

  /** What becomes of the pod on the node. Throws AllocationError when a claim, a class or a slice is at fault. */
  on(node: NodeIdentity): NodeOutcome {
    const available = this.claims.every(({ claim }) => !isAllocated(claim) || isAvailable(claim, node));
    if (this.#allocator === undefined) return available ? [] : REASON_NOT_AVAILABLE;
    const pools = this.#pools.on(node);
    const solutions = this.#allocator.allocate(node, pools, this.#toAllocate);
    if (solutions === undefined) {
      return pools.some(({ state }) => state === 'invalid') ? REASON_INVALID_POOLS : REASON_NO_DEVICES;
    }
    return available ? solutions : REASON_NOT_AVAILABLE;
  }
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

/** Whether an allocated claim's devices can be used from the node. */
function isAvailable(claim: ResourceClaim, node: NodeIdentity): boolean {
  const { nodeSelector } = claim.status!.allocation!;
  if (nodeSelector !== undefined && !selectorMatches(nodeSelector, node)) return false;
  try {
    isReadyForBinding(claim);
    return true;
  } catch {
    return false;
  }
}

/** Whether the filters before this one let the pod on the node, as far as they look at the node alone. */
function isAsked(
  pod: Pod,
  { name, labels, taints, unschedulable }: NonNullable<ReturnType<Cluster['nodes']['node']>>,
): boolean {
  const tolerations = tolerationsOf(pod);
  return (
    (!pod.spec?.nodeName || pod.spec.nodeName === name) &&
    (!unschedulable || tolerates(tolerations, UNSCHEDULABLE_TAINT)) &&
    !keepsOff(taints, tolerations) &&
    allowsNode(pod, { metadata: { name, labels } })
  );
}

/** The earlier the alternatives that are taken, the more. */
function scoreOf(solutions: readonly ClaimSolution[]): number {
  let score = 0;
  for (const { claim, alternatives, devices } of solutions) {
    (claim.spec.devices?.requests ?? []).forEach(({ firstAvailable = [] }, n) => {
      const taken = alternatives[n];
      if (taken?.parent === undefined) return;
      // an alternative that took no device was not chosen
      if (!devices.some(({ alternative }) => alternative === taken)) return;
      score += ALTERNATIVES_MAX - firstAvailable.findIndex(({ name }) => name === taken.request.name);
    });
  }
  return score;
}

function nodeHelps(before: Node | undefined, after: Node | undefined): boolean {
  if (after === undefined) return false;
  const read = ({ metadata, status }: Node) => JSON.stringify([metadata?.labels, status?.allocatable]);
  return before === undefined || read(before) !== read(after);
}

function claimHelps(
  before: ResourceClaim | undefined,
  after: ResourceClaim | undefined,
  pod: Pod,
  { store }: Cluster,
): boolean {
  if (after === undefined) return isAllocated(before!);
  const claims = claimsOf(pod, store);
  if ('problem' in claims) return false;
  if (before !== undefined && isAllocated(before) && !isAllocated(after)) return true;
  if (!claims.some(({ claim }) => claim.metadata?.uid === after.metadata?.uid)) return false;
  return before === undefined || JSON.stringify(before.status) !== JSON.stringify(after.status);
}
