// NodeVolumeLimits: a node's CSI driver can attach so many volumes and no more.
import type { ApiObject, CSIDriver, CSINode, Pod, Volume } from '../../model/types.ts';
import type { Cluster } from '../../state/cluster.ts';
import type { ObjectStore } from '../../state/object-store.ts';
import { POD_VOLUMES } from '../../state/pod-volumes.ts';
import {
  CLAIMS,
  CSI_DRIVERS,
  CSI_NODES,
  STORAGE_CLASSES,
  VOLUME_ATTACHMENTS,
  VOLUMES,
} from '../common/objects.ts';
import { unresolvable, unschedulable, definePlugin, type Packed } from '../plugin.ts';
import { attach, attachmentsByNode, type Attached } from './attachments.ts';
import {
  CLAIM,
  claimNameOf,
  claimOf,
  CLASS,
  clusterKey,
  isOwnedBy,
  namespaceOf,
  VOLUME,
} from '../common/volume-claims.ts';
import { csiOfInline, isInlineMigratable } from './csi-migration.ts';
import { notOwned } from '../volume-binding/pod-volumes.ts';
import { isClaimOf } from '../volume-binding/plugin.ts';
import { VolumeError } from '../volume-binding/volume-error.ts';

const STORED = [CLAIM, VOLUME, CLASS, 'CSINode', 'CSIDriver', 'VolumeAttachment'] as const;
const KINDS = [...STORED, POD_VOLUMES];
const LIMIT = 0;
const NO_DRIVER = 1;
const FAULT = 2;

export const nodeVolumeLimits = definePlugin({
  name: 'NodeVolumeLimits',
  points: ['preFilter', 'filter'],
  objects: [CLAIMS, VOLUMES, STORAGE_CLASSES, CSI_NODES, CSI_DRIVERS, VOLUME_ATTACHMENTS],

  // the claims are in VolumeBinding's key
  key(pod) {
    const inline = (pod.spec?.volumes ?? [])
      .filter(isInlineMigratable)
      .map(({ name: _, ...source }) => source);
    return inline.length === 0 ? {} : { rule: JSON.stringify(inline) };
  },

  pack(pod, context): Packed | undefined {
    if (context.code === 0 || !usesAttachable(pod)) return undefined;
    const { cluster, builder, code } = context;
    const texts = new Map<number, string>();
    const because = (row: number, reason: number, text: string) => {
      texts.set(row, text);
      return code + reason;
    };
    const attachments = attachmentsByNode(cluster.store);
    const [without, withCSI] = [wantedOf(pod, false, cluster), wantedOf(pod, true, cluster)];
    const recheck = (row: number) => {
      const node = cluster.nodes.node(row);
      if (node === undefined) return 0;
      const csiNode = cluster.store.get<CSINode>('CSINode', clusterKey(node.name));
      const wanted = csiNode === undefined ? without : withCSI;
      if (wanted.fault !== undefined) return because(row, FAULT, wanted.fault);
      const driver = wanted.needed.find((name) => !hasDriver(csiNode, name));
      if (driver !== undefined)
        return because(row, NO_DRIVER, `${driver} CSI driver is not installed on the node`);
      const isFull = exceedsLimits(wanted, row, csiNode, attachments.get(node.name), cluster);
      return isFull ? because(row, LIMIT, 'node(s) exceed max volume count') : 0;
    };
    for (let row = 0; row < cluster.nodes.columns.rows; row++) {
      const found = recheck(row);
      if (found !== 0) builder.rejectRow(row, found);
    }
    return {
      kinds: KINDS,
      recheck,
      explain: (row, reason) => (reason === FAULT ? unresolvable : unschedulable)(texts.get(row)!),
    };
  },

  helps(event, pod) {
    if (event.kind === 'AssignedPod') {
      if (event.before === undefined || event.after !== undefined) return false;
      return usesAttachable(event.before);
    }
    if (event.kind !== 'Object') return false;
    const { before, after } = event;
    switch ((after ?? before)?.kind) {
      case 'CSINode':
        return after !== undefined && (before === undefined || raisesLimit(before, after));
      case CLAIM:
        return before === undefined && isClaimOf(pod, after!);
      case 'VolumeAttachment':
        return after === undefined && mayBeAttached(pod, before!);
      default:
        return false;
    }
  },
});

function volumesOf(pod: Pod): readonly Volume[] {
  return pod.spec?.volumes ?? [];
}

function usesAttachable(pod: Pod): boolean {
  return volumesOf(pod).some(
    (volume) => claimNameOf(pod, volume) !== undefined || isInlineMigratable(volume),
  );
}

