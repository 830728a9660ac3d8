// Where a pod's claims let it go, as conditions over the columns of labels: no node is looked at by itself.
import type { CSIStorageCapacity, PersistentVolume, Pod, TopologySelectorTerm } from '../../model/types.ts';
import { objectKey } from '../../model/types.ts';
import type { TermList } from '../../kernel/program/parts.ts';
import type { Cluster } from '../../state/cluster.ts';
import type { StoreChange } from '../../state/object-store.ts';
import { concernsClaimsOf } from '../common/alike-claims.ts';
import { conditionsOf } from '../common/node-selectors.ts';
import { classNameOf, selectedNodeOf, VOLUME } from '../common/volume-claims.ts';
import { affinityTermsOf, reachableTerms } from '../common/volume-topology.ts';
import { isInTree } from '../node-volume-limits/csi-migration.ts';
import type { PackContext } from '../plugin.ts';
import type { PodVolumes } from './pod-volumes.ts';
import { VolumeError } from './volume-error.ts';

/**
 * Lists of alternatives, of each of which one must hold on a node, storage pools apart. undefined when nodes must be looked
 * at one by one: volumes are there to choose from, or what a volume asks for depends on the node.
 */
export function conditionsFor(volumes: PodVolumes, context: PackContext): TermList[] | undefined {
  if (volumes.hasCandidates) return undefined;
  const bound: PersistentVolume[] = [];
  for (const volume of volumes.bound) {
    if (volume === undefined || isInTree(volume)) return undefined;
    bound.push(volume);
  }
  try {
    return [...affinitiesOf(bound, context), ...unboundConditions(volumes, context)];
  } catch (error) {
    // said of the nodes that it concerns
    if (error instanceof VolumeError) return undefined;
    throw error;
  }
}

function affinitiesOf(bound: readonly PersistentVolume[], { cluster, builder }: PackContext): TermList[] {
  return bound.flatMap((volume) => {
    const terms = affinityTermsOf(volume);
    return terms === undefined
      ? []
      : [reachableTerms(terms).map((term) => conditionsOf(term, cluster.nodes, builder))];
  });
}

/** @throws VolumeError when the class of a claim cannot be understood */
function unboundConditions(volumes: PodVolumes, { cluster: { nodes }, builder }: PackContext): TermList[] {
  return volumes.unbound.flatMap((claim) => {
    const conditions: TermList[] = [];
    const selected = selectedNodeOf(claim);
    const { column, codes } = nodes.name;
    if (selected !== undefined) conditions.push([[builder.equals(column, codes.get(selected))]]);
    const { topologies } = volumes.provisionerOf(claim);
    if (topologies === 'none') conditions.push([]);
    else if (topologies !== 'any')
      conditions.push(
        topologies.flatMap((term) => alternativeOf(term, (one) => conditionsOf(one, nodes, builder))),
      );
    return conditions;
  });
}

function alternativeOf<T>(
  { matchLabelExpressions = [] }: TopologySelectorTerm,
  conditions: (term: { matchExpressions: { key: string; operator: 'In'; values: string[] }[] }) => T,
): T[] {
  // one that asks for nothing allows nothing
  if (matchLabelExpressions.length === 0) return [];
  const matchExpressions = matchLabelExpressions.map(({ key, values }) => ({
    key,
    operator: 'In' as const,
    values: [...values],
  }));
  return [conditions({ matchExpressions })];
}

/** Says which changes of objects may matter to pods of this one's class, for which no volume is there to choose. */
export function concernsVolumesOf(
  pod: Pod,
  volumes: PodVolumes,
  cluster: Cluster,
): (change: StoreChange) => boolean {
  const { store } = cluster;
  const concernsClaims = concernsClaimsOf(pod, cluster);
  const classes = new Set(volumes.unbound.map(classNameOf));
  const pools = new Set<string>();
  for (const pool of store.list<CSIStorageCapacity>('CSIStorageCapacity'))
    if (classes.has(pool.storageClassName)) pools.add(objectKey(pool));
  return (change) => {
    const { kind, key } = change;
    if (kind === 'CSINode') return false;
    if (kind === 'CSIDriver') return classes.size > 0;
    if (kind === VOLUME && classes.size > 0) {
      const volume = store.get<PersistentVolume>(kind, key);
      if (volume !== undefined && !volume.spec?.claimRef && classes.has(classNameOf(volume))) return true;
    }
    if (kind === 'CSIStorageCapacity') {
      const pool = store.get<CSIStorageCapacity>(kind, key);
      return pools.has(key) || (pool !== undefined && classes.has(pool.storageClassName));
    }
    return concernsClaims(change);
  };
}
