// The volumes that a pod has and would get, node by node.
import type { Labels } from '../../model/labels.ts';
import {
  objectKey,
  type CSINode,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
} from '../../model/types.ts';
import type { ObjectStore } from '../../state/object-store.ts';
import {
  claimNamesOf,
  claimOf,
  classNameOf,
  clusterKey,
  compareQuantities,
  isFullyBound,
  isOwnedBy,
  namespaceOf,
  requestedStorage,
  selectedNodeOf,
  volumeOf,
  waitsForConsumer,
} from '../common/volume-claims.ts';
import { VolumeIndex } from '../common/volume-index.ts';
import { affinityTermsOn } from '../node-volume-limits/csi-migration.ts';
import { ClaimMatcher } from './matching.ts';
import { ClaimProvisioner } from './provisioning.ts';
import { reaches } from '../common/volume-topology.ts';
import { VolumeError } from './volume-error.ts';

const NODE_CONFLICT = "node(s) didn't match PersistentVolume's node affinity";
const BIND_CONFLICT = "node(s) didn't find available persistent volumes to bind";
const NO_SPACE = 'node(s) did not have enough free storage';
const NO_VOLUME = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';

/** An available volume that a claim would be bound to. */
export interface StaticBinding {
  claim: PersistentVolumeClaim;
  volume: PersistentVolume;
}

/** A claim that a volume would be made for. */
export interface DynamicProvision {
  claim: PersistentVolumeClaim;
  /** What its storage pool has left, where that is known. */
  poolBytes?: number;
}

/** What a pod would get on one node. */
export interface NodeVolumes {
  /** Why it cannot have the node; empty when it can. */
  reasons: string[];
  bindings: StaticBinding[];
  provisions: DynamicProvision[];
}

/** The claims of one pod, looked through once for all nodes. */
export class PodVolumes {
  readonly #store: ObjectStore;
  /** The volumes of the bound claims; undefined where there is none of that name. */
  readonly bound: (PersistentVolume | undefined)[] = [];
  /** Bound once the pod has a node: the smallest first, so that they get the smallest volumes. */
  readonly #toMatch: PersistentVolumeClaim[];
  /** A volume is to be made for them on the node that was chosen before. */
  readonly #toProvision: PersistentVolumeClaim[];
  readonly #matchers = new Map<PersistentVolumeClaim, ClaimMatcher>();
  readonly #provisioners = new Map<PersistentVolumeClaim, ClaimProvisioner>();

  /** @throws VolumeError when a claim keeps the pod from every node */
  constructor(pod: Pod, store: ObjectStore) {
    this.#store = store;
    const unbound: PersistentVolumeClaim[] = [];
    for (const claim of checkedClaimsOf(pod, store)) {
      if (isFullyBound(claim)) this.bound.push(volumeOf(store, claim.spec!.volumeName!));
      else if (waitsForConsumer(claim, store) && !claim.spec?.volumeName) unbound.push(claim);
      else throw new VolumeError('pod has unbound immediate PersistentVolumeClaims');
    }
    this.#toMatch = unbound.filter((claim) => selectedNodeOf(claim) === undefined).sort(bySize);
    this.#toProvision = unbound.filter((claim) => selectedNodeOf(claim) !== undefined);
    const index = VolumeIndex.of(store);
    for (const claim of this.#toMatch) {
      const className = classNameOf(claim);
      const reserved = index
        .reservedFor(objectKey(claim))
        .filter((volume) => classNameOf(volume) === className);
      this.#matchers.set(claim, new ClaimMatcher(claim, [...index.free(className), ...reserved]));
    }
  }

