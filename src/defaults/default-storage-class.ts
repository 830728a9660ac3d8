// The admission plugin DefaultStorageClass: a claim that names no class is of the default one.
import type { PersistentVolumeClaim, StorageClass } from '../model/types.ts';
import type { ClusterFacts } from './facts.ts';

const IS_DEFAULT = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];
const CLASS_OF_CLAIM = 'volume.beta.kubernetes.io/storage-class';

export function setDefaultStorageClass(claim: PersistentVolumeClaim, facts: ClusterFacts): void {
  const { spec, metadata } = claim;
  if (!spec || spec.storageClassName !== undefined) return;
  if (metadata?.annotations !== undefined && CLASS_OF_CLAIM in metadata.annotations) return;
  const name = [...facts.storageClasses()].filter(isDefault).sort(byAgeThenName)[0]?.metadata?.name;
  if (name !== undefined) spec.storageClassName = name;
}

function isDefault({ metadata }: StorageClass): boolean {
  return IS_DEFAULT.some((annotation) => metadata?.annotations?.[annotation] === 'true');
}

/** The newest first. */
function byAgeThenName({ metadata: one }: StorageClass, { metadata: two }: StorageClass): number {
  const [oneCreated = '', twoCreated = ''] = [one?.creationTimestamp, two?.creationTimestamp];
  if (oneCreated !== twoCreated) return oneCreated > twoCreated ? -1 : 1;
  return (one?.name ?? '') < (two?.name ?? '') ? -1 : 1;
}
