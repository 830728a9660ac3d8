// Extended resources that device classes back: a pod that asks for one gets it from the node's device plugin, or devices of
// the class, without a claim of its own.
import { parseQuantity, quantityValue, type Quantity } from '../../model/quantity.ts';
import type { Container, Pod } from '../../model/types.ts';
import type { ObjectStore } from '../../state/object-store.ts';
import { isExtendedResource, requestsOf } from '../../model/pod-resources.ts';
import type { DeviceClass, DeviceRequest } from './types.ts';

/** Every class backs a resource of this prefix and its name. */
const IMPLICIT_PREFIX = 'deviceclass.resource.kubernetes.io/';
const UNIT: Quantity = 1_000_000_000n;

/** The class that backs each resource. */
export type Backing = ReadonlyMap<string, DeviceClass>;

/** Which request of the special claim serves a container's request for a resource. */
export interface RequestMapping {
  containerName: string;
  resourceName: string;
  requestName: string;
}

/** Whether a device class can back the resource. */
export function isBackable(resource: string): boolean {
  return resource.includes('/') && (isExtendedResource(resource) || resource.startsWith(IMPLICIT_PREFIX));
}

/** Whether the pod asks for some of what a device class can back. */
export function asksForBackable({ spec }: Pod): boolean {
  if (spec === undefined) return false;
  return someAsks(spec.containers) || someAsks(spec.initContainers) || someBackable(spec.overhead);
}

function someAsks(containers: readonly Container[] | undefined): boolean {
  if (containers === undefined) return false;
  for (const { resources } of containers) if (someBackable(resources?.requests)) return true;
  return false;
}

function someBackable(list: Readonly<Record<string, string>> | undefined): boolean {
  for (const resource in list) if (isBackable(resource)) return true;
  return false;
}

const known = new WeakMap<ObjectStore, { generation: number; backing: Backing }>();

/** The classes that back extended resources, as they are now. */
export function backingOf(store: ObjectStore): Backing {
  const generation = store.generation('DeviceClass');
  const cached = known.get(store);
  if (cached?.generation === generation) return cached.backing;
  const backing = findBacking([...store.list<DeviceClass>('DeviceClass')]);
  known.set(store, { generation, backing });
  return backing;
}

/**
 * Of classes that name one resource, the youngest backs it, and among those of one age the first by name. The classes are
 * taken by name, as a scheduler that starts is told of them; one that comes too late with its resource backs nothing.
 */
function findBacking(classes: DeviceClass[]): Backing {
  const backing = new Map<string, DeviceClass>();
  for (const one of classes.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))) {
    const { extendedResourceName } = one.spec;
    if (extendedResourceName !== undefined) {
      const other = backing.get(extendedResourceName);
      if (other !== undefined && createdAt(one) <= createdAt(other)) continue;
      backing.set(extendedResourceName, one);
    }
    backing.set(IMPLICIT_PREFIX + nameOf(one), one);
  }
  return backing;
}

/** The resources that the class names. */
export function resourcesOf(deviceClass: DeviceClass): string[] {
  const { extendedResourceName } = deviceClass.spec;
  const implicit = IMPLICIT_PREFIX + nameOf(deviceClass);
  return extendedResourceName === undefined ? [implicit] : [extendedResourceName, implicit];
}

/** The resources that the pod asks for and a class can back, each with its amount; undefined when no class backs any. */
export function backedRequestsOf(pod: Pod, backing: Backing): Map<string, number> | undefined {
  const requests = new Map<string, number>();
  let isBacked = false;
  for (const [resource, amount] of requestsOf(pod)) {
    if (amount === 0 || !isBackable(resource)) continue;
    requests.set(resource, amount);
    isBacked ||= backing.has(resource);
  }
  return isBacked ? requests : undefined;
}

/** What tells pods apart that ask for backable resources: which container asks for what. */
export function extendedResourcesText(pod: Pod): string | undefined {
  if (!asksForBackable(pod)) return undefined;
  const inits = pod.spec?.initContainers?.length ?? 0;
  return JSON.stringify([
    inits,
    containersOf(pod).map(({ restartPolicy, resources }) => [
      restartPolicy,
      Object.entries(resources?.requests ?? {}).sort(),
    ]),
  ]);
}