  /** The claims that volumes are yet to be found or made for. */
  get unbound(): readonly PersistentVolumeClaim[] {
    return [...this.#toMatch, ...this.#toProvision];
  }

  /** Whether there are volumes that a claim can have: what one pod takes the next one may need. */
  get hasCandidates(): boolean {
    return [...this.#matchers.values()].some(({ isEmpty }) => !isEmpty);
  }

  /** What makes volumes for a claim. @throws VolumeError when an object cannot be understood */
  provisionerOf(claim: PersistentVolumeClaim): ClaimProvisioner {
    let provisioner = this.#provisioners.get(claim);
    if (provisioner === undefined)
      this.#provisioners.set(claim, (provisioner = new ClaimProvisioner(claim, this.#store)));
    return provisioner;
  }

  /** @throws VolumeError when an object cannot be understood */
  on(node: { name: string; labels: Labels }): NodeVolumes {
    const found: NodeVolumes = { reasons: [], bindings: [], provisions: [] };
    const lacking = this.#boundConflict(node);
    if (lacking === NODE_CONFLICT) found.reasons.push(lacking);
    this.#bind(node, found);
    if (lacking === NO_VOLUME) found.reasons.push(lacking);
    return found;
  }

  /** Of the bound claims, the first one's reason counts. */
  #boundConflict({ name, labels }: { name: string; labels: Labels }): string | undefined {
    if (this.bound.length === 0) return undefined;
    const csiNode = this.#store.get<CSINode>('CSINode', clusterKey(name));
    for (const volume of this.bound) {
      if (volume === undefined) return NO_VOLUME;
      if (!reaches(affinityTermsOn(volume, csiNode), labels)) return NODE_CONFLICT;
    }
    return undefined;
  }

  #bind({ name, labels }: { name: string; labels: Labels }, found: NodeVolumes): void {
    if (this.#toProvision.some((claim) => selectedNodeOf(claim) !== name)) {
      found.reasons.push(BIND_CONFLICT);
      return;
    }
    const toProvision = [...this.#toProvision];
    const taken = new Set<string>();
    for (const claim of this.#toMatch) {
      const volume = this.#matchers.get(claim)!.find(labels, taken);
      if (volume === undefined) {
        toProvision.push(claim);
        continue;
      }
      taken.add(volume.metadata?.name ?? '');
      found.bindings.push({ claim, volume });
    }
    for (const claim of toProvision) {
      const provision = this.provisionerOf(claim).provision(labels);
      if (provision.type !== 'possible') {
        found.reasons.push(provision.type === 'impossible' ? BIND_CONFLICT : NO_SPACE);
        return;
      }
      found.provisions.push({ claim, poolBytes: provision.poolBytes });
    }
  }
}

/** The pod's claims. @throws VolumeError for the first one that cannot be used */
function checkedClaimsOf(pod: Pod, store: ObjectStore): PersistentVolumeClaim[] {
  const namespace = namespaceOf(pod);
  return claimNamesOf(pod).map(({ name, isEphemeral }) => {
    const claim = claimOf(store, namespace, name);
    const quoted = JSON.stringify(name);
    if (claim === undefined) {
      const missing = isEphemeral
        ? `waiting for ephemeral volume controller to create the persistentvolumeclaim ${quoted}`
        : `persistentvolumeclaim ${quoted} not found`;
      throw new VolumeError(missing);
    }
    if (claim.status?.phase === 'Lost') {
      const volume = JSON.stringify(claim.spec?.volumeName ?? '');
      throw new VolumeError(
        `persistentvolumeclaim ${quoted} bound to non-existent persistentvolume ${volume}`,
      );
    }
    if (claim.metadata?.deletionTimestamp !== undefined)
      throw new VolumeError(`persistentvolumeclaim ${quoted} is being deleted`);
    if (isEphemeral && !isOwnedBy(claim, pod)) throw notOwned(name, pod);
    return claim;
  });
}

export function notOwned(claim: string, pod: Pod): VolumeError {
  const namespace = namespaceOf(pod);
  return new VolumeError(
    `PVC ${namespace}/${claim} was not created for pod ${namespace}/${pod.metadata?.name} (pod is not owner)`,
  );
}

function bySize(one: PersistentVolumeClaim, two: PersistentVolumeClaim): number {
  return compareQuantities(requestedStorage(one) ?? 0n, requestedStorage(two) ?? 0n);
}
