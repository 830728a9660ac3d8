// Constraints of the default profile that are not built yet. A pod that uses one is not placed; it waits, with a message
// that names it.
import type { Pod } from '../api/types.ts';
import type { Constraint } from './constraint.ts';

function unbuilt(name: string, uses: (pod: Pod) => string | undefined): Constraint {
  // in the key, so that no pod that uses it hides behind a master pod that does not
  return { name, key: (pod) => ({ rule: uses(pod) }), unbuilt: uses, helps: () => false };
}

const LEGACY_DISKS = ['awsElasticBlockStore', 'gcePersistentDisk', 'iscsi', 'rbd'] as const;

export const volumeBinding = unbuilt('VolumeBinding', (pod) => {
  const volume = pod.spec?.volumes?.find(
    (candidate) => candidate.persistentVolumeClaim || candidate.ephemeral,
  );
  return volume === undefined ? undefined : `the claim of volume ${volume.name}`;
});

export const volumeRestrictions = unbuilt('VolumeRestrictions', (pod) => {
  const volume = pod.spec?.volumes?.find((candidate) => LEGACY_DISKS.some((disk) => candidate[disk]));
  return volume === undefined ? undefined : `the disk of volume ${volume.name}`;
});

export const nodeVolumeLimits = unbuilt('NodeVolumeLimits', (pod) => {
  const volume = pod.spec?.volumes?.find(({ csi }) => csi);
  return volume === undefined ? undefined : `the CSI volume ${volume.name}`;
});

export const dynamicResources = unbuilt('DynamicResources', (pod) => {
  const claim = pod.spec?.resourceClaims?.[0];
  return claim === undefined ? undefined : `the resource claim ${claim.name}`;
});

export const gangScheduling = unbuilt('GangScheduling', (pod) => {
  const spec = pod.spec as { schedulingGroup?: unknown; workloadRef?: unknown } | undefined;
  return spec?.schedulingGroup || spec?.workloadRef ? 'a pod group' : undefined;
});
