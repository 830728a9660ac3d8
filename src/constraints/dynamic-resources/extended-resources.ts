// Extended resources that device classes provide: a pod that asks for one gets devices without a claim of its own.
import type { Pod } from '../../api/types.ts';
import type { ObjectStore } from '../../cluster/object-store.ts';
import { requestsOf } from '../../cluster/pod-resources.ts';
import type { DeviceClass } from './types.ts';

/** Every class provides a resource of this prefix and its name. */
const IMPLICIT_PREFIX = 'deviceclass.resource.kubernetes.io/';

/** The first extended resource of the pod that a device class provides, with the class's name. */
export function deviceResource(
  pod: Pod,
  store: ObjectStore,
): { resource: string; deviceClass: string } | undefined {
  const classes = [...store.list<DeviceClass>('DeviceClass')];
  if (classes.length === 0) return undefined;
  for (const [resource, amount] of requestsOf(pod)) {
    if (amount === 0) continue;
    for (const { metadata, spec } of classes) {
      const deviceClass = metadata?.name ?? '';
      if (resource === spec.extendedResourceName || resource === IMPLICIT_PREFIX + deviceClass)
        return { resource, deviceClass };
    }
  }
  return undefined;
}
