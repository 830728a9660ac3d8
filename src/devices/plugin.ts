// DynamicResources: the devices that a pod's resource claims ask for, or hold already, and those that serve its extended
// resources.
import { CODE_FEASIBLE } from '../../assembly/layout.ts';
import { QuantityError } from '../model/quantity.ts';
import type { Node, Pod } from '../model/types.ts';
import type { RawScore } from '../kernel/program/parts.ts';
import { NODE_AMOUNTS, type Cluster } from '../state/cluster.ts';
import type { ObjectStore } from '../state/object-store.ts';
import { asksForBackable } from '../plugins/common/extended-resources.ts';
import { DEVICE_KINDS, PENDING_ALLOCATION } from '../plugins/dynamic-resources/kinds.ts';
import { definition } from '../plugins/dynamic-resources/plugin.ts';
import {
  unresolvable,
  definePlugin,
  type PluginContext,
  type NodeRejection,
  type PackContext,
  type Packed,
  type Question,
  type Remedy,
} from '../plugins/plugin.ts';
import { allocationResult } from './allocation-result.ts';
import { Attempt, type Obstacle } from './attempt.ts';
import { CLAIM_RIGHTS } from './claim-writes.ts';
import { claimsOf, claimsText, isAllocated } from './claims.ts';
import { deviceTotals } from './device-totals.ts';
import { ClaimReservation, RESERVATION_RIGHTS, type ReservedClaim } from './reservation.ts';
import { extendedResourcesText } from './special-requests.ts';
import { isSpecialClaimOf, leftClaimOf } from './special-claim.ts';
import { AllocationError, type ResourceClaim } from './types.ts';

const OBSTACLES: Readonly<Record<Obstacle, NodeRejection>> = {
  'no devices': unresolvable('cannot allocate all claims'),
  'not available': unresolvable('resourceclaim not available on the node'),
  'invalid pools': unresolvable('invalid resource pools were encountered'),
  missing: unresolvable('cannot fit resource'),
  stale: unresolvable('cannot schedule extended resource claim'),
};

