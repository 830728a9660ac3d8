// What the volume controller and a provisioner do for claims, as far as a scheduler waits for it.
import type { PersistentVolume, PersistentVolumeClaim } from '../../src/model/types.ts';

const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

export interface VolumeApi {
  volumes(): Promise<PersistentVolume[]>;
  claims(): Promise<PersistentVolumeClaim[]>;
  createVolume(volume: PersistentVolume): Promise<unknown>;
  updateClaim(claim: PersistentVolumeClaim): Promise<unknown>;
}

/** Binds each claim that a volume is reserved for, and makes a volume for each that has a node. */
export async function bindClaims(api: VolumeApi): Promise<void> {
  const volumes = await api.volumes();
  for (const claim of await api.claims()) {
    if (claim.spec?.volumeName) continue;
    const { namespace, name, uid } = claim.metadata!;
    const reserved = volumes.find(
      ({ spec }) => spec?.claimRef?.namespace === namespace && spec?.claimRef?.name === name,
    );
    const node = claim.metadata?.annotations?.[SELECTED_NODE];
    if (reserved === undefined && node === undefined) continue;
    const volumeName = reserved?.metadata?.name ?? `made-for-${namespace}-${name}`;
    if (reserved === undefined) {
      const hostname = { key: 'kubernetes.io/hostname', operator: 'In', values: [node!] };
      await api.createVolume({
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: volumeName },
        spec: {
          accessModes: claim.spec?.accessModes,
          capacity: claim.spec?.resources?.requests,
          storageClassName: claim.spec?.storageClassName,
          claimRef: { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid },
          csi: { driver: 'csi.example.com', volumeHandle: volumeName },
          nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [hostname] }] } },
        },
      });
    }
    const annotations = { ...claim.metadata?.annotations, 'pv.kubernetes.io/bind-completed': 'yes' };
    await api.updateClaim({
      ...claim,
      metadata: { ...claim.metadata, annotations },
      spec: { ...claim.spec, volumeName },
    });
  }
}
