// The columns of volumes, claims, classes, and devices.
import type { ResourceClaim, ResourceSlice, VolumeAttributesClass } from '../../../../build/kubernetes.js';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  VolumeAttachment,
} from '../../../model/types.ts';
import { accessModes, AGE, column, NAME, UNSET, wide, type Column } from './column.ts';

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

export const STORAGE_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  PersistentVolume: [
    NAME,
    column('Capacity', ({ spec }: PersistentVolume) => spec?.capacity?.['storage']),
    column('Access Modes', ({ spec }: PersistentVolume) => accessModes(spec?.accessModes)),
    column('Reclaim Policy', ({ spec }: PersistentVolume) => spec?.persistentVolumeReclaimPolicy),
    column('Status', ({ status, metadata }: PersistentVolume) =>
      metadata?.deletionTimestamp ? 'Terminating' : (status?.phase ?? 'Pending'),
    ),
    column('Claim', ({ spec }: PersistentVolume) =>
      spec?.claimRef ? `${spec.claimRef.namespace}/${spec.claimRef.name}` : '',
    ),
    column('StorageClass', ({ spec }: PersistentVolume) => spec?.storageClassName),
    column('VolumeAttributesClass', ({ spec }: PersistentVolume) => spec?.volumeAttributesClassName ?? UNSET),
    column('Reason', ({ status }: PersistentVolume) => status?.reason),
    AGE,
    wide('VolumeMode', ({ spec }: PersistentVolume) => spec?.volumeMode ?? UNSET),
  ],
  PersistentVolumeClaim: [
    NAME,
    column('Status', ({ status, metadata }: PersistentVolumeClaim) =>
      metadata?.deletionTimestamp ? 'Terminating' : (status?.phase ?? 'Pending'),
    ),
    column('Volume', ({ spec }: PersistentVolumeClaim) => spec?.volumeName),
    column('Capacity', ({ spec, status }: PersistentVolumeClaim) =>
      spec?.volumeName ? status?.capacity?.['storage'] : '',
    ),
    column('Access Modes', ({ spec, status }: PersistentVolumeClaim) =>
      spec?.volumeName ? accessModes(status?.accessModes) : '',
    ),
    column('StorageClass', ({ spec }: PersistentVolumeClaim) => spec?.storageClassName),
    column(
      'VolumeAttributesClass',
      ({ spec }: PersistentVolumeClaim) => spec?.volumeAttributesClassName ?? UNSET,
    ),
    AGE,
    wide('VolumeMode', ({ spec }: PersistentVolumeClaim) => spec?.volumeMode ?? UNSET),
  ],
  StorageClass: [
    column('Name', ({ metadata }: StorageClass) => {
      const isDefault = metadata?.annotations?.[DEFAULT_CLASS] === 'true';
      return isDefault ? `${metadata.name} (default)` : metadata?.name;
    }),
    column('Provisioner', ({ provisioner }: StorageClass) => provisioner),
    column('ReclaimPolicy', ({ reclaimPolicy }: StorageClass) => reclaimPolicy ?? 'Delete'),
    column('VolumeBindingMode', ({ volumeBindingMode }: StorageClass) => volumeBindingMode ?? 'Immediate'),
    column('AllowVolumeExpansion', ({ allowVolumeExpansion }: StorageClass) => allowVolumeExpansion ?? false),
    AGE,
  ],
  VolumeAttributesClass: [
    NAME,
    column('DriverName', ({ driverName }: VolumeAttributesClass) => driverName),
    AGE,
  ],
  VolumeAttachment: [
    NAME,
    column('Attacher', ({ spec }: VolumeAttachment) => spec.attacher),
    column('PV', ({ spec }: VolumeAttachment) => spec.source.persistentVolumeName),
    column('Node', ({ spec }: VolumeAttachment) => spec.nodeName),
    column('Attached', ({ status }: VolumeAttachment) => status?.attached ?? false),
    AGE,
  ],
  CSINode: [NAME, column('Drivers', ({ spec }: CSINode) => spec.drivers.length), AGE],
  CSIDriver: [
    NAME,
    column('AttachRequired', ({ spec }: CSIDriver) => spec.attachRequired ?? true),
    column('PodInfoOnMount', ({ spec }: CSIDriver) => spec.podInfoOnMount ?? false),
    column('StorageCapacity', ({ spec }: CSIDriver) => spec.storageCapacity ?? false),
    column(
      'TokenRequests',
      ({ spec }: CSIDriver) => (spec.tokenRequests ?? []).map(({ audience }) => audience).join(',') || UNSET,
    ),
    column('RequiresRepublish', ({ spec }: CSIDriver) => spec.requiresRepublish ?? false),
    column('Modes', ({ spec }: CSIDriver) => (spec.volumeLifecycleModes ?? ['Persistent']).join(',')),
    AGE,
  ],
  CSIStorageCapacity: [
    NAME,
    column('StorageClassName', ({ storageClassName }: CSIStorageCapacity) => storageClassName),
    column('Capacity', ({ capacity }: CSIStorageCapacity) => capacity),
  ],
  ResourceClaim: [NAME, column('State', claimState), AGE],
  ResourceSlice: [
    NAME,
    column('Node', ({ spec }: ResourceSlice) => spec.nodeName),
    column('Driver', ({ spec }: ResourceSlice) => spec.driver),
    column('Pool', ({ spec }: ResourceSlice) => spec.pool.name),
    AGE,
  ],
};

function claimState({ metadata, status }: ResourceClaim): string {
  const states = [
    ...(metadata?.deletionTimestamp ? ['deleted'] : []),
    ...(status?.allocation ? ['allocated'] : []),
    ...(status?.reservedFor?.length ? ['reserved'] : []),
  ];
  return states.join(',') || 'pending';
}
