// Available volumes for an unbound claim: the smallest that is large enough, alike in every other respect, and reachable.
import { matches, selectorOf, SelectorError, type Labels } from '../../model/labels.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../model/types.ts';
import { capacityOf, compareQuantities, requestedStorage } from '../common/volume-claims.ts';
import { affinityTermsOf, reaches } from '../common/volume-topology.ts';
import { VolumeError } from './volume-error.ts';

interface Candidate {
  volume: PersistentVolume;
  /** Its place among the candidates: the smallest first, equal ones by name. */
  order: number;
}

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
  /** Candidates that only nodes with certain values of a label reach, by the label and the value. */
  readonly #byLabel = new Map<string, Map<string, Candidate[]>>();
  readonly #others: Candidate[] = [];

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
      .forEach(({ volume }, order) => this.#index({ volume, order }));
  }

  /** The volume that the claim gets on a node with these labels; undefined when there is none. */
  find(labels: Labels, taken: ReadonlySet<string>): PersistentVolume | undefined {
    const isFree = ({ metadata }: PersistentVolume) => !taken.has(metadata?.name ?? '');
    const reserved = this.#reserved.find(isFree);
    if (reserved !== undefined) return reaches(affinityTermsOf(reserved), labels) ? reserved : undefined;
    const lists = [this.#others];
    for (const [key, byValue] of this.#byLabel) {
      const list = Object.hasOwn(labels, key) ? byValue.get(labels[key]!) : undefined;
      if (list !== undefined) lists.push(list);
    }
    let best: Candidate | undefined;
    for (const list of lists) {
      const first = list.find(({ volume }) => isFree(volume) && reaches(affinityTermsOf(volume), labels));
      if (first !== undefined && (best === undefined || first.order < best.order)) best = first;
    }
    return best?.volume;
  }

  #index(candidate: Candidate): void {
    const terms = affinityTermsOf(candidate.volume);
    const required =
      terms?.length === 1 ? terms[0]!.matchExpressions?.find(({ operator }) => operator === 'In') : undefined;
    if (required === undefined) {
      this.#others.push(candidate);
      return;
    }
    let byValue = this.#byLabel.get(required.key);
    if (byValue === undefined) this.#byLabel.set(required.key, (byValue = new Map<string, Candidate[]>()));
    for (const value of new Set(required.values)) {
      const list = byValue.get(value);
      if (list === undefined) byValue.set(value, [candidate]);
      else list.push(candidate);
    }
  }
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
