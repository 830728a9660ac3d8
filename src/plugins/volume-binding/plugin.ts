// VolumeBinding: the volumes of a pod's bound claims must be reachable from the node, and for its unbound claims the
// node must have volumes available, or the means to make them.
import type { Labels } from '../../model/labels.ts';
import { quantityValue } from '../../model/quantity.ts';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  PersistentVolumeClaim,
  Pod,
  Volume,
} from '../../model/types.ts';
import type { ClusterEvent } from '../../model/events.ts';
import type { Cluster } from '../../state/cluster.ts';
import { claimsText, isOwn } from '../common/alike-claims.ts';
import type { PluginArgs } from '../profile.ts';
import {
  CLAIMS,
  CSI_DRIVERS,
  CSI_NODES,
  CSI_STORAGE_CAPACITIES,
  STORAGE_CLASSES,
  VOLUMES,
} from '../common/objects.ts';
import { unresolvable, definePlugin, type NodeRejection, type PackContext, type Packed } from '../plugin.ts';
import { args } from './args.ts';
import { BINDING_RIGHTS, VolumeReservation } from './binding.ts';
import { capacityScore, type StorageUse } from './capacity-score.ts';
import {
  capacityOf,
  CLAIM,
  claimNamesOf,
  CLASS,
  classNameOf,
  namespaceOf,
  requestedStorage,
  VOLUME,
} from '../common/volume-claims.ts';
import { ATTACHMENT } from '../common/volume-index.ts';
import { concernsVolumesOf, conditionsFor } from './conditions.ts';
import { PodVolumes, type NodeVolumes } from './pod-volumes.ts';
import { volumeLimitOf } from './provisioning.ts';
import { VolumeError } from './volume-error.ts';

const KINDS = [CLAIM, VOLUME, CLASS, 'CSINode', 'CSIDriver', 'CSIStorageCapacity'] as const;
const MIGRATED_PLUGINS = 'storage.alpha.kubernetes.io/migrated-plugins';

export const volumeBinding = definePlugin({
  name: 'VolumeBinding',
  points: ['preFilter', 'filter', 'preScore', 'score', 'reserve', 'preBind'],
  needs: ['preFilter'],
  args,
  reads: {
    node: ['labels'],
    digest: (pod, { cluster }) => claimsText(pod, cluster),
    digestObjects: {
      kinds: [CLAIM, VOLUME, CLASS, ATTACHMENT],
      concern: (pod) => claimNamesOf(pod).length > 0,
    },
  },
  objects: [CLAIMS, VOLUMES, STORAGE_CLASSES, CSI_NODES, CSI_DRIVERS, CSI_STORAGE_CAPACITIES],
  rights: BINDING_RIGHTS,

  key(pod, { cluster }) {
    const text = claimsText(pod, cluster);
    return text === undefined ? {} : { rule: text };
  },

  ownObjects: (pod) => claimNamesOf(pod).map(({ name }) => `${CLAIM} ${namespaceOf(pod)}/${name}`),

  // what plain volumes are called, and hold, is not read
  isUnlikeItsTemplate: ({ spec }) => spec?.volumes !== undefined && !spec.volumes.every(isRead),

  pack(pod, context) {
    const { weight, code } = context;
    if (code === 0 || claimNamesOf(pod).length === 0)
      return weight === 0 ? undefined : { detail: { constant: 0 } };
    try {
      return packVolumes(pod, context);
    } catch (error) {
      if (!(error instanceof VolumeError)) throw error;
      return { refusal: error.message, kinds: KINDS };
    }
  },

  mayReserve: (pod) => claimNamesOf(pod).length > 0,

  reserve(pod, node, context) {
    const { cluster, profile } = context;
    if (!profile.filters.includes('VolumeBinding')) return undefined;
    const record = cluster.nodes.node(cluster.nodes.rowOf(node)!)!;
    const volumes = new PodVolumes(pod, cluster.store).on(record);
    if (volumes.reasons.length > 0) throw new VolumeError(volumes.reasons.join(', '));
    if (volumes.bindings.length === 0 && volumes.provisions.length === 0) return undefined;
    return new VolumeReservation(pod, node, volumes, context);
  },

  helps(event, pod) {
    if (event.kind === 'Node') return changesLabels(event);
    if (event.kind !== 'Object' || event.after === undefined) return false;
    const { before, after } = event;
    switch (after.kind) {
      case CLAIM:
        return isClaimOf(pod, after);
      case VOLUME:
        return true;
      case CLASS:
        return before === undefined || changes(event, 'allowedTopologies');
      case 'CSINode':
        return before === undefined || migratedPluginsOf(before) !== migratedPluginsOf(after);
      case 'CSIDriver':
        // the reference wakes only pods with an inline volume of the driver, whose claims it may not concern
        return (
          Boolean((before as CSIDriver | undefined)?.spec.storageCapacity) &&
          !(after as CSIDriver).spec.storageCapacity
        );
      case 'CSIStorageCapacity':
        return before === undefined || raisesLimit(before as CSIStorageCapacity, after as CSIStorageCapacity);
      default:
        return false;
    }
  },
});

