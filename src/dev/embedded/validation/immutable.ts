// Fields that keep the value they were created with.
import { isObject } from '../../../model/shape.ts';
import type { ApiObject, Pod } from '../../../model/types.ts';
import { invalid } from '../http/errors.ts';
import { omit } from '../omit.ts';
import type { Resource } from '../schema/resources.ts';
import { kindOf } from '../store/store.ts';
import { FieldErrors } from './field-errors.ts';

const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  ClusterRoleBinding: ['roleRef'],
  DaemonSet: ['spec.selector'],
  Deployment: ['spec.selector'],
  Job: ['spec.completionMode', 'spec.selector', 'spec.template'],
  PersistentVolumeClaim: ['spec.accessModes', 'spec.selector', 'spec.storageClassName', 'spec.volumeMode'],
  PriorityClass: ['preemptionPolicy', 'value'],
  ReplicaSet: ['spec.selector'],
  ResourceClaim: ['spec'],
  RoleBinding: ['roleRef'],
  RuntimeClass: ['handler'],
  StatefulSet: ['spec.podManagementPolicy', 'spec.selector', 'spec.serviceName', 'spec.volumeClaimTemplates'],
  StorageClass: ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'],
};

/** Throws ApiError 422 where a field has changed that may not. */
export function checkImmutable(resource: Resource, before: ApiObject, next: ApiObject): void {
  const errors = new FieldErrors();
  for (const path of IMMUTABLE[resource.kind] ?? []) {
    const value = valueAt(next, path);
    if (canonical(value) !== canonical(valueAt(before, path))) {
      errors.invalid(path, value ?? null, 'field is immutable');
    }
  }
  if (resource.name === 'pods' && !onlyMutableChanged(before, next)) {
    errors.forbidden(
      'spec',
      'a pod can change only images, activeDeadlineSeconds and terminationGracePeriodSeconds, get more tolerations, and lose scheduling gates',
    );
  }
  if (errors.list.length > 0) throw invalid(kindOf(resource), next.metadata?.name ?? '', errors.list);
}

function valueAt(object: unknown, path: string): unknown {
  return path.split('.').reduce((value: unknown, key) => (isObject(value) ? value[key] : undefined), object);
}

function onlyMutableChanged(before: Pod, next: Pod): boolean {
  const [old, now] = [before.spec, next.spec];
  if (JSON.stringify(old) === JSON.stringify(now)) return true;
  if (old === undefined || now === undefined) return false;
  const gates = (old.schedulingGates ?? []).map(({ name }) => name);
  const hasNewGate = (now.schedulingGates ?? []).some(({ name }) => !gates.includes(name));
  const tolerations = (now.tolerations ?? []).map((one) => JSON.stringify(one));
  const lostToleration = (old.tolerations ?? []).some((one) => !tolerations.includes(JSON.stringify(one)));
  return (
    !hasNewGate && !lostToleration && fixedPart(old, gates.length > 0) === fixedPart(now, gates.length > 0)
  );
}

/** What of a pod's spec stays; a gated pod's node selection may still become narrower. */
function fixedPart(spec: NonNullable<Pod['spec']>, isGated: boolean): string {
  const fixed = omit(
    spec,
    ...([
      'activeDeadlineSeconds',
      'terminationGracePeriodSeconds',
      'tolerations',
      'schedulingGates',
    ] as const),
    ...(isGated ? (['nodeSelector', 'affinity'] as const) : []),
  );
  const withoutImages = (list: typeof spec.containers | undefined) =>
    list?.map((container) => omit(container, 'image'));
  const containers = withoutImages(spec.containers);
  return canonical({ ...fixed, containers, initContainers: withoutImages(spec.initContainers) });
}

/** JSON with the keys of objects in order, since a patch may have changed it. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, field: unknown) =>
    isObject(field) ? Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1))) : field,
  );
}