export const dynamicResources = definePlugin({
  ...definition,
  reads: { containers: ['requests'], node: ['labels', 'allocatable'] },
  rights: [...RESERVATION_RIGHTS, ...CLAIM_RIGHTS],
  kinds: [PENDING_ALLOCATION],
  deviceTotals,

  key(pod, { cluster }) {
    const left = hasOwnClaim(pod, cluster.store) ? pod.metadata?.uid : undefined;
    const texts = [claimsText(pod), extendedResourcesText(pod), left];
    return texts.every((text) => text === undefined) ? {} : { rule: JSON.stringify(texts) };
  },

  isUnlikeItsTemplate: (pod, { cluster }) => namesClaims(pod) || hasOwnClaim(pod, cluster.store),

  pack(pod, context) {
    const { builder, code, weight } = context;
    const unscored = weight === 0 ? undefined : { constant: 0 };
    if (code === 0 || !mayNeedDevices(pod)) return { detail: unscored };
    // claims time out
    const packed: Packed = { isForNow: true, kinds: [...DEVICE_KINDS, NODE_AMOUNTS], detail: unscored };
    let attempt: Attempt;
    try {
      attempt = attemptOf(pod, context);
    } catch (error) {
      return { ...packed, sequential: true, refusal: messageOf(error) };
    }
    // what the pod asks for may be backed by a class that is yet to come
    if (!attempt.isNeeded) return { kinds: ['DeviceClass'], detail: unscored };
    const raw: RawScore | undefined = weight === 0 ? undefined : { terms: [], rows: new Map() };
    const detail = raw && { slot: builder.normalized(raw, weight) };
    const question = new NodeByNode(attempt, context, raw);
    return {
      ...packed,
      sequential: true,
      question,
      explain: (row) => question.explain(row),
      detail,
    };
  },

  mayReserve: mayNeedDevices,

  reserve(pod, nodeName, context) {
    const { cluster, profile } = context;
    if (!profile.filters.includes(definition.name)) return undefined;
    const attempt = attemptOf(pod, context);
    if (!attempt.isNeeded) return undefined;
    const found = attempt.on(cluster.nodes.node(cluster.nodes.rowOf(nodeName)!)!);
    if (typeof found === 'string') throw new Error(OBSTACLES[found].reasons[0]);
    const { solutions, special } = found;
    const claims = attempt.claims.map((known): ReservedClaim => {
      const solution = solutions.find(({ claim }) => claim === known.claim);
      return { ...known, ...(solution && { allocation: allocationResult(solution, nodeName) }) };
    });
    if (claims.length === 0 && special === undefined) return undefined;
    return new ClaimReservation({
      store: cluster.store,
      pod,
      claims,
      special: special && { ...special, allocation: allocationResult(solutions.at(-1)!, nodeName) },
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
      return event.after === undefined && event.before !== undefined && mayNeedDevices(event.before);
    }
    const { before, after } = event;
    switch ((after ?? before)?.kind) {
      case 'ResourceClaim':
        return claimHelps(before as ResourceClaim, after as ResourceClaim, pod, cluster);
      case 'ResourceSlice':
        return after !== undefined;
      case 'DeviceClass':
        return after !== undefined;
      case 'DeviceTaintRule':
        return true;
      default:
        return false;
    }
  },
});

/** An attempt counts in tenths of a microsecond, a decision in steps of some nanoseconds. */
const STEPS_A_COST = 20;

/** The message of an error that lies in the objects; any other is thrown on. */
function messageOf(error: unknown): string {
  if (error instanceof AllocationError || error instanceof QuantityError) return error.message;
  throw error;
}

function attemptOf(pod: Pod, { cluster, profile }: PluginContext): Attempt {
  return new Attempt(pod, cluster, profile.args.DynamicResources.bindingTimeoutSeconds * 1000);
}

/** What the pod needs is asked for on one node after another. */
class NodeByNode implements Question {
  readonly #attempt: Attempt;
  readonly #context: PackContext;
  readonly #raw?: RawScore;
  readonly #explanations = new Map<number, NodeRejection>();
  readonly #errors = new Map<number, string>();

  /** `raw` is where the scores go, if there are any. */
  constructor(attempt: Attempt, context: PackContext, raw: RawScore | undefined) {
    this.#attempt = attempt;
    this.#context = context;
    this.#raw = raw;
  }

  ask(row: number): number {
    const { cluster, builder, code } = this.#context;
    const before = this.#attempt.spent;
    try {
      const found = this.#attempt.on(cluster.nodes.node(row)!);
      if (typeof found !== 'string') {
        if (this.#raw !== undefined) builder.setRaw(this.#raw, row, this.#attempt.scoreOf(found));
        return CODE_FEASIBLE;
      }
      this.#explanations.set(row, OBSTACLES[found]);
    } catch (error) {
      const message = messageOf(error);
      this.#errors.set(row, message);
      this.#explanations.set(row, unresolvable(message));
    } finally {
      builder.effort.note(STEPS_A_COST * (this.#attempt.spent - before));
    }
    return code;
  }

  errorOn(row: number): string | undefined {
    return this.#errors.get(row);
  }

  remedy(): Remedy | undefined {
    return this.#attempt.remedy();
  }

  explain(row: number): NodeRejection {
    return this.#explanations.get(row)!;
  }
}

function mayNeedDevices(pod: Pod): boolean {
  return claimsText(pod) !== undefined || asksForBackable(pod);
}

/** Whether an attempt that failed has left the pod a claim for its extended resources. */
/** Its claims are its own, whatever they are made from. */
function namesClaims({ spec }: Pod): boolean {
  return spec?.resourceClaims !== undefined && spec.resourceClaims.length > 0;
}

function hasOwnClaim(pod: Pod, store: ObjectStore): boolean {
  return leftClaimOf(pod, store) !== undefined && asksForBackable(pod);
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
  if (after === undefined) return isAllocated(before!) || isSpecialClaimOf(before!, pod);
  const claims = claimsOf(pod, store);
  if ('problem' in claims) return false;
  if (before !== undefined && isAllocated(before) && !isAllocated(after)) return true;
  if (!claims.some(({ claim }) => claim.metadata?.uid === after.metadata?.uid)) return false;
  return before === undefined || JSON.stringify(before.status) !== JSON.stringify(after.status);
}
