// Device classes, slices and claims as tests need them.
import type { Pod } from '../../src/model/types.ts';
import type {
  AllocationResult,
  Device,
  DeviceClass,
  DeviceRequest,
  ResourceClaim,
  ResourceSlice,
} from '../../src/devices/types.ts';
import { pod } from '../run/fixtures.ts';

export const DRIVER = 'gpu.example.com';
const apiVersion = 'resource.k8s.io/v1';

/** All devices of the driver, unless other selectors say otherwise. */
export function deviceClass(name: string, ...expressions: string[]): DeviceClass {
  const selectors = expressions.map((expression) => ({ cel: { expression } }));
  return { apiVersion, kind: 'DeviceClass', metadata: { name }, spec: { selectors } };
}

/** The slice "node" of a pool of the same name, for that node alone, unless the fields say otherwise. */
export function slice(
  node: string,
  devices: Device[],
  spec: Partial<ResourceSlice['spec']> = {},
  name = node,
): ResourceSlice {
  return {
    apiVersion,
    kind: 'ResourceSlice',
    metadata: { name },
    spec: {
      driver: DRIVER,
      pool: { name: node, generation: 1, resourceSliceCount: 1 },
      nodeName: node,
      devices,
      ...spec,
    },
  };
}

export function devices(...names: string[]): Device[] {
  return names.map((name) => ({ name }));
}

type Exactly = NonNullable<DeviceRequest['exactly']>;

/** A request for one device of the class "gpu". */
export function request(name: string, exactly: Partial<Exactly> = {}): DeviceRequest {
  return { name, exactly: { deviceClassName: 'gpu', allocationMode: 'ExactCount', ...exactly } };
}

/** A request for the first of some alternatives that can be had. */
export function firstOf(name: string, alternatives: Record<string, Partial<Exactly>>): DeviceRequest {
  const firstAvailable = Object.entries(alternatives).map(([alternative, fields]) => ({
    name: alternative,
    deviceClassName: 'gpu',
    allocationMode: 'ExactCount',
    ...fields,
  }));
  return { name, firstAvailable };
}

export function selecting(...expressions: string[]): Pick<Exactly, 'selectors'> {
  return { selectors: expressions.map((expression) => ({ cel: { expression } })) };
}

/** A claim with these requests; with one for one device when there are none. */
export function claim(
  name: string,
  requests: DeviceRequest[] = [request('gpu')],
  fields: Partial<NonNullable<ResourceClaim['spec']['devices']>> = {},
): ResourceClaim {
  return {
    apiVersion,
    kind: 'ResourceClaim',
    metadata: { name, namespace: 'ns', uid: `uid-${name}` },
    spec: { devices: { requests, ...fields } },
  };
}

/** The claim, holding devices of the node's pool. */
export function allocated(of: ResourceClaim, node: string, ...names: string[]): ResourceClaim {
  const results = names.map((device) => ({ request: 'gpu', driver: DRIVER, pool: node, device }));
  const allocation: AllocationResult = {
    devices: { results },
    nodeSelector: {
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }],
    },
  };
  return { ...of, status: { allocation } };
}

/** A pod with claims of these names. */
export function podWith(name: string, ...claims: string[]): Pod {
  const resourceClaims = claims.map((resourceClaimName, n) => ({ name: `claim-${n}`, resourceClaimName }));
  const made = pod(name);
  return { ...made, spec: { ...made.spec!, resourceClaims } };
}

/** A pod with a claim from a template: it, and the claim "NAME-gpu" that was made for it. */
export function replica(name: string, requests: DeviceRequest[]): { pod: Pod; claim: ResourceClaim } {
  const made = claim(`${name}-gpu`, requests);
  const uid = `uid-of-${name}`;
  made.metadata!.ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name, uid, controller: true }];
  const replica = pod(name);
  return {
    claim: made,
    pod: {
      ...replica,
      metadata: { ...replica.metadata, uid },
      spec: { ...replica.spec!, resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'gpu' }] },
      status: { resourceClaimStatuses: [{ name: 'gpu', resourceClaimName: `${name}-gpu` }] },
    },
  };
}
