// The resources that the embedded API serves.
import type { ApiObject } from '../api/types.ts';
import { fromEventsV1, toEventsV1 } from './event-versions.ts';

export interface Resource {
  group: string;
  version: string;
  /** In the plural, as paths name it. */
  name: string;
  singular: string;
  kind: string;
  shortNames: string[];
  namespaced: boolean;
  /** Status is written through a path of its own, and left alone by other writes. */
  hasStatus: boolean;
  /** What a fieldSelector may name, besides metadata.name and metadata.namespace. */
  fields: string[];
  /** Translates to and from the form that is stored, where two versions share one store. */
  convert?: { read: (stored: ApiObject) => ApiObject; write: (sent: ApiObject) => ApiObject };
}

function core(
  kind: string,
  name: string,
  shortNames: string[],
  options: Partial<Pick<Resource, 'namespaced' | 'hasStatus' | 'fields'>> = {},
): Resource {
  const singular = kind.toLowerCase();
  const defaults = { namespaced: true, hasStatus: true, fields: [] };
  return { group: '', version: 'v1', name, singular, kind, shortNames, ...defaults, ...options };
}

function storage(kind: string, name: string, shortNames: string[] = []): Resource {
  const resource = core(kind, name, shortNames, { namespaced: false, hasStatus: false });
  return { ...resource, group: 'storage.k8s.io' };
}

function device(
  kind: string,
  name: string,
  options: { namespaced?: boolean; hasStatus?: boolean },
): Resource {
  const resource = core(kind, name, [], { namespaced: false, hasStatus: false, ...options });
  return { ...resource, group: 'resource.k8s.io' };
}

const PODS = core('Pod', 'pods', ['po'], { fields: ['spec.nodeName', 'spec.schedulerName', 'status.phase'] });
const EVENT_FIELDS = [
  'involvedObject.kind',
  'involvedObject.namespace',
  'involvedObject.name',
  'involvedObject.uid',
];
const EVENTS = core('Event', 'events', ['ev'], {
  hasStatus: false,
  fields: [...EVENT_FIELDS, 'reason', 'type'],
});

export const RESOURCES: Resource[] = [
  core('Namespace', 'namespaces', ['ns'], { namespaced: false, fields: ['status.phase'] }),
  core('Node', 'nodes', ['no'], { namespaced: false, fields: ['spec.unschedulable'] }),
  PODS,
  core('Service', 'services', ['svc']),
  core('ReplicationController', 'replicationcontrollers', ['rc']),
  EVENTS,
  { ...core('ReplicaSet', 'replicasets', ['rs']), group: 'apps' },
  { ...core('StatefulSet', 'statefulsets', ['sts']), group: 'apps' },
  { ...core('PodDisruptionBudget', 'poddisruptionbudgets', ['pdb']), group: 'policy' },
  core('PersistentVolume', 'persistentvolumes', ['pv'], { namespaced: false }),
  core('PersistentVolumeClaim', 'persistentvolumeclaims', ['pvc']),
  storage('StorageClass', 'storageclasses', ['sc']),
  storage('CSIDriver', 'csidrivers'),
  storage('CSINode', 'csinodes'),
  { ...storage('CSIStorageCapacity', 'csistoragecapacities'), namespaced: true },
  { ...storage('VolumeAttachment', 'volumeattachments'), hasStatus: true },
  { ...core('PodGroup', 'podgroups', []), group: 'scheduling.k8s.io', version: 'v1beta1' },
  device('DeviceClass', 'deviceclasses', {}),
  device('DeviceTaintRule', 'devicetaintrules', { hasStatus: true }),
  device('ResourceSlice', 'resourceslices', {}),
  device('ResourceClaim', 'resourceclaims', { namespaced: true, hasStatus: true }),
  { ...core('Lease', 'leases', [], { hasStatus: false }), group: 'coordination.k8s.io' },
  {
    ...EVENTS,
    group: 'events.k8s.io',
    fields: [...EVENT_FIELDS.map((field) => field.replace('involvedObject', 'regarding')), 'reason', 'type'],
    convert: { read: toEventsV1, write: fromEventsV1 },
  },
];

/** "v1" or "apps/v1", as apiVersion has it. */
export function groupVersion({ group, version }: { group: string; version: string }): string {
  return group === '' ? version : `${group}/${version}`;
}

const BY_PATH = new Map(
  RESOURCES.map((resource) => [`${groupVersion(resource)}/${resource.name}`, resource]),
);
const BY_KIND = new Map(
  RESOURCES.map((resource) => [`${groupVersion(resource)}/${resource.kind}`, resource]),
);

/** The resource of a path: ("apps/v1", "replicasets"). */
export function resourceOfPath(groupAndVersion: string, name: string): Resource | undefined {
  return BY_PATH.get(`${groupAndVersion}/${name}`);
}

/** The resource of an object with its apiVersion and kind set. */
export function resourceOfObject(object: ApiObject): Resource | undefined {
  return BY_KIND.get(`${object.apiVersion}/${object.kind}`);
}
