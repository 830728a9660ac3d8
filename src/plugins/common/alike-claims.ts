// What matters of a pod's claims for its class. A claim's name does not, as long as nobody else uses the claim or the volume
// behind it: pods whose claims are alike share a class, and each has its own claim. What is unusual about a claim, or shared,
// puts its name into the text: then only pods that name the same claim are alike.
import { selectorOf, SelectorError } from '../../model/labels.ts';
import { objectKey, type PersistentVolume, type PersistentVolumeClaim, type Pod } from '../../model/types.ts';
import type { Cluster } from '../../state/cluster.ts';
import type { StoreChange } from '../../state/object-store.ts';
import { alikeText } from './alike-text.ts';
import { csiOfVolume, isInTree, isMigrated } from '../node-volume-limits/csi-migration.ts';
import { VolumeError } from '../volume-binding/volume-error.ts';
import {
  CLAIM,
  claimNamesOf,
  claimOf,
  CLASS,
  classNameOf,
  classOf,
  clusterKey,
  isFullyBound,
  isOwnedBy,
  namespaceOf,
  requestedStorage,
  selectedNodeOf,
  VOLUME,
  volumeOf,
  WAIT_FOR_FIRST_CONSUMER,
  type ClaimName,
} from './volume-claims.ts';
import { handleOf, VolumeIndex } from './volume-index.ts';
import { affinityTermsOf, topologyLabelsOf } from './volume-topology.ts';

/** Pods whose texts are equal are alike as to their claims; undefined for a pod without any. */
export function claimsText(pod: Pod, cluster: Cluster): string | undefined {
  const names = claimNamesOf(pod);
  if (names.length === 0) return undefined;
  const texts = names.map((named, n) => {
    // a claim that is named twice is one claim
    const first = names.findIndex(({ name }) => name === named.name);
    return first < n ? `=${first}` : textOf(pod, named, cluster);
  });
  return texts.join('\n');
}

function textOf(pod: Pod, { name, isEphemeral }: ClaimName, cluster: Cluster): string {
  const claim = claimOf(cluster.store, namespaceOf(pod), name);
  const volume = claim && volumeOfBound(claim, cluster);
  const usual = claim && usualText(pod, claim, volume, isEphemeral, cluster);
  const ephemeral = isEphemeral ? 'ephemeral ' : '';
  if (usual !== undefined && isOwnWith(volume, pod, claim!, cluster)) return ephemeral + usual;
  // the claim of an ephemeral volume must be the pod's own
  const uid = isEphemeral ? pod.metadata?.uid : undefined;
  return `${ephemeral}${JSON.stringify([namespaceOf(pod), name, uid])} ${usual}`;
}

/** The volume of a claim that is bound, if there is one of that name. */
function volumeOfBound(claim: PersistentVolumeClaim, { store }: Cluster): PersistentVolume | undefined {
  return isFullyBound(claim) ? volumeOf(store, claim.spec!.volumeName!) : undefined;
}

/** All that decides on a claim but for its name; undefined of one that keeps its pod from every node, or is not understood. */
function usualText(
  pod: Pod,
  claim: PersistentVolumeClaim,
  volume: PersistentVolume | undefined,
  isEphemeral: boolean,
  { store }: Cluster,
): string | undefined {
  const { metadata, spec, status } = claim;
  if (status?.phase === 'Lost' || metadata?.deletionTimestamp !== undefined) return undefined;
  if (isEphemeral && !isOwnedBy(claim, pod)) return undefined;
  if (!isFullyBound(claim)) {
    const mode = classOf(store, classNameOf(claim))?.volumeBindingMode;
    return mode === WAIT_FOR_FIRST_CONSUMER && !spec?.volumeName
      ? factsOf(claim, unboundText).text
      : undefined;
  }
  if (volume === undefined) return undefined;
  const { text } = factsOf(volume, volumeText);
  if (text === undefined) return undefined;
  const attached = VolumeIndex.of(store).isAttached(clusterKey(spec!.volumeName!)) ? 'attached ' : '';
  return `bound ${attached}${spec?.accessModes?.join()} ${text}`;
}

function unboundText(claim: PersistentVolumeClaim): string | undefined {
  const { accessModes, volumeMode, volumeAttributesClassName, selector, resources } = claim.spec ?? {};
  try {
    requestedStorage(claim);
    if (selector) selectorOf(selector);
  } catch (error) {
    if (error instanceof VolumeError || error instanceof SelectorError) return undefined;
    throw error;
  }
  return alikeText([
    'unbound',
    classNameOf(claim),
    resources?.requests?.['storage'],
    accessModes,
    volumeMode,
    volumeAttributesClassName,
    selector,
    selectedNodeOf(claim),
  ]);
}

function volumeText(volume: PersistentVolume): string | undefined {
  if (isInTree(volume)) return undefined;
  const { driver, handle } = csiOfVolume(volume) ?? {};
  return alikeText([driver, handle === '', affinityTermsOf(volume), topologyLabelsOf(volume)]);
}

interface Facts {
  text: string | undefined;
  /** As the volume's driver knows it. */
  handle?: string | undefined;
}

const facts = new WeakMap<object, Facts>();

/** What an object says is worked out once: objects are replaced, never changed. */
function factsOf<T extends object>(object: T, write: (object: T) => string | undefined): Facts {
  let known = facts.get(object);
  if (known === undefined) facts.set(object, (known = { text: write(object) }));
  return known;
}

function handleKnownOf(volume: PersistentVolume): string | undefined {
  const known = factsOf(volume, volumeText);
  return 'handle' in known ? known.handle : (known.handle = handleOf(volume));
}

/** Whether nobody but the pod uses the claim, or the volume that it is bound to, and no volume is reserved for it yet. */
export function isOwn(pod: Pod, claim: PersistentVolumeClaim, cluster: Cluster): boolean {
  return isOwnWith(volumeOfBound(claim, cluster), pod, claim, cluster);
}

function isOwnWith(
  volume: PersistentVolume | undefined,
  pod: Pod,
  claim: PersistentVolumeClaim,
  { store, volumeUsers }: Cluster,
): boolean {
  const key = objectKey(claim);
  if (!volumeUsers.isOnlyUser(objectKey(pod), key)) return false;
  const index = VolumeIndex.of(store);
  if (!isFullyBound(claim)) return !index.isReserved(key);
  if (volume === undefined) return false;
  const handle = handleKnownOf(volume);
  if (handle === undefined) return true;
  // a disk that is written in a pod may be the same
  return !index.isManifold(handle) && !(volumeUsers.hasDisks && isMigrated(volume));
}

/** Says which changes of claims, volumes and storage classes may matter to pods of this one's class. */
export function concernsClaimsOf(pod: Pod, cluster: Cluster): (change: StoreChange) => boolean {
  const { store } = cluster;
  const names = new Set<string>();
  for (const { name } of claimNamesOf(pod)) {
    const claim = claimOf(store, namespaceOf(pod), name);
    // of claims that each pod has for itself, and of their volumes, all that matters is in the class
    const isShared = claim === undefined || !isOwn(pod, claim, cluster);
    if (isShared) names.add(`${CLAIM} ${namespaceOf(pod)}/${name}`);
    if (claim === undefined) continue;
    names.add(`${CLASS} ${clusterKey(classNameOf(claim))}`);
    const { volumeName } = claim.spec ?? {};
    if (isShared && volumeName) names.add(`${VOLUME} ${clusterKey(volumeName)}`);
  }
  return ({ kind, key }) => names.has(`${kind} ${key}`);
}
