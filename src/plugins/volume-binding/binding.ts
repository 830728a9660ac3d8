// Volumes for a pod that was given a node: first assumed, so that later pods see them taken, then written to the API
// server and waited for, so that the pod is bound only when it can mount them.
//
//   assume ──> PUT volume with claimRef ──────> volume controller binds ──> claim fully bound ──> pod is bound
//          └─> PUT claim with selected node ──> provisioner makes a volume ──^
import type { Right } from '../../model/right.ts';
import type { CSINode, PersistentVolume, PersistentVolumeClaim, Pod } from '../../model/types.ts';
import { objectKey } from '../../model/types.ts';
import type { PluginContext, Reservation, ReservationApi } from '../plugin.ts';
import { CLAIM, clusterKey, isFullyBound, SELECTED_NODE, VOLUME } from '../common/volume-claims.ts';
import { affinityTermsOn } from '../node-volume-limits/csi-migration.ts';
import { isBoundTo } from './matching.ts';
import type { NodeVolumes, StaticBinding } from './pod-volumes.ts';
import { reaches } from '../common/volume-topology.ts';

/** Of the writes below. */
export const BINDING_RIGHTS: readonly Right[] = [
  { group: '', resource: 'persistentvolumes', verbs: ['update'] },
  { group: '', resource: 'persistentvolumeclaims', verbs: ['update'] },
];

const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';

export class VolumeReservation implements Reservation {
  readonly #pod: Pod;
  readonly #node: string;
  readonly #context: PluginContext;
  /** Volumes with their claims' references in them. */
  #bindings: StaticBinding[];
  /** Claims with the node in them. */
  #provisions: PersistentVolumeClaim[];
  /** What the API server has not been told of, by kind and key. */
  readonly #unwritten = new Set<string>();

