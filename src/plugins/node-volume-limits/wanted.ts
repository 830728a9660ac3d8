// What a pod that waits would attach to a node: for itself, or together with others.
import { addToCount } from '../../model/by-key.ts';
import { objectKey, type CSIDriver, type Pod } from '../../model/types.ts';
import type { Cluster } from '../../state/cluster.ts';
import { isOwn } from '../common/alike-claims.ts';
import {
  CLAIM,
  claimNameOf,
  claimOf,
  classNameOf,
  clusterKey,
  isOwnedBy,
  namespaceOf,
  VOLUME,
} from '../common/volume-claims.ts';
import { VolumeIndex } from '../common/volume-index.ts';
import { notOwned } from '../volume-binding/pod-volumes.ts';
import { VolumeError } from '../volume-binding/volume-error.ts';
import { attach, type Attached } from './attachments.ts';

/** What a pod that waits would attach to a node. */
export interface Wanted {
  /** How many volumes by driver that no other pod has. */
  own: ReadonlyMap<string, number>;
  /** Those that others may have too. */
  shared: Attached;
  drivers: readonly string[];
  /** Drivers that want their pods kept from nodes without them. */
  needed: readonly string[];
  /** What of it may be another pod's business: as "kind namespace/name". */
  sharedObjects: ReadonlySet<string>;
  /** The storage classes of claims that no volume is known of. */
  classes: ReadonlySet<string>;
  /** Some of its own volumes are attached to a node, though no pod there has them. */
  isAttachedSomewhere: boolean;
  /** Why its volumes cannot be counted. */
  fault?: string;
}

/** What the pod would attach to a node, which may have a CSINode or none. */
export function wantedOf(pod: Pod, hasCSINode: boolean, cluster: Cluster): Wanted {
  const own = new Map<string, number>();
  const shared: Attached = new Map();
  const found = { own, shared, sharedObjects: new Set<string>(), classes: new Set<string>() };
  const wanted = { ...found, drivers: [], needed: [], isAttachedSomewhere: false };
  try {
    const isAttachedSomewhere = addWanted(pod, hasCSINode, cluster, found);
    const drivers = [...new Set([...own.keys(), ...shared.values()])];
    const needed = drivers.filter((name) => {
      const driver = cluster.store.get<CSIDriver>('CSIDriver', clusterKey(name));
      return driver?.spec.preventPodSchedulingIfMissing;
    });
    return { ...wanted, drivers, needed, isAttachedSomewhere };
  } catch (error) {
    if (!(error instanceof VolumeError)) throw error;
    return { ...wanted, own: new Map(), shared: new Map(), fault: error.message };
  }
}

/**
 * Adds the pod's volumes. Returns whether one of those that it shares with nobody is attached somewhere.
 * @throws VolumeError when one of them cannot be counted
 */
function addWanted(
  pod: Pod,
  hasCSINode: boolean,
  cluster: Cluster,
  found: { own: Map<string, number>; shared: Attached; sharedObjects: Set<string>; classes: Set<string> },
): boolean {
  const { store } = cluster;
  const namespace = namespaceOf(pod);
  const own: Attached = new Map();
  let isAttachedSomewhere = false;
  for (const volume of pod.spec?.volumes ?? []) {
    const named = claimNameOf(pod, volume);
    if (named === undefined) {
      attach(volume, undefined, hasCSINode, store, found.shared);
      continue;
    }
    const { name, isEphemeral } = named;
    const claim = claimOf(store, namespace, name);
    if (claim === undefined) {
      const missing = `persistentvolumeclaim ${JSON.stringify(name)} not found`;
      throw new VolumeError(`looking up PVC ${namespace}/${name}: ${missing}`);
    }
    if (isEphemeral && !isOwnedBy(claim, pod)) throw notOwned(name, pod);
    const volumeName = claim.spec?.volumeName;
    if (isOwn(pod, claim, cluster)) {
      attach(volume, { namespace, name }, hasCSINode, store, own);
      if (volumeName && VolumeIndex.of(store).isAttached(clusterKey(volumeName))) isAttachedSomewhere = true;
    } else {
      attach(volume, { namespace, name }, hasCSINode, store, found.shared);
      found.sharedObjects.add(`${CLAIM} ${objectKey(claim)}`);
      if (volumeName) found.sharedObjects.add(`${VOLUME} ${clusterKey(volumeName)}`);
    }
    found.classes.add(classNameOf(claim));
  }
  for (const driver of own.values()) addToCount(found.own, driver, 1);
  return isAttachedSomewhere;
}
