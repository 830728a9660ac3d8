// Extended resources that device classes back: a pod that asks for one gets it from the node's device plugin, or devices of
// the class, without a claim of its own.
import type { DeviceClass } from '../../model/devices.ts';
import { isExtendedResource, requestsOf } from '../../model/pod-resources.ts';
import type { Container, Pod } from '../../model/types.ts';
import type { ObjectStore } from '../../state/object-store.ts';

/** Every class backs a resource of this prefix and its name. */
const IMPLICIT_PREFIX = 'deviceclass.resource.kubernetes.io/';

/** The class that backs each resource. */
export type Backing = ReadonlyMap<string, DeviceClass>;

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

const known = new WeakMap<ObjectStore, { version: number; backing: Backing }>();

/** The classes that back extended resources, as they are now. */
export function backingOf(store: ObjectStore): Backing {
  const version = store.versionOf('DeviceClass');
  const cached = known.get(store);
  if (cached?.version === version) return cached.backing;
  const backing = findBacking([...store.list<DeviceClass>('DeviceClass')]);
  known.set(store, { version, backing });
  return backing;
}

/**
 * Of classes that name one resource, the youngest backs it, and among those of one age the first by name. The classes are
 * taken by name, as a scheduler that starts is told of them; one that comes too late with its resource backs nothing.
 */
function findBacking(classes: DeviceClass[]): Backing {
  const backing = new Map<string, DeviceClass>();
  for (const one of classes.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))) {
    const { extendedResourceName } = one.spec ?? {};
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

function nameOf({ metadata }: DeviceClass): string {
  return metadata?.name ?? '';
}

function createdAt({ metadata }: DeviceClass): number {
  return metadata?.creationTimestamp === undefined ? 0 : Date.parse(metadata.creationTimestamp);
}
