// VolumeZone: a volume that is labelled with zones or regions is usable only on nodes of one of them.
import type { ProgramBuilder } from '../../kernel/program/builder.ts';
import type { Condition } from '../../kernel/program/parts.ts';
import type {
  ApiObject,
  NodeSelectorRequirement,
  PersistentVolume,
  Pod,
  StorageClass,
} from '../../model/types.ts';
import type { NodeColumns } from '../../state/columns/node-columns.ts';
import type { ObjectStore } from '../../state/object-store.ts';
import { concernsClaimsOf } from '../common/alike-claims.ts';
import { conditionsOf } from '../common/node-selectors.ts';
import { CLAIMS, STORAGE_CLASSES, VOLUMES } from '../common/objects.ts';
import { TOPOLOGY_LABELS } from '../common/volume-topology.ts';
import { unresolvable, definePlugin, type Packed } from '../plugin.ts';
import {
  CLAIM,
  claimOf,
  CLASS,
  classNameOf,
  classOf,
  namespaceOf,
  VOLUME,
  volumeOf,
} from '../common/volume-claims.ts';
import { changesLabels } from '../volume-binding/plugin.ts';
import { VolumeError } from '../volume-binding/volume-error.ts';

const KINDS = [CLAIM, VOLUME, CLASS] as const;
const ZONE_DELIMITER = '__';

interface VolumeTopology {
  key: string;
  values: readonly string[];
}

const NO_ZONE = unresolvable('node(s) had no available volume zone');

export const volumeZone = definePlugin({
  name: 'VolumeZone',
  points: ['preFilter', 'filter'],
  reads: { node: ['labels'] },
  objects: [CLAIMS, VOLUMES, STORAGE_CLASSES],

  // what it reads of a pod is in VolumeBinding's key
  pack(pod, { cluster, builder, code }): Packed | undefined {
    if (code === 0 || sharedClaimsOf(pod).length === 0) return undefined;
    let topologies: readonly VolumeTopology[];
    try {
      topologies = podTopologiesOf(pod, cluster.store);
    } catch (error) {
      if (!(error instanceof VolumeError)) throw error;
      return { refusal: error.message, kinds: KINDS };
    }
    for (const alternatives of alternativesOf(topologies, cluster.nodes, builder))
      builder.filter(alternatives, code);
    return { kinds: KINDS, concernedBy: concernsClaimsOf(pod, cluster), explain: () => NO_ZONE };
  },

  helps(event, pod) {
    if (event.kind === 'Node') return changesLabels(event);
    if (event.kind !== 'Object' || event.after === undefined) return false;
    const { before, after } = event;
    if (after.kind === CLASS)
      return before === undefined && (after as StorageClass).volumeBindingMode === 'WaitForFirstConsumer';
    if (after.kind === CLAIM) return isNamedBy(pod, after);
    if (after.kind !== VOLUME) return false;
    return before === undefined || topologiesText(before) !== topologiesText(after);
  },
});

/** The claims that the pod names itself; those of ephemeral volumes are not looked at. */
function sharedClaimsOf(pod: Pod): string[] {
  return (pod.spec?.volumes ?? []).flatMap(
    ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? [],
  );
}

function isNamedBy(pod: Pod, { metadata }: ApiObject): boolean {
  return metadata?.namespace === namespaceOf(pod) && sharedClaimsOf(pod).includes(metadata.name ?? '');
}

/** @throws VolumeError when a claim keeps the pod from every node */
function podTopologiesOf(pod: Pod, store: ObjectStore): VolumeTopology[] {
  return sharedClaimsOf(pod).flatMap((name) => {
    if (name === '') throw new VolumeError('PersistentVolumeClaim had no name');
    const claim = claimOf(store, namespaceOf(pod), name);
    if (claim === undefined) throw notFound('persistentvolumeclaim', name);
    const volumeName = claim.spec?.volumeName;
    if (volumeName) {
      const volume = volumeOf(store, volumeName);
      if (volume === undefined) throw notFound('persistentvolume', volumeName);
      return topologiesOf(volume);
    }
    const className = classNameOf(claim);
    if (className === '') throw new VolumeError('PersistentVolumeClaim had no pv name and storageClass name');
    const storageClass = classOf(store, className);
    if (storageClass === undefined) throw notFound('storageclass.storage.k8s.io', className);
    if (!storageClass.volumeBindingMode)
      throw new VolumeError(`VolumeBindingMode not set for StorageClass ${JSON.stringify(className)}`);
    if (storageClass.volumeBindingMode !== 'WaitForFirstConsumer')
      throw new VolumeError('PersistentVolume had no name');
    return [];
  });
}

/** Labels with an empty zone in their list are passed over. */
function topologiesOf({ metadata }: Pick<PersistentVolume, 'metadata'>): VolumeTopology[] {
  const labels = metadata?.labels ?? {};
  return [...TOPOLOGY_LABELS.keys()]
    .filter((key) => Object.hasOwn(labels, key))
    .map((key) => ({ key, values: labels[key]!.split(ZONE_DELIMITER).map((value) => value.trim()) }))
    .filter(({ values }) => !values.includes(''));
}

function topologiesText(volume: ApiObject): string {
  return JSON.stringify(topologiesOf(volume));
}

/**
 * What must hold on a node, one list of alternatives for each label: a node without any topology label is taken to be in
 * every zone, and where it has only the current label, that one counts.
 */
function alternativesOf(
  topologies: readonly VolumeTopology[],
  nodes: NodeColumns,
  builder: ProgramBuilder,
): Condition[][][] {
  const conditions = (expressions: NodeSelectorRequirement[]) =>
    conditionsOf({ matchExpressions: expressions }, nodes, builder);
  const lacks = (key: string): NodeSelectorRequirement => ({ key, operator: 'DoesNotExist' });
  return [...valuesByKey(topologies)].map(([key, values]) => {
    const has = (label: string): NodeSelectorRequirement => ({ key: label, operator: 'In', values });
    const current = TOPOLOGY_LABELS.get(key)!;
    const ways = current === key ? [[has(key)]] : [[has(key)], [lacks(key), has(current)]];
    return [[...TOPOLOGY_LABELS.keys()].map(lacks), ...ways].map(conditions);
  });
}

/** The values that all volumes with the label allow, by the label: a pod may have very many volumes. */
function valuesByKey(topologies: readonly VolumeTopology[]): ReadonlyMap<string, string[]> {
  const byKey = new Map<string, string[]>();
  for (const { key, values } of topologies) {
    const allowed = new Set(values);
    byKey.set(key, byKey.get(key)?.filter((value) => allowed.has(value)) ?? [...allowed]);
  }
  return byKey;
}

function notFound(resource: string, name: string): VolumeError {
  return new VolumeError(`${resource} ${JSON.stringify(name)} not found`);
}
