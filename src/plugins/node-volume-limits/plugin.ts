// NodeVolumeLimits: a node's CSI driver can attach so many volumes and no more.
import type { ApiObject, CSINode, Pod, Volume } from '../../model/types.ts';
import type { StoreChange } from '../../state/object-store.ts';
import {
  CLAIMS,
  CSI_DRIVERS,
  CSI_NODES,
  STORAGE_CLASSES,
  VOLUME_ATTACHMENTS,
  VOLUMES,
} from '../common/objects.ts';
import { ATTACHMENT } from '../common/volume-index.ts';
import { unresolvable, unschedulable, definePlugin, type PackContext, type Packed } from '../plugin.ts';
import { AttachedVolumes, limitOf } from './attached-volumes.ts';
import { CLAIM, claimNameOf, CLASS, clusterKey, VOLUME } from '../common/volume-claims.ts';
import { csiOfInline, isInlineMigratable } from './csi-migration.ts';
import { LimitColumns } from './limit-columns.ts';
import { wantedOf, type Wanted } from './wanted.ts';
import { isClaimOf } from '../volume-binding/plugin.ts';
import { VolumeError } from '../volume-binding/volume-error.ts';

const KINDS = [CLAIM, VOLUME, CLASS, 'CSINode', 'CSIDriver', ATTACHMENT] as const;
const NO_DRIVER = 0;
const LIMIT = 1;
const FAULT = 2;
const FULL = unschedulable('node(s) exceed max volume count');

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

  packsRequests: true,
  pack(pod, context): Packed | undefined {
    if (context.code === 0 || !usesAttachable(pod)) return undefined;
    const { cluster, builder, code } = context;
    const texts = rejectWithoutDriver(pod, context);
    const wanted = wantedOf(pod, true, cluster);
    const columns = new LimitColumns(cluster, wanted, builder, code + LIMIT);
    return {
      kinds: KINDS,
      concernedBy: wanted.fault === undefined ? (change) => concerns(change, wanted) : undefined,
      refresh: (rows) => columns.refresh(cluster, rows),
      touched() {
        AttachedVolumes.of(cluster);
        return columns.touched();
      },
      refreshesAfterEach: wanted.isAttachedSomewhere,
      explain(row, reason) {
        if (reason === LIMIT) return FULL;
        return (reason === FAULT ? unresolvable : unschedulable)(texts.get(row)!);
      },
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

/** Rejects the nodes that cannot serve a volume of the pod at all. Returns the reasons by row. */
function rejectWithoutDriver(pod: Pod, { cluster, builder, code }: PackContext): ReadonlyMap<number, string> {
  const texts = new Map<number, string>();
  const [without, withCSI] = [wantedOf(pod, false, cluster), wantedOf(pod, true, cluster)];
  if ([without, withCSI].every(({ fault, needed }) => fault === undefined && needed.length === 0))
    return texts;
  const reject = (row: number, reason: number, text: string) => {
    texts.set(row, text);
    builder.rejectRow(row, code + reason);
  };
  for (let row = 0; row < cluster.nodes.columns.rows; row++) {
    const node = cluster.nodes.node(row);
    if (node === undefined) continue;
    const csiNode = cluster.store.get<CSINode>('CSINode', clusterKey(node.name));
    const { fault, needed } = csiNode === undefined ? without : withCSI;
    const driver = needed.find((name) => !hasDriver(csiNode, name));
    if (fault !== undefined) reject(row, FAULT, fault);
    else if (driver !== undefined)
      reject(row, NO_DRIVER, `${driver} CSI driver is not installed on the node`);
  }
  return texts;
}

/** Whether the change of an object, other than of what is attached to nodes, may be one of what the class's pods want. */
function concerns({ kind, key }: StoreChange, { sharedObjects, classes }: Wanted): boolean {
  if (kind === 'CSINode' || kind === 'CSIDriver') return true;
  if (kind === CLASS) return classes.has(key.slice(key.indexOf('/') + 1));
  return sharedObjects.has(`${kind} ${key}`);
}

function hasDriver(csiNode: CSINode | undefined, driver: string): boolean {
  return csiNode?.spec.drivers.some(({ name }) => name === driver) ?? false;
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
