// DynamicResources: the devices that a pod's resource claims ask for, or hold already, and those that serve its extended
// resources.
import type { Node, Pod } from '../model/types.ts';
import type { RawScore } from '../kernel/program/parts.ts';
import { NODE_AMOUNTS, type Cluster } from '../state/cluster.ts';
import type { ObjectStore } from '../state/object-store.ts';
import { asksForBackable } from '../plugins/common/extended-resources.ts';
import { ALLOCATION_KINDS, DEVICE_KINDS, PENDING_ALLOCATION } from '../plugins/dynamic-resources/kinds.ts';
import { definition } from '../plugins/dynamic-resources/plugin.ts';
import { definePlugin, type PackContext, type Packed, type PluginContext } from '../plugins/plugin.ts';
import { allocationResult } from './allocation-result.ts';
import { claimsText, hasAlternatives, isOwn } from './alike-claims.ts';
import { Attempt } from './attempt.ts';
import { CLAIM_RIGHTS } from './claim-writes.ts';
import { claimNamesOf, claimsOf, isAllocated, namesClaims } from './claims.ts';
import { deviceTotals } from './device-totals.ts';
import { KeptNodeByNode, messageOf, NodeByNode, OBSTACLES } from './node-by-node.ts';
import { ClaimReservation, RESERVATION_RIGHTS, type ReservedClaim } from './reservation.ts';
import { extendedResourcesText } from './special-requests.ts';
import { isSpecialClaimOf, leftClaimOf } from './special-claim.ts';
import type { ResourceClaim } from './types.ts';

export const dynamicResources = definePlugin({
  ...definition,
  reads: {
    containers: ['requests'],
    node: ['labels', 'allocatable'],
    digest: (pod, { cluster }) => claimsText(pod, cluster),
    digestObjects: { kinds: ['ResourceClaim'], concern: namesClaims },
  },
  rights: [...RESERVATION_RIGHTS, ...CLAIM_RIGHTS],
  kinds: [PENDING_ALLOCATION],
  deviceTotals,

  key(pod, { cluster }) {
    const left = hasOwnClaim(pod, cluster.store) ? pod.metadata?.uid : undefined;
    const texts = [claimsText(pod, cluster), extendedResourcesText(pod), left];
    return texts.every((text) => text === undefined) ? {} : { rule: JSON.stringify(texts) };
  },

  ownObjects: (pod) => claimNamesOf(pod).map((key) => `ResourceClaim ${key}`),

  isUnlikeItsTemplate: (pod, { cluster }) => hasOwnClaim(pod, cluster.store),

  pack(pod, context) {
    const { builder, code, weight } = context;
    const unscored = weight === 0 ? undefined : { constant: 0 };
    if (code === 0 || !mayNeedDevices(pod)) return { detail: unscored };
    // claims time out
    const packed: Packed = {
      isForNow: true,
      kinds: [...DEVICE_KINDS, ...ALLOCATION_KINDS, NODE_AMOUNTS],
      detail: unscored,
    };
    let attempt: Attempt;
    try {
      attempt = attemptOf(pod, context);
    } catch (error) {
      return { ...packed, sequential: true, refusal: messageOf(error) };
    }
    // what the pod asks for may be backed by a class that is yet to come
    if (!attempt.isNeeded) return { kinds: ['DeviceClass'], detail: unscored };
    const isScored = weight > 0 && mayDifferInScore(attempt);
    const raw: RawScore | undefined = isScored ? { terms: [], rows: new Map() } : undefined;
    const detail = raw === undefined ? unscored : { slot: builder.normalized(raw, weight) };
    const isLasting = hasOwnClaimsOnly(attempt, pod, context);
    const question = new (isLasting ? KeptNodeByNode : NodeByNode)(attempt, context, raw);
    const explain = (row: number) => question.explain(row);
    return isLasting
      ? { kinds: DEVICE_KINDS, refreshesAfterEach: true, question, explain, detail }
      : { ...packed, sequential: true, question, explain, detail };
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

function attemptOf(pod: Pod, { cluster, profile }: PluginContext): Attempt {
  return new Attempt(pod, cluster, profile.args.DynamicResources.bindingTimeoutSeconds * 1000);
}

/** Whether one node can score more than another: by which alternatives are served. */
function mayDifferInScore({ claims }: Attempt): boolean {
  return claims.some(({ claim }) => hasAlternatives(claim));
}

/** Whether what is found for the pod holds for others of its class, but for what is taken where they are placed. */
function hasOwnClaimsOnly(attempt: Attempt, pod: Pod, { cluster }: PackContext): boolean {
  return !attempt.hasSpecial && attempt.claims.every((known) => isOwn(pod, known, cluster));
}

function mayNeedDevices(pod: Pod): boolean {
  return namesClaims(pod) || asksForBackable(pod);
}

/** Whether an attempt that failed has left the pod a claim for its extended resources. */
function hasOwnClaim(pod: Pod, store: ObjectStore): boolean {
  return asksForBackable(pod) && leftClaimOf(pod, store) !== undefined;
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
