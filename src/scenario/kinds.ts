// What kind an object is, by what it says or by its shape, and which kinds scheduling reads.
import { isObject } from '../model/shape.ts';
import type { ApiObject } from '../model/types.ts';
import { workloadOf } from '../workloads/index.ts';

/** The group of each kind that scheduling reads, and whether it stands in a namespace. */
const READ: Readonly<Record<string, { group: string; namespaced?: true }>> = {
  Node: { group: '' },
  Pod: { group: '', namespaced: true },
  Namespace: { group: '' },
  Service: { group: '', namespaced: true },
  ReplicationController: { group: '', namespaced: true },
  LimitRange: { group: '', namespaced: true },
  PersistentVolume: { group: '' },
  PersistentVolumeClaim: { group: '', namespaced: true },
  ReplicaSet: { group: 'apps', namespaced: true },
  StatefulSet: { group: 'apps', namespaced: true },
  PodDisruptionBudget: { group: 'policy', namespaced: true },
  PriorityClass: { group: 'scheduling.k8s.io' },
  RuntimeClass: { group: 'node.k8s.io' },
  StorageClass: { group: 'storage.k8s.io' },
  CSINode: { group: 'storage.k8s.io' },
  CSIDriver: { group: 'storage.k8s.io' },
  CSIStorageCapacity: { group: 'storage.k8s.io', namespaced: true },
  VolumeAttachment: { group: 'storage.k8s.io' },
  ResourceClaim: { group: 'resource.k8s.io', namespaced: true },
  ResourceClaimTemplate: { group: 'resource.k8s.io', namespaced: true },
  ResourceSlice: { group: 'resource.k8s.io' },
  DeviceClass: { group: 'resource.k8s.io' },
  DeviceTaintRule: { group: 'resource.k8s.io' },
  PodGroup: { group: 'scheduling.k8s.io', namespaced: true },
};

/** Of lists without a kind, or with one that is not that of their items. */
const LIST = /List$/;

export type Reading =
  | { as: 'list'; items: unknown[]; itemKind?: { apiVersion?: string; kind: string } }
  | { as: 'read' | 'workload' | 'other'; kind: string; namespaced: boolean };

/** How an object is to be read; undefined when its kind cannot be told. */
export function readingOf(object: ApiObject & { items?: unknown }): Reading | undefined {
  const { kind, apiVersion, items } = object;
  // an empty list may have lost its items, which Go writes as null
  if (Array.isArray(items) || (items === undefined && kind !== undefined && LIST.test(kind))) {
    const itemKind = kind === undefined ? '' : kind.replace(LIST, '');
    return {
      as: 'list',
      items: Array.isArray(items) ? items : [],
      itemKind: itemKind === '' ? undefined : { apiVersion, kind: itemKind },
    };
  }
  const told = kind || kindOfShape(object);
  if (told === undefined) return undefined;
  if (workloadOf({ kind: told, apiVersion }) !== undefined)
    return { as: 'workload', kind: told, namespaced: true };
  const known = Object.hasOwn(READ, told) ? READ[told] : undefined;
  const isRead = known !== undefined && (apiVersion === undefined || groupOf(apiVersion) === known.group);
  return { as: isRead ? 'read' : 'other', kind: told, namespaced: isRead && (known.namespaced ?? false) };
}

export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** Nodes, pods and kustomizations are told by what only they have. */
function kindOfShape(object: unknown): string | undefined {
  const { spec, status, resources } = object as { spec?: unknown; status?: unknown; resources?: unknown };
  if (isObject(spec) && Array.isArray(spec.containers)) return 'Pod';
  if (isObject(status) && (isObject(status.allocatable) || isObject(status.nodeInfo))) return 'Node';
  if (Array.isArray(resources) && resources.every((file) => typeof file === 'string')) return 'Kustomization';
  return undefined;
}
