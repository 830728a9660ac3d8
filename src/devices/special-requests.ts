// What a pod's special claim asks for: the devices for its extended resources that device classes back.
import { parseQuantity, quantityValue, type Quantity } from '../model/quantity.ts';
import type { Container, Pod } from '../model/types.ts';
import { asksForBackable, type Backing } from '../plugins/common/extended-resources.ts';
import type { DeviceRequest } from './types.ts';

const UNIT: Quantity = 1_000_000_000n;

/** Which request of the special claim serves a container's request for a resource. */
export interface RequestMapping {
  containerName: string;
  resourceName: string;
  requestName: string;
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
    const found = requestsForResource(pod, resource, backing.get(resource)!.metadata?.name ?? '');
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
