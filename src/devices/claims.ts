// A pod's resource claims: which they are, and what holds each of them.
import type { ApiObject, Pod } from '../model/types.ts';
import type { ObjectStore } from '../state/object-store.ts';
import type { AllocationResult, ResourceClaim } from './types.ts';

/** A claim that a pod needs. */
export interface PodClaim {
  /** "namespace/name". */
  readonly key: string;
  readonly claim: ResourceClaim;
}

/** An allocation that was decided for the claim of the same namespace and name. */
export interface PendingAllocation extends ApiObject {
  allocation: AllocationResult;
}

/** What a pod says of a claim: how it is called, and where its claim comes from. */
export interface ClaimReference {
  readonly name: string;
  readonly origin: 'named' | 'template' | 'nothing';
  /** A template's claim was seen to: it is made, or the template asked for none. */
  readonly isSeenTo: boolean;
  /** Undefined as long as it is not made, and where there is none. */
  readonly claimName: string | undefined;
}

/** In the order of the pod's spec; there may be thousands. */
export function claimReferencesOf({ spec, status }: Pod): ClaimReference[] {
  const made = new Map(status?.resourceClaimStatuses?.map((one) => [one.name, one]));
  return (spec?.resourceClaims ?? []).map(({ name, resourceClaimName, resourceClaimTemplateName }) => ({
    name,
    origin:
      resourceClaimName !== undefined
        ? 'named'
        : resourceClaimTemplateName !== undefined
          ? 'template'
          : 'nothing',
    isSeenTo: made.has(name),
    claimName: resourceClaimName ?? made.get(name)?.resourceClaimName,
  }));
}

/** The claims of a pod in the order of its spec, or why it cannot have them now. */
export function claimsOf(pod: Pod, store: ObjectStore): PodClaim[] | { problem: string } {
  const namespace = pod.metadata?.namespace ?? 'default';
  const claims: PodClaim[] = [];
  for (const { name, origin, isSeenTo, claimName } of claimReferencesOf(pod)) {
    if (origin !== 'named') {
      const pods = `pod "${namespace}/${pod.metadata?.name ?? ''}"`;
      if (origin === 'nothing')
        return { problem: `${pods}, spec.resourceClaim "${name}": none of the supported fields are set` };
      if (!isSeenTo) return { problem: `${pods}: ResourceClaim not created yet` };
      // the template asked for no claim
      if (claimName === undefined) continue;
    }
    const key = `${namespace}/${claimName}`;
    const claim = store.get<ResourceClaim>('ResourceClaim', key);
    if (claim === undefined) return { problem: `could not find ResourceClaim "${key}"` };
    if (claim.metadata?.deletionTimestamp !== undefined)
      return { problem: `resourceclaim "${claimName}" is being deleted` };
    if (origin !== 'named' && !isControlledBy(claim, pod)) {
      const of = `${namespace}/${pod.metadata?.name ?? ''}`;
      return { problem: `ResourceClaim ${key} was not created for Pod ${of} (Pod is not owner)` };
    }
    claims.push({ key, claim });
  }
  return claims;
}

/** The claims that the pod names or that were made for it, by "namespace/name", be they there or not. */
export function claimNamesOf(pod: Pod): string[] {
  const namespace = pod.metadata?.namespace ?? 'default';
  return claimReferencesOf(pod).flatMap(({ claimName }) =>
    claimName === undefined ? [] : [`${namespace}/${claimName}`],
  );
}

export function namesClaims({ spec }: Pod): boolean {
  return spec?.resourceClaims !== undefined && spec.resourceClaims.length > 0;
}

/** Keeps a claim that holds devices from being deleted. */
export const FINALIZER = 'resource.kubernetes.io/delete-protection';

/** Where the API server has the claim. */
export function claimPath({ metadata }: ResourceClaim): string {
  const { namespace = 'default', name = '' } = metadata ?? {};
  return `/apis/resource.k8s.io/v1/namespaces/${namespace}/resourceclaims/${name}`;
}

/** So many pods can share a claim. */
export const RESERVED_FOR_MAX = 256;

export function isReservedFor({ status }: ResourceClaim, pod: Pod): boolean {
  return (status?.reservedFor ?? []).some(({ uid }) => uid === pod.metadata?.uid);
}

export function isAllocated({ status }: ResourceClaim): boolean {
  return status?.allocation !== undefined;
}

export function isControlledBy({ metadata }: ResourceClaim, pod: Pod): boolean {
  const controller = metadata?.ownerReferences?.find((reference) => reference.controller);
  return controller !== undefined && controller.uid === pod.metadata?.uid;
}