/** What a pod that waits would attach to a node. */
interface Wanted {
  volumes: Attached;
  drivers: readonly string[];
  /** Drivers that want their pods kept from nodes without them. */
  needed: readonly string[];
  /** Why its volumes cannot be counted. */
  fault?: string;
}

function wantedOf(pod: Pod, hasCSINode: boolean, { store }: Cluster): Wanted {
  const volumes: Attached = new Map();
  try {
    attachAll(pod, hasCSINode, store, volumes);
  } catch (error) {
    if (!(error instanceof VolumeError)) throw error;
    return { volumes, drivers: [], needed: [], fault: error.message };
  }
  const drivers = [...new Set(volumes.values())];
  const needed = drivers.filter(
    (name) => store.get<CSIDriver>('CSIDriver', clusterKey(name))?.spec.preventPodSchedulingIfMissing,
  );
  return { volumes, drivers, needed };
}

/** @throws VolumeError when one of the pod's volumes cannot be counted */
function attachAll(pod: Pod, hasCSINode: boolean, store: ObjectStore, volumes: Attached): void {
  const namespace = namespaceOf(pod);
  for (const volume of volumesOf(pod)) {
    const named = claimNameOf(pod, volume);
    if (named !== undefined) {
      const { name, isEphemeral } = named;
      const claim = claimOf(store, namespace, name);
      if (claim === undefined) {
        const missing = `persistentvolumeclaim ${JSON.stringify(name)} not found`;
        throw new VolumeError(`looking up PVC ${namespace}/${name}: ${missing}`);
      }
      if (isEphemeral && !isOwnedBy(claim, pod)) throw notOwned(name, pod);
    }
    attach(volume, named && { namespace, name: named.name }, hasCSINode, store, volumes);
  }
}

function hasDriver(csiNode: CSINode | undefined, driver: string): boolean {
  return csiNode?.spec.drivers.some(({ name }) => name === driver) ?? false;
}

function exceedsLimits(
  { volumes, drivers }: Wanted,
  row: number,
  csiNode: CSINode | undefined,
  attachments: Attached | undefined,
  cluster: Cluster,
): boolean {
  const limited = drivers.filter((driver) => limitOf(csiNode, driver) !== undefined);
  if (limited.length === 0) return false;
  const attached = attachedOn(row, csiNode !== undefined, cluster);
  const isOther = (volume: string) => !attached.has(volume);
  return limited.some((driver) => {
    const fresh = countOf(driver, volumes, isOther);
    const there = countOf(driver, attached) + countOf(driver, attachments, isOther);
    return fresh > 0 && there + fresh > limitOf(csiNode, driver)!;
  });
}

/** How many of the volumes are a driver's. */
function countOf(
  driver: string,
  volumes: Attached | undefined,
  counts: (volume: string) => boolean = () => true,
): number {
  let count = 0;
  for (const [volume, name] of volumes ?? []) if (name === driver && counts(volume)) count++;
  return count;
}

/** The volumes of the pods on a node. */
function attachedOn(row: number, hasCSINode: boolean, cluster: Cluster): Attached {
  const attached: Attached = new Map();
  for (const { key, namespace, volumes } of cluster.podsIn(row)) {
    if (volumes.length === 0) continue;
    const pod: Pod = { metadata: { namespace, name: key.slice(namespace.length + 1) } };
    for (const volume of volumes) {
      const claim = claimNameOf(pod, volume);
      try {
        attach(volume, claim && { namespace, name: claim.name }, hasCSINode, cluster.store, attached);
      } catch (error) {
        // another pod's mistake: its disk is not attached
        if (!(error instanceof VolumeError)) throw error;
      }
    }
  }
  return attached;
}

/** The volumes that a node's driver can attach; undefined when it does not say. */
function limitOf(csiNode: CSINode | undefined, driver: string): number | undefined {
  return csiNode?.spec.drivers.find(({ name }) => name === driver)?.allocatable?.count;
}

function raisesLimit(before: ApiObject, after: ApiObject): boolean {
  const [had, has] = [before as CSINode, after as CSINode];
  return has.spec.drivers.some(
    ({ name, allocatable }) => (allocatable?.count ?? 0) > (limitOf(had, name) ?? 0),
  );
}

/** Whether a volume of the pod may be of the kind that was detached. */
function mayBeAttached(pod: Pod, attachment: ApiObject): boolean {
  const { attacher } = (attachment as { spec?: { attacher?: string } }).spec ?? {};
  return volumesOf(pod).some((volume) => {
    if (volume.persistentVolumeClaim) return true;
    try {
      return csiOfInline(volume)?.driver === attacher;
    } catch (error) {
      // what cannot be translated is tried again
      if (error instanceof VolumeError) return true;
      throw error;
    }
  });
}
