// Devices for a pod that was given a node: first pending, so that later pods see them taken, then written to its claims.
//
//   pending ──> PUT claim with finalizer ──> PUT status: allocation, reservedFor ──> devices ready ──> pod is bound
//      ^                                                 │
//      └── released: the pod's entry in reservedFor is deleted, and nothing is pending any more
//
// The special claim of extended resources is created first and named in the pod's status; released, it is deleted.
import type { Right } from '../model/right.ts';
import { objectKey, type ObjectMeta, type Pod } from '../model/types.ts';
import type { ObjectStore } from '../state/object-store.ts';
import { PENDING_ALLOCATION } from '../plugins/dynamic-resources/kinds.ts';
import type { Reservation, ReservationApi } from '../plugins/plugin.ts';
import {
  createClaim,
  deallocateClaim,
  deleteClaim,
  tellPod,
  type SpecialAllocation,
} from './claim-writes.ts';
import { BindingFailed, hasBindingConditions, isReadyForBinding } from './binding-conditions.ts';
import {
  claimPath,
  FINALIZER,
  isAllocated,
  isReservedFor,
  type PendingAllocation,
  type PodClaim,
} from './claims.ts';
import type { AllocationResult, ResourceClaim } from './types.ts';

/** Of the writes below; where only some may write what binds a claim, `binding` is asked for besides its status. */
export const RESERVATION_RIGHTS: readonly Right[] = [
  { group: 'resource.k8s.io', resource: 'resourceclaims', verbs: ['update'] },
  { group: 'resource.k8s.io', resource: 'resourceclaims/status', verbs: ['update', 'patch'] },
  { group: 'resource.k8s.io', resource: 'resourceclaims/binding', verbs: ['update', 'patch'] },
];

const KIND = 'ResourceClaim';
const ATTEMPTS = 5;
/** How long a newer claim may take to be told of after a conflict. */
const CONFLICT_TIMEOUT_MS = 10_000;
/** How long a claim that was created may take to be told of. */
const CREATION_TIMEOUT_MS = 120_000;

export interface ReservedClaim extends PodClaim {
  /** Decided for this pod; absent of a claim that is allocated already. */
  allocation?: AllocationResult;
}

export interface ReservationOptions {
  store: ObjectStore;
  pod: Pod;
  claims: readonly ReservedClaim[];
  /** For extended resources that devices serve. */
  special?: SpecialAllocation;
  bindingTimeoutMs: number;
}

export class ClaimReservation implements Reservation {
  readonly #options: ReservationOptions;
  readonly #pending: PendingAllocation[] = [];
  /** The special claim, once the API server has it. */
  #created?: ResourceClaim;
  /** Claims that have the pod in their reservedFor because of us. */
  readonly #reserved = new Map<string, ResourceClaim>();
  #api?: ReservationApi;

  /** Takes the devices of the claims' allocations. */
  constructor(options: ReservationOptions) {
    this.#options = options;
    for (const { claim, allocation } of options.claims)
      if (allocation !== undefined) this.#hold(claim.metadata!, allocation);
    const { special, pod } = options;
    // no claim has such a name: the special one has none yet
    const name = `extended resources of ${pod.metadata?.name ?? ''}`;
    if (special !== undefined) this.#hold({ ...special.claim.metadata, name }, special.allocation);
  }

