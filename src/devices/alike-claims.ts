// What matters of a pod's resource claims for its class. A claim that was made from a template for the pod, and that nobody
// else names, is the pod's own: what counts then is what it asks for. All others are told apart by their names.
import { objectKey, type Pod } from '../model/types.ts';
import { alikeText } from '../plugins/common/alike-text.ts';
import { PENDING_ALLOCATION } from '../plugins/dynamic-resources/kinds.ts';
import type { Cluster } from '../state/cluster.ts';
import { claimReferencesOf, isAllocated, isControlledBy, namesClaims, type PodClaim } from './claims.ts';
import type { ResourceClaim } from './types.ts';

/** Pods whose texts are equal are alike as to their claims; undefined for a pod without any. */
export function claimsText(pod: Pod, cluster: Cluster): string | undefined {
  if (!namesClaims(pod)) return undefined;
  const namespace = pod.metadata?.namespace ?? 'default';
  const texts = claimReferencesOf(pod).map(({ name, origin, isSeenTo, claimName }): unknown => {
    if (origin === 'named') return ['named', namespace, claimName];
    // the template asked for no claim
    if (isSeenTo && claimName === undefined) return 'none';
    const key = `${namespace}/${claimName}`;
    const claim = cluster.store.get<ResourceClaim>('ResourceClaim', key);
    if (claim !== undefined && isOwn(pod, { key, claim }, cluster)) return requestsText(claim);
    return [name, claimName, pod.metadata?.uid, objectKey(pod)];
  });
  return JSON.stringify(texts);
}

/** Whether the claim is the pod's alone, has no devices yet, and asks for what is understood. */
export function isOwn(pod: Pod, { key, claim }: PodClaim, { store, namedClaims }: Cluster): boolean {
  return (
    !isAllocated(claim) &&
    claim.metadata?.deletionTimestamp === undefined &&
    isControlledBy(claim, pod) &&
    !namedClaims.has(key) &&
    store.get(PENDING_ALLOCATION, key) === undefined &&
    requestsText(claim) !== undefined
  );
}

const texts = new WeakMap<ResourceClaim, string | undefined>();

/** All that decides on a claim without devices; undefined where a request is of an unknown kind, or very long. Claims are replaced, never changed. */
function requestsText(claim: ResourceClaim): string | undefined {
  if (!texts.has(claim)) {
    const { requests = [], constraints } = claim.spec.devices ?? {};
    const isKnown = requests.every(
      ({ exactly, firstAvailable = [] }) => exactly !== undefined || firstAvailable.length > 0,
    );
    texts.set(claim, isKnown ? alikeText([requests, constraints]) : undefined);
  }
  return texts.get(claim);
}

/** Whether devices are scored by which of a request's alternatives they serve. */
export function hasAlternatives({ spec }: ResourceClaim): boolean {
  return (spec.devices?.requests ?? []).some(({ exactly }) => exactly === undefined);
}
