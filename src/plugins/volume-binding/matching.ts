// Available volumes for an unbound claim: the smallest that is large enough, alike in every other respect, and reachable.
import { matches, selectorOf, SelectorError, type Labels } from '../../model/labels.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../model/types.ts';
import { capacityOf, compareQuantities, requestedStorage } from '../common/volume-claims.ts';
import { affinityTermsOf, reaches } from '../common/volume-topology.ts';
import { LabelIndex } from './label-index.ts';
import { VolumeError } from './volume-error.ts';

/** Whether the volume is reserved for the claim, by a user or by a controller. */
export function isBoundTo({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const reference = spec?.claimRef;
  if (!reference) return false;
  return (
    reference.name === metadata?.name &&
    reference.namespace === metadata?.namespace &&
    (!reference.uid || reference.uid === metadata?.uid)
  );
}

/** The volumes of its class that a claim can have, looked through once for all nodes. */
export class ClaimMatcher {
  /** Reserved for this claim: while one is left, the claim gets the first of them or none. */
  readonly #reserved: readonly PersistentVolume[];
  /** The others: the smallest first, equal ones by name. */
  readonly #candidates = new LabelIndex<PersistentVolume>();

  /** @throws VolumeError when the claim's selector or a quantity cannot be understood */
  constructor(claim: PersistentVolumeClaim, volumes: readonly PersistentVolume[]) {
    const requested = requestedStorage(claim) ?? 0n;
    const fits = volumes
      .filter(({ metadata, spec }) => {
        return (
          (spec?.volumeMode ?? 'Filesystem') === (claim.spec?.volumeMode ?? 'Filesystem') &&
          (spec?.volumeAttributesClassName ?? '') === (claim.spec?.volumeAttributesClassName ?? '') &&
          metadata?.deletionTimestamp === undefined
        );
      })
      .map((volume) => ({ volume, name: volume.metadata?.name ?? '', capacity: capacityOf(volume) }))
      .filter(({ capacity }) => capacity >= requested);
    this.#reserved = fits
      .filter(({ volume }) => isBoundTo(volume, claim))
      .sort(byName)
      .map(({ volume }) => volume);
    const selector = claimSelector(claim);
    const modes = claim.spec?.accessModes ?? [];
    fits
      .filter(
        ({ volume: { spec, status, metadata } }) =>
          !spec?.claimRef &&
          status?.phase === 'Available' &&
          (selector === undefined || matches(selector, metadata?.labels)) &&
          modes.every((mode) => spec?.accessModes?.includes(mode)),
      )
      .sort((one, two) => compareQuantities(one.capacity, two.capacity) || byName(one, two))
      .forEach(({ volume }) => this.#candidates.add(volume, requiredLabelOf(volume)));
  }

  /** The volume that the claim gets on a node with these labels; undefined when there is none. */
  find(labels: Labels, taken: ReadonlySet<string>): PersistentVolume | undefined {
    const isFree = ({ metadata }: PersistentVolume) => !taken.has(metadata?.name ?? '');
    const reserved = this.#reserved.find(isFree);
    if (reserved !== undefined) return reaches(affinityTermsOf(reserved), labels) ? reserved : undefined;
    const isReachable = (volume: PersistentVolume) =>
      isFree(volume) && reaches(affinityTermsOf(volume), labels);
    return this.#candidates.first(labels, isReachable);
  }

  /** Whether there is no volume that the claim can have. */
  get isEmpty(): boolean {
    return this.#reserved.length === 0 && this.#candidates.isEmpty;
  }
}

/** A label that nodes must have one of the values of to reach the volume; undefined when there is none that is so simple. */
function requiredLabelOf(volume: PersistentVolume) {
  const terms = affinityTermsOf(volume);
  return terms?.length === 1
    ? terms[0]!.matchExpressions?.find(({ operator }) => operator === 'In')
    : undefined;
}

function byName(one: { name: string }, two: { name: string }): number {
  return one.name < two.name ? -1 : 1;
}

function claimSelector(claim: PersistentVolumeClaim) {
  if (!claim.spec?.selector) return undefined;
  try {
    return selectorOf(claim.spec.selector);
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    const { namespace, name } = claim.metadata ?? {};
    throw new VolumeError(
      `error creating internal label selector for claim: ${namespace}/${name}: ${error.message}`,
    );
  }
}
