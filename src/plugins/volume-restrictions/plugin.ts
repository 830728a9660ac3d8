// VolumeRestrictions: a claim for one pod only is free as long as no pod with a node names it, and a disk of a kind that
// one machine can write to at a time is free on nodes without it.
import type { ApiObject, PersistentVolumeClaim, Pod, Volume } from '../../model/types.ts';
import type { Cluster } from '../../state/cluster.ts';
import { isOwn } from '../common/alike-claims.ts';
import { CLAIMS } from '../common/objects.ts';
import { unschedulable, definePlugin, type Packed } from '../plugin.ts';
import { CLAIM, claimOf, namespaceOf } from '../common/volume-claims.ts';
import { POD_VOLUMES } from '../../state/pod-volumes.ts';

const KINDS = [CLAIM, POD_VOLUMES] as const;
const DISK_CONFLICT = 0;
const CLAIM_CONFLICT = 1;
const REASONS = {
  [DISK_CONFLICT]: unschedulable('node(s) had no available disk'),
  [CLAIM_CONFLICT]: unschedulable(
    'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
  ),
};

export const volumeRestrictions = definePlugin({
  name: 'VolumeRestrictions',
  points: ['preFilter', 'filter'],
  needs: ['preFilter'],
  objects: [CLAIMS],

  // the claims are in VolumeBinding's key
  key(pod) {
    const disks = disksOf(pod).map(({ name: _, ...source }) => source);
    return disks.length === 0 ? {} : { rule: JSON.stringify(disks) };
  },

  pack(pod, { cluster, builder, code }): Packed | undefined {
    if (code === 0 || pod.spec?.volumes === undefined) return undefined;
    const disks = disksOf(pod);
    const claims = claimNames(pod);
    if (disks.length === 0 && claims.length === 0) return undefined;
    const namespace = namespaceOf(pod);
    const exclusive: string[] = [];
    for (const name of claims) {
      const claim = claimOf(cluster.store, namespace, name);
      if (claim === undefined)
        return { refusal: `persistentvolumeclaim ${JSON.stringify(name)} not found`, kinds: KINDS };
      // no other pod names a claim that is the pod's own
      if (isForOnePod(claim) && !isOwn(pod, claim, cluster)) exclusive.push(name);
    }
    if (disks.length === 0 && exclusive.length === 0) return undefined;
    const recheck = (row: number) => {
      if (hasConflict(disks, cluster, row)) return code + DISK_CONFLICT;
      const isTaken = exclusive.some((name) => cluster.volumeUsers.namedOnNodes(`${namespace}/${name}`) > 0);
      return isTaken ? code + CLAIM_CONFLICT : 0;
    };
    for (let row = 0; row < cluster.nodes.columns.rows; row++) {
      const found = cluster.nodes.node(row) === undefined ? 0 : recheck(row);
      if (found !== 0) builder.rejectRow(row, found);
    }
    return {
      kinds: KINDS,
      recheck,
      sequential: true,
      explain: (_, reason) => REASONS[reason as keyof typeof REASONS],
    };
  },

  helps(event, pod) {
    if (event.kind === 'Node') return event.before === undefined;
    if (event.kind === 'Object') {
      return event.before === undefined && event.after?.kind === CLAIM && isNamedBy(pod, event.after);
    }
    if (event.kind !== 'AssignedPod' || event.before === undefined || event.after !== undefined) return false;
    if (namespaceOf(event.before) !== namespaceOf(pod)) return false;
    const freed = event.before.spec?.volumes ?? [];
    return (
      disksOf(pod).some((disk) => freed.some((other) => collide(disk, other))) ||
      claimNames(pod).some((name) => freed.some((other) => other.persistentVolumeClaim?.claimName === name))
    );
  },
});

function disksOf(pod: Pod): Volume[] {
  return (pod.spec?.volumes ?? []).filter(
    ({ gcePersistentDisk, awsElasticBlockStore, iscsi, rbd }) =>
      gcePersistentDisk ?? awsElasticBlockStore ?? iscsi ?? rbd,
  );
}

function claimNames(pod: Pod): string[] {
  return (pod.spec?.volumes ?? []).flatMap(
    ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? [],
  );
}

function isNamedBy(pod: Pod, { metadata }: ApiObject): boolean {
  return metadata?.namespace === namespaceOf(pod) && claimNames(pod).includes(metadata.name ?? '');
}

function isForOnePod({ spec }: PersistentVolumeClaim): boolean {
  return spec?.accessModes?.includes('ReadWriteOncePod') ?? false;
}

function hasConflict(disks: readonly Volume[], cluster: Cluster, row: number): boolean {
  if (disks.length === 0) return false;
  for (const { volumes } of cluster.podsIn(row)) {
    if (volumes.some((volume) => disks.some((disk) => collide(disk, volume)))) return true;
  }
  return false;
}

/** Whether two pods on one node cannot have these disks: the same disk, unless both only read it. */
function collide(one: Volume, two: Volume): boolean {
  const bothRead = (first: { readOnly?: boolean }, second: { readOnly?: boolean }) =>
    Boolean(first.readOnly) && Boolean(second.readOnly);
  if (one.gcePersistentDisk && two.gcePersistentDisk) {
    const [disk, other] = [one.gcePersistentDisk, two.gcePersistentDisk];
    if (disk.pdName === other.pdName && !bothRead(disk, other)) return true;
  }
  if (one.awsElasticBlockStore && two.awsElasticBlockStore) {
    if (one.awsElasticBlockStore.volumeID === two.awsElasticBlockStore.volumeID) return true;
  }
  if (one.iscsi && two.iscsi) {
    if (one.iscsi.iqn === two.iscsi.iqn && !bothRead(one.iscsi, two.iscsi)) return true;
  }
  if (one.rbd && two.rbd) {
    const [image, other] = [one.rbd, two.rbd];
    return (
      image.monitors.some((monitor) => other.monitors.includes(monitor)) &&
      image.pool === other.pool &&
      image.image === other.image &&
      !bothRead(image, other)
    );
  }
  return false;
}
