// The claims that a pod's volumes name, and what stands in a claim.
import { parseQuantity, QuantityError, type Quantity } from '../../model/quantity.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
  Volume,
} from '../../model/types.ts';
import type { ObjectStore } from '../../state/object-store.ts';
import { VolumeError } from '../volume-binding/volume-error.ts';

/** Where objects are read. */
export type Objects = Pick<ObjectStore, 'get'>;

export const CLAIM = 'PersistentVolumeClaim';
export const VOLUME = 'PersistentVolume';
export const CLASS = 'StorageClass';

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
export const WAIT_FOR_FIRST_CONSUMER = 'WaitForFirstConsumer';

/** The name of a volume's claim: written by the user, or that of the claim that is made for this pod alone. */
export interface ClaimName {
  name: string;
  isEphemeral: boolean;
}

/** The claim that a volume names; undefined of a volume without one. */
export function claimNameOf(pod: Pod, volume: Volume): ClaimName | undefined {
  if (volume.persistentVolumeClaim)
    return { name: volume.persistentVolumeClaim.claimName, isEphemeral: false };
  if (volume.ephemeral) return { name: `${pod.metadata?.name}-${volume.name}`, isEphemeral: true };
  return undefined;
}

/** The claims of a pod's volumes, in their order. */
export function claimNamesOf(pod: Pod): ClaimName[] {
  return pod.spec?.volumes?.flatMap((volume) => claimNameOf(pod, volume) ?? []) ?? [];
}

export function namespaceOf(pod: Pod): string {
  return pod.metadata?.namespace ?? 'default';
}

export function claimOf(store: Objects, namespace: string, name: string): PersistentVolumeClaim | undefined {
  return store.get<PersistentVolumeClaim>(CLAIM, `${namespace}/${name}`);
}

export function volumeOf(store: Objects, name: string): PersistentVolume | undefined {
  return store.get<PersistentVolume>(VOLUME, clusterKey(name));
}

export function classOf(store: Objects, name: string): StorageClass | undefined {
  return store.get<StorageClass>(CLASS, clusterKey(name));
}

/** The key in the store of an object that has no namespace. */
export function clusterKey(name: string): string {
  return `default/${name}`;
}

/** The storage class that a claim or a volume is of; '' when it names none. */
export function classNameOf(object: PersistentVolumeClaim | PersistentVolume): string {
  return object.metadata?.annotations?.[CLASS_ANNOTATION] ?? object.spec?.storageClassName ?? '';
}

/** The node that a volume is to be made for; undefined when none was chosen. */
export function selectedNodeOf({ metadata }: PersistentVolumeClaim): string | undefined {
  return metadata?.annotations?.[SELECTED_NODE];
}

/** Whether claim and volume are bound to each other, and the volume controller has finished with them. */
export function isFullyBound({ metadata, spec }: PersistentVolumeClaim): boolean {
  return Boolean(spec?.volumeName) && metadata?.annotations?.[BIND_COMPLETED] !== undefined;
}

/**
 * Whether the claim is bound only once a pod that needs it has a node.
 * @throws VolumeError when the claim's class does not say
 */
export function waitsForConsumer(claim: PersistentVolumeClaim, store: Objects): boolean {
  const name = classNameOf(claim);
  const storageClass = name === '' ? undefined : classOf(store, name);
  if (storageClass === undefined) return false;
  if (!storageClass.volumeBindingMode)
    throw new VolumeError(`VolumeBindingMode not set for StorageClass ${JSON.stringify(name)}`);
  return storageClass.volumeBindingMode === WAIT_FOR_FIRST_CONSUMER;
}

/** Whether the claim was made for an ephemeral volume of the pod. */
export function isOwnedBy(claim: PersistentVolumeClaim, pod: Pod): boolean {
  const owner = claim.metadata?.ownerReferences?.find(({ controller }) => controller);
  return owner !== undefined && owner.uid === pod.metadata?.uid;
}

/** What a claim asks for; undefined when it names no size. */
export function requestedStorage(claim: PersistentVolumeClaim): Quantity | undefined {
  return quantityIn(claim, 'spec.resources.requests.storage', claim.spec?.resources?.requests?.['storage']);
}

/** What a volume holds; nothing when it does not say. */
export function capacityOf(volume: PersistentVolume): Quantity {
  return quantityIn(volume, 'spec.capacity.storage', volume.spec?.capacity?.['storage']) ?? 0n;
}

export function compareQuantities(one: Quantity, two: Quantity): number {
  return one < two ? -1 : one > two ? 1 : 0;
}

/** Reads a quantity of an object. @throws VolumeError naming the object and the field */
export function quantityIn(
  object: { kind?: string; metadata?: { name?: string } },
  field: string,
  text: string | undefined,
): Quantity | undefined {
  if (text === undefined) return undefined;
  try {
    return parseQuantity(text);
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    throw new VolumeError(`${object.kind} ${object.metadata?.name}: ${field}: ${error.message}`);
  }
}