  async commit(api: ReservationApi): Promise<void> {
    this.#api = api;
    // the pod's attempt before this one may not have taken everything back yet
    const { store, pod, special } = this.#options;
    await releasesIn(store).get(pod.metadata?.uid);
    const claims: PodClaim[] = [...this.#options.claims];
    try {
      for (const known of this.#options.claims) {
        const claim = store.get<ResourceClaim>(KIND, known.key) ?? known.claim;
        if (!isReservedFor(claim, pod)) await this.#bindClaim({ ...known, claim }, api);
      }
      if (special !== undefined) claims.push(await this.#bindSpecial(special, api));
      await this.#waitForDevices(claims, api);
    } catch (error) {
      const { message } = error as Error;
      throw new Error(`running PreBind plugin "DynamicResources": ${message}`, { cause: error });
    }
    this.#forgetPending();
  }

  release(): void {
    this.#forgetPending();
    const api = this.#api;
    if (api === undefined) return;
    // a claim that stays keeps its pod waiting until it is gone
    if (this.#created !== undefined) deleteClaim(this.#created, api).catch(() => {});
    if (this.#reserved.size === 0) return;
    const { store, pod } = this.#options;
    const uid = pod.metadata?.uid;
    const written = [...this.#reserved].map(([key, claim]) => this.#takeBack(key, claim, api));
    // when it cannot be written now, the pod's next attempt finds the claim reserved for it
    const ended = Promise.allSettled(written).then(() => {
      if (releasesIn(store).get(uid) === ended) releasesIn(store).delete(uid);
    });
    releasesIn(store).set(uid, ended);
  }

  async #takeBack(key: string, claim: ResourceClaim, api: ReservationApi): Promise<void> {
    const { uid } = this.#options.pod.metadata ?? {};
    const patch = {
      metadata: { uid: claim.metadata?.uid },
      status: { reservedFor: [{ $patch: 'delete', uid }] },
    };
    const path = `${claimPath(claim)}/status`;
    const type = 'application/strategic-merge-patch+json';
    this.#learn(key, await api.write<ResourceClaim>('PATCH', path, patch, type));
  }

  #hold({ namespace, name }: ObjectMeta, allocation: AllocationResult): void {
    const pending = { kind: PENDING_ALLOCATION, metadata: { namespace, name }, allocation };
    this.#pending.push(pending);
    this.#options.store.set(PENDING_ALLOCATION, pending);
  }

  #forgetPending(): void {
    const { store } = this.#options;
    for (const pending of this.#pending) {
      const { namespace = 'default', name } = pending.metadata!;
      const key = `${namespace}/${name}`;
      if (store.get(PENDING_ALLOCATION, key) === pending) store.remove(PENDING_ALLOCATION, key);
    }
  }

  /** Writes the allocation and the reservation; again when somebody else has changed the claim in between. */
  async #bindClaim({ key, claim, allocation }: ReservedClaim, api: ReservationApi): Promise<void> {
    const { store } = this.#options;
    let current = claim;
    for (let attempt = 1; ; attempt++) {
      try {
        const written = await this.#write(key, current, allocation, api);
        this.#reserved.set(key, written);
        this.#learn(key, written);
        return;
      } catch (error) {
        if (!isConflict(error) || attempt === ATTEMPTS) throw error;
      }
      const tried = current;
      await api.until(() => {
        const told = store.stored<ResourceClaim>(KIND, key);
        if (told === undefined) throw new Error(`claim ${key} got deleted in the meantime`);
        current = told;
        return isNewer(told, tried);
      }, CONFLICT_TIMEOUT_MS);
    }
  }

  /** Creates the special claim, and returns it when the API server has told of it: its devices are taken throughout. */
  async #bindSpecial(
    { claim, allocation, mappings }: SpecialAllocation,
    api: ReservationApi,
  ): Promise<PodClaim> {
    const { store, pod } = this.#options;
    const created = await createClaim(claim, api);
    this.#created = created;
    this.#hold(created.metadata!, allocation);
    const key = objectKey(created);
    const written = await this.#write(key, created, allocation, api);
    await tellPod(pod, created.metadata?.name ?? '', mappings, api);
    await api.until(() => {
      const told = store.stored<ResourceClaim>(KIND, key);
      return told !== undefined && isAllocated(told);
    }, CREATION_TIMEOUT_MS);
    return { key, claim: written };
  }