/** What the special claim of a pod asks for. */
export interface SpecialRequests {
  requests: DeviceRequest[];
  mappings: RequestMapping[];
}

/**
 * The requests of the special claim for the devices of some resources. Containers that run one after another share a
 * request, and use again what containers after them will have.
 */
export function specialRequestsOf(pod: Pod, resources: readonly string[], backing: Backing): SpecialRequests {
  const requests: DeviceRequest[] = [];
  const mappings: RequestMapping[] = [];
  for (const resource of [...resources].sort()) {
    const found = requestsForResource(pod, resource, nameOf(backing.get(resource)!));
    requests.push(...found.requests);
    mappings.push(...found.mappings);
  }
  return { requests: requests.sort((one, two) => (one.name < two.name ? -1 : 1)), mappings };
}

function requestsForResource(pod: Pod, resource: string, deviceClassName: string): SpecialRequests {
  const containers = containersOf(pod);
  const inits = pod.spec?.initContainers?.length ?? 0;
  const isShort = (index: number) => index < inits && containers[index]!.restartPolicy !== 'Always';
  const ask = (index: number, reusable: readonly (DeviceRequest | undefined)[]) =>
    requestOfContainer({ container: containers[index]!, index, resource, deviceClassName, reusable });
  const long: (DeviceRequest | undefined)[] = containers.map(() => undefined);
  const mappings: RequestMapping[] = [];
  containers.forEach((_, index) => {
    if (isShort(index)) return;
    const asked = ask(index, []);
    long[index] = asked.request;
    mappings.push(...asked.mappings);
  });
  let largest: DeviceRequest | undefined;
  const shortNames = new Set<string>();
  const shortMappings: RequestMapping[] = [];
  containers.forEach((_, index) => {
    if (!isShort(index)) return;
    const { request, mappings: own } = ask(index, long.slice(index));
    shortMappings.push(...own);
    if (request === undefined) return;
    shortNames.add(request.name);
    if (largest === undefined || countOf(request) > countOf(largest)) largest = request;
  });
  for (const mapping of shortMappings) {
    const { requestName } = mapping;
    mappings.push(shortNames.has(requestName) ? { ...mapping, requestName: largest!.name } : mapping);
  }
  const requests = [largest, ...long].filter((request) => request !== undefined);
  return { requests, mappings };
}

interface Asking {
  container: Container;
  index: number;
  resource: string;
  deviceClassName: string;
  /** Requests whose devices the container can use before it needs its own. */
  reusable: readonly (DeviceRequest | undefined)[];
}

function requestOfContainer(asking: Asking): { request?: DeviceRequest; mappings: RequestMapping[] } {
  const { container, index, resource, deviceClassName, reusable } = asking;
  const asked = container.resources?.requests ?? {};
  const quantity = Object.hasOwn(asked, resource) ? parseQuantity(asked[resource]!) : 0n;
  const mappings: RequestMapping[] = [];
  if (quantity === 0n || quantity % UNIT !== 0n) return { mappings };
  const amount = quantityValue(quantity);
  const use = (requestName: string) =>
    mappings.push({ containerName: container.name, resourceName: resource, requestName });
  let found = 0;
  for (const request of reusable) {
    if (request === undefined) continue;
    found += countOf(request);
    use(request.name);
    if (found >= amount) return { mappings };
  }
  const name = `container-${index}-request-${Object.keys(asked).sort().indexOf(resource)}`;
  use(name);
  const exactly = { deviceClassName, allocationMode: 'ExactCount', count: amount - found };
  return { request: { name, exactly }, mappings };
}

function countOf({ exactly }: DeviceRequest): number {
  return exactly?.count ?? 0;
}

/** Init containers come first. */
function containersOf({ spec }: Pod): readonly Container[] {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
}

function nameOf({ metadata }: DeviceClass): string {
  return metadata?.name ?? '';
}

function createdAt({ metadata }: DeviceClass): number {
  return metadata?.creationTimestamp === undefined ? 0 : Date.parse(metadata.creationTimestamp);
}
