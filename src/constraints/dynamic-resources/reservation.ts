// Devices for a pod that was given a node: first pending, so that later pods see them taken, then written to its claims.
//
//   pending ──> PUT claim with finalizer ──> PUT status: allocation, reservedFor ──> devices ready ──> pod is bound
//      ^                                                 │
//      └── released: the pod's entry in reservedFor is deleted, and nothing is pending any more
import type { Pod } from '../../api/types.ts';
import type { ObjectStore } from '../../cluster/object-store.ts';
import type { Reservation, ReservationApi } from '../constraint.ts';
import { BindingFailed, hasBindingConditions, isReadyForBinding } from './binding-conditions.ts';
import {
  isAllocated,
  isReservedFor,
  PENDING_ALLOCATION,
  type PendingAllocation,
  type PodClaim,
} from './claims.ts';
import type { AllocationResult, ResourceClaim } from './types.ts';

const KIND = 'ResourceClaim';
const FINALIZER = 'resource.kubernetes.io/delete-protection';
const ATTEMPTS = 5;
/** How long a newer claim may take to be told of after a conflict. */
const CONFLICT_TIMEOUT_MS = 10_000;

export interface ReservedClaim extends PodClaim {
  /** Decided for this pod; absent of a claim that is allocated already. */
  allocation?: AllocationResult;
}

export interface ReservationOptions {
  store: ObjectStore;
  pod: Pod;
  claims: readonly ReservedClaim[];
  bindingTimeoutMs: number;
}

export class ClaimReservation implements Reservation {
  readonly #options: ReservationOptions;
  readonly #pending: PendingAllocation[] = [];
  /** Claims that have the pod in their reservedFor because of us. */
  readonly #reserved = new Map<string, ResourceClaim>();
  #api?: ReservationApi;

  /** Takes the devices of the claims' allocations. */
  constructor(options: ReservationOptions) {
    this.#options = options;
    for (const { claim, allocation } of options.claims) {
      if (allocation === undefined) continue;
      const { namespace, name } = claim.metadata!;
      const pending = { kind: PENDING_ALLOCATION, metadata: { namespace, name }, allocation };
      this.#pending.push(pending);
      options.store.set(PENDING_ALLOCATION, pending);
    }
  }

  async commit(api: ReservationApi): Promise<void> {
    this.#api = api;
    const { claims, pod } = this.#options;
    try {
      for (const claim of claims) if (!isReservedFor(claim.claim, pod)) await this.#bindClaim(claim, api);
      await this.#waitForDevices(api);
    } catch (error) {
      const { message } = error as Error;
      throw new Error(`running PreBind plugin "DynamicResources": ${message}`, { cause: error });
    }
    this.#forgetPending();
  }

  release(): void {
    this.#forgetPending();
    for (const [key, claim] of this.#reserved) {
      const patch = {
        metadata: { uid: claim.metadata?.uid },
        status: { reservedFor: [{ $patch: 'delete', uid: this.#options.pod.metadata?.uid }] },
      };
      const path = `${pathOf(claim)}/status`;
      // when it cannot be written now, the pod's next attempt finds the claim reserved for it
      this.#api
        ?.write('PATCH', path, patch, 'application/strategic-merge-patch+json')
        .catch(() => this.#reserved.delete(key));
    }
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
        current = await put({ ...current, metadata }, pathOf(claim));
      }
    } else if (!isAllocated(current)) {
      throw new Error(`claim ${key} got deallocated elsewhere in the meantime`);
    }
    const { name = '', uid = '' } = this.#options.pod.metadata ?? {};
    const written = allocation ?? current.status!.allocation!;
    const status = {
      ...current.status,
      allocation: { ...written, allocationTimestamp: written.allocationTimestamp ?? timestamp() },
      reservedFor: [...(current.status?.reservedFor ?? []), { resource: 'pods', name, uid }],
    };
    return put({ ...current, status }, `${pathOf(claim)}/status`);
  }

  /** Reads the claim as it was written until the API server tells of it. */
  #learn(key: string, written: ResourceClaim): void {
    const { store } = this.#options;
    const told = store.stored<ResourceClaim>(KIND, key);
    if (told !== undefined && isNewer(written, told)) store.assume(KIND, written);
  }

  /** Waits until the devices are ready. When one cannot be made ready, its claim is free to be allocated anew. */
  async #waitForDevices(api: ReservationApi): Promise<void> {
    const { store, claims, bindingTimeoutMs } = this.#options;
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
    const body = { ...claim, apiVersion: 'resource.k8s.io/v1', kind: KIND, status: {} };
    await api.write('PUT', `${pathOf(claim)}/status`, body);
    this.#reserved.delete(key);
  }
}

function isReady(claim: ResourceClaim): boolean {
  try {
    return isReadyForBinding(claim);
  } catch {
    return false;
  }
}

function pathOf({ metadata }: ResourceClaim): string {
  const { namespace = 'default', name = '' } = metadata ?? {};
  return `/apis/resource.k8s.io/v1/namespaces/${namespace}/resourceclaims/${name}`;
}

/** Now, in whole seconds, as the API's times are written. */
function timestamp(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}

/** By resourceVersion, which only grows. */
function isNewer(one: ResourceClaim, two: ResourceClaim): boolean {
  return Number(one.metadata?.resourceVersion) > Number(two.metadata?.resourceVersion);
}

function isConflict(error: unknown): boolean {
  return (error as { status?: unknown }).status === 409;
}
