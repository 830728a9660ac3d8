// Volumes that are attached to a node, as its CSI drivers count them.
import type { PersistentVolume, PersistentVolumeClaim, Volume, VolumeAttachment } from '../../model/types.ts';
import { claimOf, classNameOf, classOf, volumeOf, type Objects } from '../common/volume-claims.ts';
import { csiOfInline, csiOfVolume, driverOfProvisioner, isInTree, type CSIVolume } from './csi-migration.ts';
import { VolumeError } from '../volume-binding/volume-error.ts';

/** The driver of each attached volume, by driver and handle: a volume that several pods use is attached once. */
export type Attached = Map<string, string>;

function add(attached: Attached, volume: CSIVolume | undefined): void {
  if (volume?.driver && volume.handle) attached.set(`${volume.driver}/${volume.handle}`, volume.driver);
}

/**
 * Adds a volume of a pod, with its claim's name if it has one, as it is attached on a node; what once was in-tree only if
 * the node has a CSINode, without which nobody serves it by CSI. A claim that does not exist adds nothing.
 * @throws VolumeError when a disk that is written in the pod cannot be translated
 */
export function attach(
  volume: Volume,
  claim: { namespace: string; name: string } | undefined,
  hasCSINode: boolean,
  store: Objects,
  attached: Attached,
): void {
  if (claim === undefined) {
    if (hasCSINode) add(attached, csiOfInline(volume));
    return;
  }
  const object = claimOf(store, claim.namespace, claim.name);
  if (object !== undefined) add(attached, csiOfClaim(object, hasCSINode, store));
}

function csiOfClaim(
  claim: PersistentVolumeClaim,
  hasCSINode: boolean,
  store: Objects,
): CSIVolume | undefined {
  const volume = claim.spec?.volumeName ? volumeOf(store, claim.spec.volumeName) : undefined;
  if (volume !== undefined) return csiOnNode(volume, hasCSINode);
  const storageClass = classOf(store, classNameOf(claim));
  const driver = storageClass && driverOfProvisioner(storageClass.provisioner, hasCSINode);
  if (driver === undefined) return undefined;
  // a volume that is yet to be made has no handle; no made one has a blank in it
  return { driver, handle: `unbound ${claim.metadata?.namespace}/${claim.metadata?.name}` };
}

function csiOnNode(volume: PersistentVolume, hasCSINode: boolean): CSIVolume | undefined {
  if (isInTree(volume) && !hasCSINode) return undefined;
  try {
    return csiOfVolume(volume);
  } catch (error) {
    // as the reference has it: what cannot be translated is not counted
    if (error instanceof VolumeError) return undefined;
    throw error;
  }
}

/** Adds what VolumeAttachments of a node say is attached there. */
export function addAttachments(
  attachments: Iterable<VolumeAttachment>,
  store: Objects,
  attached: Attached,
): void {
  for (const {
    spec: { attacher, source },
  } of attachments) {
    const volume = source.persistentVolumeName ? volumeOf(store, source.persistentVolumeName) : undefined;
    if (!attacher || !volume?.spec?.csi) continue;
    add(attached, { driver: attacher, handle: volume.spec.csi.volumeHandle });
  }
}