  /** Assumes what the pod gets on the node. */
  constructor(pod: Pod, node: string, { bindings, provisions }: NodeVolumes, context: PluginContext) {
    this.#pod = pod;
    this.#node = node;
    this.#context = context;
    this.#bindings = bindings.map(({ claim, volume }) => ({ claim, volume: reserved(volume, claim) }));
    this.#provisions = provisions.map(({ claim }) => annotated(claim, SELECTED_NODE, node));
    for (const { volume } of this.#bindings) this.#assume(VOLUME, volume);
    for (const claim of this.#provisions) this.#assume(CLAIM, claim);
  }

  async commit(api: ReservationApi): Promise<void> {
    const { bindTimeoutSeconds } = this.#context.profile.args.VolumeBinding;
    try {
      await this.#write(api);
      await api.until(() => this.#isBound(), bindTimeoutSeconds * 1000);
    } catch (error) {
      throw new Error(
        `running PreBind plugin "VolumeBinding": binding volumes: ${(error as Error).message}`,
        {
          cause: error,
        },
      );
    }
  }

  release(): void {
    // what was written is replaced by what the API server tells of it
    for (const name of this.#unwritten) {
      const [kind, key] = name.split(' ') as [string, string];
      this.#context.cluster.store.restore(kind, key);
    }
    this.#unwritten.clear();
  }

  #assume(kind: string, object: PersistentVolume | PersistentVolumeClaim): void {
    this.#context.cluster.store.assume(kind, object);
    this.#unwritten.add(`${kind} ${objectKey(object)}`);
  }

  async #write(api: ReservationApi): Promise<void> {
    for (const binding of this.#bindings) {
      const { volume } = binding;
      const path = `/api/v1/persistentvolumes/${volume.metadata?.name}`;
      binding.volume = await api.write('PUT', path, { apiVersion: 'v1', ...volume, kind: VOLUME });
      this.#unwritten.delete(`${VOLUME} ${objectKey(volume)}`);
    }
    for (const [n, claim] of this.#provisions.entries()) {
      const { namespace, name } = claim.metadata!;
      const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}`;
      this.#provisions[n] = await api.write('PUT', path, { apiVersion: 'v1', ...claim, kind: CLAIM });
      this.#unwritten.delete(`${CLAIM} ${objectKey(claim)}`);
    }
  }

  /** Whether every claim is bound. Throws when the pod must be tried again. */
  #isBound(): boolean {
    const { cluster } = this.#context;
    const row = cluster.nodes.rowOf(this.#node);
    if (row === undefined) throw new Error(`failed to get node ${JSON.stringify(this.#node)}`);
    const record = cluster.pod(objectKey(this.#pod));
    if (record === undefined || record.uid !== this.#pod.metadata?.uid)
      throw new Error('pod does not exist any more');
    return (
      this.#bindings.every((binding) => this.#isBindingDone(binding)) &&
      this.#provisions.every((claim) => this.#isProvisionDone(claim))
    );
  }

  #isBindingDone({ claim, volume: written }: StaticBinding): boolean {
    const volume = this.#stored<PersistentVolume>(VOLUME, written);
    const current = this.#stored<PersistentVolumeClaim>(CLAIM, claim);
    if (volume === undefined) throw this.#notFound('persistentvolume', written);
    if (current === undefined) throw this.#notFound('persistentvolumeclaim', claim);
    if (isOlder(volume, written)) return false;
    this.#checkAffinity(volume);
    if (!volume.spec?.claimRef?.uid) throw new Error(`ClaimRef got reset for pv ${quotedName(volume)}`);
    return isFullyBound(current);
  }

  #isProvisionDone(written: PersistentVolumeClaim): boolean {
    const claim = this.#stored<PersistentVolumeClaim>(CLAIM, written);
    if (claim === undefined) throw this.#notFound('persistentvolumeclaim', written);
    if (isOlder(claim, written)) return false;
    if (claim.metadata?.annotations === undefined)
      throw new Error(`selectedNode annotation reset for PVC ${quotedName(claim)}`);
    // a provisioner that cannot make the volume takes the node away
    if (claim.metadata.annotations[SELECTED_NODE] !== this.#node)
      throw new Error(`provisioning failed for PVC ${quotedName(claim)}`);
    const name = claim.spec?.volumeName;
    if (name) {
      const volume = this.#context.cluster.store.stored<PersistentVolume>(VOLUME, clusterKey(name));
      // the claim may be seen before its volume
      if (volume === undefined) return false;
      this.#checkAffinity(volume);
    }
    return isFullyBound(claim);
  }

  #checkAffinity(volume: PersistentVolume): void {
    const { cluster } = this.#context;
    const { labels } = cluster.nodes.node(cluster.nodes.rowOf(this.#node)!)!;
    const csiNode = cluster.store.get<CSINode>('CSINode', clusterKey(this.#node));
    if (reaches(affinityTermsOn(volume, csiNode), labels)) return;
    const node = JSON.stringify(this.#node);
    throw new Error(
      `pv ${quotedName(volume)} node affinity doesn't match node ${node}: no matching NodeSelectorTerms`,
    );
  }

  /** As the API server has it, whatever is assumed of it. */
  #stored<T extends PersistentVolume | PersistentVolumeClaim>(kind: string, object: T): T | undefined {
    return this.#context.cluster.store.stored<T>(kind, objectKey(object));
  }

  #notFound(resource: string, object: PersistentVolume | PersistentVolumeClaim): Error {
    return new Error(`failed to check binding: ${resource} ${quotedName(object)} not found`);
  }
}

/** The volume with a reference to the claim, as the volume controller would bind it. */
function reserved(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const { namespace, name, uid, resourceVersion } = claim.metadata ?? {};
  const reference = volume.spec?.claimRef;
  const isComplete =
    reference !== undefined &&
    reference.name === name &&
    reference.namespace === namespace &&
    reference.uid === uid;
  const claimRef = isComplete
    ? reference
    : { apiVersion: 'v1', kind: CLAIM, namespace, name, uid, resourceVersion };
  const bound = { ...volume, spec: { ...volume.spec, claimRef } };
  return isBoundTo(volume, claim) ? bound : annotated(bound, BOUND_BY_CONTROLLER, 'yes');
}

function annotated<T extends PersistentVolume | PersistentVolumeClaim>(
  object: T,
  key: string,
  value: string,
): T {
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, annotations: { ...metadata?.annotations, [key]: value } } };
}

/** The API server numbers the versions of one object upwards. */
function isOlder(
  { metadata: one }: PersistentVolume | PersistentVolumeClaim,
  { metadata: two }: PersistentVolume | PersistentVolumeClaim,
): boolean {
  return BigInt(one?.resourceVersion ?? 0) < BigInt(two?.resourceVersion ?? 0);
}

function quotedName({ metadata }: PersistentVolume | PersistentVolumeClaim): string {
  return JSON.stringify(metadata?.name ?? '');
}
