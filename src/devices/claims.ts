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

/** The claims of a pod in the order of its spec, or why it cannot have them now. */
export function claimsOf(pod: Pod, store: ObjectStore): PodClaim[] | { problem: string } {
  const namespace = pod.metadata?.namespace ?? 'default';
  const claims: PodClaim[] = [];
  for (const { name, resourceClaimName, resourceClaimTemplateName } of pod.spec?.resourceClaims ?? []) {
    let claimName = resourceClaimName;
    if (claimName === undefined) {
      const pods = `pod "${namespace}/${pod.metadata?.name ?? ''}"`;
      if (resourceClaimTemplateName === undefined)
        return { problem: `${pods}, spec.resourceClaim "${name}": none of the supported fields are set` };
      const status = pod.status?.resourceClaimStatuses?.find((candidate) => candidate.name === name);
      if (status === undefined) return { problem: `${pods}: ResourceClaim not created yet` };
      // the template asked for no claim
      if (status.resourceClaimName === undefined) continue;
      claimName = status.resourceClaimName;
    }
    const key = `${namespace}/${claimName}`;
    const claim = store.get<ResourceClaim>('ResourceClaim', key);
    if (claim === undefined) return { problem: `could not find ResourceClaim "${key}"` };
    if (claim.metadata?.deletionTimestamp !== undefined)
      return { problem: `resourceclaim "${claimName}" is being deleted` };
    if (resourceClaimName === undefined && !isControlledBy(claim, pod)) {
      const of = `${namespace}/${pod.metadata?.name ?? ''}`;
      return { problem: `ResourceClaim ${key} was not created for Pod ${of} (Pod is not owner)` };
    }
    claims.push({ key, claim });
  }
  return claims;
}

/** The claims that the pod names or that were made for it, by "namespace/name", be they there or not. */
export function claimNamesOf({ metadata, spec, status }: Pod): string[] {
  return (spec?.resourceClaims ?? []).flatMap(({ name, resourceClaimName }) => {
    const made = status?.resourceClaimStatuses?.find((candidate) => candidate.name === name);
    const claim = resourceClaimName ?? made?.resourceClaimName;
    return claim === undefined ? [] : [`${metadata?.namespace ?? 'default'}/${claim}`];
  });
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
