// The resources of Kubernetes that plugins read, besides nodes, pods, namespaces, services and controllers.
import type { ReadObject } from '../plugin.ts';

const of = (kind: string, path: string): ReadObject => ({ kind, path });

export const CLAIMS = of('PersistentVolumeClaim', '/api/v1/persistentvolumeclaims');
export const VOLUMES = of('PersistentVolume', '/api/v1/persistentvolumes');
export const STORAGE_CLASSES = of('StorageClass', '/apis/storage.k8s.io/v1/storageclasses');
export const CSI_DRIVERS = of('CSIDriver', '/apis/storage.k8s.io/v1/csidrivers');
export const CSI_NODES = of('CSINode', '/apis/storage.k8s.io/v1/csinodes');
export const CSI_STORAGE_CAPACITIES = of(
  'CSIStorageCapacity',
  '/apis/storage.k8s.io/v1/csistoragecapacities',
);
export const VOLUME_ATTACHMENTS = of('VolumeAttachment', '/apis/storage.k8s.io/v1/volumeattachments');
export const DISRUPTION_BUDGETS = of('PodDisruptionBudget', '/apis/policy/v1/poddisruptionbudgets');
export const DEVICE_CLASSES = of('DeviceClass', '/apis/resource.k8s.io/v1/deviceclasses');
export const DEVICE_TAINT_RULES = of('DeviceTaintRule', '/apis/resource.k8s.io/v1/devicetaintrules');
export const RESOURCE_SLICES = of('ResourceSlice', '/apis/resource.k8s.io/v1/resourceslices');
export const RESOURCE_CLAIMS = of('ResourceClaim', '/apis/resource.k8s.io/v1/resourceclaims');
export const POD_GROUPS = of('PodGroup', '/apis/scheduling.k8s.io/v1beta1/podgroups');