  async #write(
    key: string,
    claim: ResourceClaim,
    allocation: AllocationResult | undefined,
    api: ReservationApi,
  ): Promise<ResourceClaim> {
    const put = (object: ResourceClaim, path: string): Promise<ResourceClaim> => {
      const body = { ...object, apiVersion: 'resource.k8s.io/v1', kind: KIND };
      return api.write<ResourceClaim>('PUT', path, body);
    };
    let current = claim;
    if (current.metadata?.deletionTimestamp !== undefined)
      throw new Error(`claim ${key} got deleted in the meantime`);
    if (allocation !== undefined) {
      if (isAllocated(current)) throw new Error(`claim ${key} got allocated elsewhere in the meantime`);
      const { finalizers = [] } = current.metadata ?? {};
      if (!finalizers.includes(FINALIZER)) {
        const metadata = { ...current.metadata, finalizers: [...finalizers, FINALIZER] };
        current = await put({ ...current, metadata }, claimPath(claim));
      }
    } else if (!isAllocated(current)) {
      throw new Error(`claim ${key} got deallocated elsewhere in the meantime`);
    }
    const { name = '', uid = '' } = this.#options.pod.metadata ?? {};
    const written = allocation ?? current.status!.allocation!;
    const status = {
      ...current.status,
      allocation: { ...written, allocationTimestamp: written.allocationTimestamp ?? timeText(api.now()) },
      reservedFor: [...(current.status?.reservedFor ?? []), { resource: 'pods', name, uid }],
    };
    return put({ ...current, status }, `${claimPath(claim)}/status`);
  }

  /** Reads the claim as it was written until the API server tells of it. */
  #learn(key: string, written: ResourceClaim): void {
    const { store } = this.#options;
    const told = store.stored<ResourceClaim>(KIND, key);
    if (told !== undefined && isNewer(written, told)) store.assume(KIND, written);
  }

  /** Waits until the devices are ready. When one cannot be made ready, its claim is free to be allocated anew. */
  async #waitForDevices(claims: readonly PodClaim[], api: ReservationApi): Promise<void> {
    const { store, bindingTimeoutMs } = this.#options;
    const current = ({ key }: PodClaim) => {
      const claim = store.get<ResourceClaim>(KIND, key);
      if (claim === undefined) throw new Error(`claim ${key} got deleted in the meantime`);
      return claim;
    };
    const waiting = claims.filter((claim) => hasBindingConditions(current(claim)));
    if (waiting.length === 0) return;
    try {
      await api.until(() => waiting.every((claim) => isReadyForBinding(current(claim))), bindingTimeoutMs);
    } catch (error) {
      for (const claim of waiting) if (!isReady(current(claim))) await this.#deallocate(claim.key, api);
      throw error instanceof BindingFailed
        ? error
        : new Error(`device binding timeout: ${(error as Error).message}`, { cause: error });
    }
  }

  async #deallocate(key: string, api: ReservationApi): Promise<void> {
    const claim = this.#options.store.get<ResourceClaim>(KIND, key)!;
    const others = (claim.status?.reservedFor ?? []).filter(
      ({ uid }) => uid !== this.#options.pod.metadata?.uid,
    );
    if (others.length > 0) return;
    await deallocateClaim(claim, api);
    this.#reserved.delete(key);
  }
}

/** What is being taken back for pods, by their uids. */
function releasesIn(store: ObjectStore): Map<string | undefined, Promise<void>> {
  let releases = releasing.get(store);
  if (releases === undefined) {
    releases = new Map<string | undefined, Promise<void>>();
    releasing.set(store, releases);
  }
  return releases;
}

const releasing = new WeakMap<ObjectStore, Map<string | undefined, Promise<void>>>();

function isReady(claim: ResourceClaim): boolean {
  try {
    return isReadyForBinding(claim);
  } catch {
    return false;
  }
}

/** In whole seconds, as the API's times are written. */
function timeText(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** By resourceVersion, which only grows. */
function isNewer(one: ResourceClaim, two: ResourceClaim): boolean {
  return Number(one.metadata?.resourceVersion) > Number(two.metadata?.resourceVersion);
}

function isConflict(error: unknown): boolean {
  return (error as { status?: unknown }).status === 409;
}
