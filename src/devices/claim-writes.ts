// What is written to the API server about claims, besides the allocation and reservation of each.
import type { Right } from '../model/right.ts';
import type { Pod } from '../model/types.ts';
import type { ReservationApi } from '../plugins/plugin.ts';
import { claimPath, FINALIZER } from './claims.ts';
import type { RequestMapping } from './special-requests.ts';
import type { AllocationResult, ResourceClaim } from './types.ts';

/** Of the writes below. */
export const CLAIM_RIGHTS: readonly Right[] = [
  { group: 'resource.k8s.io', resource: 'resourceclaims', verbs: ['create', 'patch', 'delete'] },
  { group: 'resource.k8s.io', resource: 'resourceclaims/status', verbs: ['update'] },
  { group: 'resource.k8s.io', resource: 'resourceclaims/binding', verbs: ['update'] },
  { group: '', resource: 'pods/status', verbs: ['patch'] },
];

/** The claim to be made, and what it gets. */
export interface SpecialAllocation {
  claim: ResourceClaim;
  allocation: AllocationResult;
  mappings: readonly RequestMapping[];
}

export function createClaim(claim: ResourceClaim, api: ReservationApi): Promise<ResourceClaim> {
  const { namespace = 'default' } = claim.metadata ?? {};
  const metadata = { ...claim.metadata, finalizers: [FINALIZER] };
  const path = `/apis/resource.k8s.io/v1/namespaces/${namespace}/resourceclaims`;
  return api.write<ResourceClaim>('POST', path, { ...claim, metadata });
}

/** Tells the kubelet which devices are for which container. */
export async function tellPod(
  { metadata }: Pod,
  resourceClaimName: string,
  requestMappings: readonly RequestMapping[],
  api: ReservationApi,
): Promise<void> {
  const { namespace = 'default', name = '', uid } = metadata ?? {};
  const status = { extendedResourceClaimStatus: { requestMappings, resourceClaimName } };
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/status`;
  await api.write('PATCH', path, { metadata: { uid }, status }, 'application/strategic-merge-patch+json');
}

/** Takes the claim's devices away, unless it has changed since. */
export async function deallocateClaim(claim: ResourceClaim, api: ReservationApi): Promise<void> {
  const body = { ...claim, apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim', status: {} };
  await api.write('PUT', `${claimPath(claim)}/status`, body);
}

/** Deletes the claim; one that is gone already needs nothing more. */
export async function deleteClaim(claim: ResourceClaim, api: ReservationApi): Promise<void> {
  const { uid, finalizers = [] } = claim.metadata ?? {};
  const others = finalizers.filter((finalizer) => finalizer !== FINALIZER);
  const patch = { metadata: { uid, finalizers: others.length === 0 ? null : others } };
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } };
  try {
    await api.write('PATCH', claimPath(claim), patch, 'application/merge-patch+json');
    await api.write('DELETE', claimPath(claim), body);
  } catch (error) {
    if ((error as { status?: unknown }).status !== 404) throw error;
  }
}