function packVolumes(pod: Pod, context: PackContext): Packed {
  const { cluster, weight } = context;
  const volumes = new PodVolumes(pod, cluster.store);
  const scores = new Map<number, number>();
  const packed = {
    kinds: KINDS,
    sequential: volumes.hasCandidates || hasSharedUnbound(pod, volumes, cluster),
    explain: explanationsOf(volumes, cluster),
    detail: weight === 0 ? undefined : { rows: scores },
  };
  const conditions = conditionsFor(volumes, context);
  if (conditions === undefined) {
    packRows(volumes, scores, context);
    return packed;
  }
  for (const terms of conditions) context.builder.filter(terms, context.code);
  if (volumes.unbound.some((claim) => volumes.provisionerOf(claim).hasPools))
    packRows(volumes, scores, context);
  return { ...packed, concernedBy: concernsVolumesOf(pod, volumes, cluster) };
}

/** The rejections and scores of all rows, worked out one by one. */
function packRows(
  volumes: PodVolumes,
  scores: Map<number, number>,
  { cluster, builder, profile, code, weight }: PackContext,
): void {
  for (let row = 0; row < cluster.nodes.columns.rows; row++) {
    const node = cluster.nodes.node(row);
    if (node === undefined) continue;
    const found = volumesOn(node, volumes);
    if (found.reasons.length > 0) {
      builder.rejectRow(row, code);
      continue;
    }
    const score = weight * scoreOf(found, profile.args.VolumeBinding);
    if (score === 0) continue;
    scores.set(row, score);
    builder.addToRow(row, score);
  }
}

/** Why rows are rejected: the same object for the same reasons. */
function explanationsOf(volumes: PodVolumes, { nodes }: Cluster): (row: number) => NodeRejection {
  const byReasons = new Map<string, NodeRejection>();
  return (row) => {
    const { reasons } = volumesOn(nodes.node(row)!, volumes);
    const text = reasons.join('\n');
    let rejection = byReasons.get(text);
    if (rejection === undefined) byReasons.set(text, (rejection = unresolvable(...reasons)));
    return rejection;
  };
}

/** Whether a claim that is yet to be bound is needed by other pods too, which then must follow the first of them. */
function hasSharedUnbound(pod: Pod, volumes: PodVolumes, cluster: Cluster): boolean {
  return volumes.unbound.some((claim) => !isOwn(pod, claim, cluster));
}

/** What is wrong with an object that only some nodes need keeps the pod from those. */
function volumesOn(node: { name: string; labels: Labels }, volumes: PodVolumes): NodeVolumes {
  try {
    return volumes.on(node);
  } catch (error) {
    if (!(error instanceof VolumeError)) throw error;
    return { reasons: [error.message], bindings: [], provisions: [] };
  }
}

/** By what the available volumes hold or, without any, by what the pools hold that volumes are made from. */
function scoreOf({ bindings, provisions }: NodeVolumes, { shape }: PluginArgs['VolumeBinding']): number {
  if (bindings.length === 0 && provisions.every(({ poolBytes }) => poolBytes === undefined)) return 0;
  const uses = new Map<string, StorageUse>();
  const useOf = (className: string) => {
    const use = uses.get(className) ?? { requestedBytes: 0, capacityBytes: 0 };
    uses.set(className, use);
    return use;
  };
  for (const { claim, volume } of bindings) {
    const use = useOf(volume.spec?.storageClassName ?? '');
    use.requestedBytes += requestedBytesOf(claim);
    use.capacityBytes += quantityValue(capacityOf(volume));
  }
  for (const { claim, poolBytes } of bindings.length > 0 ? [] : provisions) {
    if (poolBytes === undefined) continue;
    const use = useOf(classNameOf(claim));
    use.requestedBytes += requestedBytesOf(claim);
    // two claims of a class share a pool
    use.capacityBytes = poolBytes;
  }
  return capacityScore(uses.values(), shape);
}

function requestedBytesOf(claim: PersistentVolumeClaim): number {
  return quantityValue(requestedStorage(claim) ?? 0n);
}

type ObjectEvent = Extract<ClusterEvent, { kind: 'Object' }>;
type NodeEvent = Extract<ClusterEvent, { kind: 'Node' }>;

/** Whether a node came, or changed its labels. */
export function changesLabels({ before, after }: NodeEvent): boolean {
  if (after === undefined) return false;
  if (before === undefined) return true;
  const sorted = (labels: Record<string, string> = {}) => JSON.stringify(Object.entries(labels).sort());
  return sorted(before.metadata?.labels) !== sorted(after.metadata?.labels);
}

/** Whether the object is one of the pod's claims. */
export function isClaimOf(pod: Pod, { metadata }: NonNullable<ObjectEvent['after']>): boolean {
  return (
    metadata?.namespace === namespaceOf(pod) && claimNamesOf(pod).some(({ name }) => name === metadata.name)
  );
}

function changes({ before, after }: ObjectEvent, field: string): boolean {
  const text = (object: unknown) => JSON.stringify((object as Record<string, unknown>)[field] ?? []);
  return text(before) !== text(after);
}

function migratedPluginsOf({ metadata }: CSINode | NonNullable<ObjectEvent['after']>): string {
  return metadata?.annotations?.[MIGRATED_PLUGINS] ?? '';
}

function raisesLimit(before: CSIStorageCapacity, after: CSIStorageCapacity): boolean {
  const [had, has] = [volumeLimitOf(before), volumeLimitOf(after)];
  return has !== undefined && (had === undefined || has > had);
}

/** Whether what is read of the volume is in the pod's text. */
function isRead(volume: Volume): boolean {
  return (volume.persistentVolumeClaim ?? volume.ephemeral) !== undefined || isPlain(volume);
}

const PLAIN_VOLUMES = ['configMap', 'downwardAPI', 'emptyDir', 'hostPath', 'projected', 'secret'] as const;

function isPlain(volume: Volume): boolean {
  return PLAIN_VOLUMES.some((type) => volume[type]);
}
