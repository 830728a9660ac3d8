// The requests of a claim, with what is known of each before any device is chosen.
import { consumedBy, hasRoomFor } from './capacity.ts';
import { deviceMatchesNode, type NodeIdentity } from './node-selection.ts';
import type { Pool } from './pools.ts';
import { SEARCH_COSTS, type SearchBudget } from './search-budget.ts';
import { deviceMatches } from './selectors.ts';
import {
  AllocationError,
  type Device,
  type DeviceClass,
  type DeviceRequest,
  type ExactRequest,
  type ResourceClaim,
  type ResourceSlice,
} from './types.ts';

/** A device where it was found. */
export interface FoundDevice {
  readonly pool: Pool;
  readonly slice: ResourceSlice;
  readonly device: Device;
}

/** One way to serve a request: the request itself, or one of its alternatives. */
export interface Alternative {
  readonly request: ExactRequest;
  /** Name of the request that this is an alternative of. */
  readonly parent?: string;
  readonly class: DeviceClass;
  readonly count: number;
  /** The devices that a request for all of them means. */
  readonly all?: readonly FoundDevice[];
}

/** A claim's requests with their alternatives, of which the first that works is taken. */
export interface ClaimRequests {
  readonly claim: ResourceClaim;
  readonly key: string;
  readonly requests: readonly (readonly Alternative[])[];
}

/** Devices that a claim can hold. */
export const DEVICES_MAX = 32;

/** What the requests of claims are worked out from, for one node. */
export interface RequestContext {
  readonly node: NodeIdentity;
  readonly pools: readonly Pool[];
  readonly budget: SearchBudget;
  classOf(name: string): DeviceClass | undefined;
}

/**
 * The requests of a claim on a node.
 * @throws AllocationError when they can never be served as they are
 */
export function requestsOf(claim: ResourceClaim, key: string, context: RequestContext): ClaimRequests {
  let least = 0;
  const requests = (claim.spec.devices?.requests ?? []).map((request) => {
    const alternatives = alternativesOf(request, key, context);
    const count = Math.min(...alternatives.map((alternative) => alternative.count));
    if (count > DEVICES_MAX - least) {
      throw new AllocationError(
        `claim ${key}, request ${request.name}: adding ${count} devices exceeds the claim limit of ${DEVICES_MAX}, with ${least} already accounted for`,
      );
    }
    least += count;
    return alternatives;
  });
  return { claim, key, requests };
}

/** A request's name as results and configurations name it. */
export function qualifiedRequest({ request, parent }: Alternative): string {
  return parent === undefined ? request.name : `${parent}/${request.name}`;
}

/** Whether the device satisfies the class and the request and can be used from the node. */
export function isSelectable(
  { slice, device }: FoundDevice,
  { request, class: deviceClass }: Pick<Alternative, 'request' | 'class'>,
  claim: string,
  node: NodeIdentity,
): boolean {
  const { driver, pool, perDeviceNodeSelection } = slice.spec;
  const place = { driver, pool: pool.name, device };
  const ofClass = deviceClass.spec.selectors ?? [];
  return (
    deviceMatches(place, ofClass, `class ${deviceClass.metadata?.name ?? ''}`) &&
    deviceMatches(place, request.selectors, `claim ${claim}`) &&
    (!perDeviceNodeSelection || deviceMatchesNode(device, node))
  );
}

function alternativesOf(request: DeviceRequest, claim: string, context: RequestContext): Alternative[] {
  const { name, exactly, firstAvailable } = request;
  if (firstAvailable !== undefined && firstAvailable.length > 0) {
    return firstAvailable.map((subrequest) => ({
      ...alternativeOf(exactOf(subrequest), claim, context),
      parent: name,
    }));
  }
  if (exactly === undefined)
    throw new AllocationError(`claim ${claim}, request ${name}: unknown request type`);
  return [alternativeOf(exactOf({ ...exactly, name }), claim, context)];
}

type RequestFields = NonNullable<DeviceRequest['exactly']> & { name: string };

/** The request with the API server's defaults. */
function exactOf(fields: RequestFields): ExactRequest {
  const allocationMode = fields.allocationMode ?? 'ExactCount';
  return {
    name: fields.name,
    deviceClassName: fields.deviceClassName,
    allocationMode,
    count: fields.count ?? 1,
    adminAccess: fields.adminAccess ?? false,
    selectors: fields.selectors ?? [],
    tolerations: fields.tolerations ?? [],
    capacity: fields.capacity?.requests ?? {},
  };
}

function alternativeOf(request: ExactRequest, claim: string, context: RequestContext): Alternative {
  const where = `claim ${claim}, request ${request.name}`;
  request.selectors.forEach(({ cel }, n) => {
    if (cel !== undefined) return;
    throw new AllocationError(`${where}, selector #${n}: CEL expression empty (unsupported selector type?)`);
  });
  const deviceClass = context.classOf(request.deviceClassName);
  if (deviceClass === undefined) {
    const { deviceClassName: name } = request;
    throw new AllocationError(`${where}: could not retrieve device class ${name}: it does not exist`);
  }
  const known = { request, class: deviceClass };
  if (request.allocationMode === 'ExactCount') return { ...known, count: request.count };
  if (request.allocationMode !== 'All')
    throw new AllocationError(`${where}: unsupported count mode ${request.allocationMode}`);
  const all: FoundDevice[] = [];
  for (const pool of context.pools) {
    if (pool.state !== 'usable') {
      const state = pool.state === 'incomplete' ? 'being updated' : 'invalid';
      throw new AllocationError(
        `${where}: asks for all devices, but resource pool ${pool.driver}/${pool.name} is currently ${state}`,
      );
    }
    for (const slice of pool.slices) {
      for (const device of slice.spec.devices ?? []) {
        context.budget.pay(SEARCH_COSTS.comparison, context.node.name);
        const found = { pool, slice, device };
        if (!isSelectable(found, known, claim, context.node)) continue;
        // what others have taken is checked later: all devices means those that are in use, too
        const capacities = device.capacity ?? {};
        const consumed = consumedBy(request.capacity, capacities);
        if (consumed !== undefined && hasRoomFor(consumed, capacities, [])) all.push(found);
      }
    }
  }
  return { ...known, count: all.length, all };
}
