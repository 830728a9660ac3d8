// The special claim of a pod: what the scheduler makes for extended resources that devices serve on the pod's node.
import type { Pod } from '../model/types.ts';
import type { ObjectStore } from '../state/object-store.ts';
import { backedRequestsOf, backingOf, type Backing } from '../plugins/common/extended-resources.ts';
import type { NodeWithAmounts } from './node-selection.ts';
import { specialRequestsOf, type SpecialRequests } from './special-requests.ts';
import type { ResourceClaim } from './types.ts';

const ANNOTATION = 'resource.kubernetes.io/extended-resource-claim';
/** No claim of the API server has this name. */
const NAME = '<extended-resources>';

/** What one node means for the pod's extended resources. */
export type NodeNeed =
  /** A resource that nobody provides there. */
  | 'missing'
  /** An attempt that failed has left its claim behind. */
  | 'stale'
  /** The requests for devices; none when the node's device plugins have it all. */
  | SpecialRequests;

/** The extended resources of a pod of which device classes back at least one. */
export class SpecialClaim {
  readonly key: string;
  readonly #pod: Pod;
  readonly #requests: ReadonlyMap<string, number>;
  readonly #backing: Backing;
  readonly #isStale: boolean;
  /** By the names of the resources that devices must serve. */
  readonly #needs = new Map<string, SpecialRequests>();

  private constructor(pod: Pod, store: ObjectStore, requests: ReadonlyMap<string, number>, backing: Backing) {
    this.key = `${pod.metadata?.namespace ?? 'default'}/${NAME}`;
    this.#pod = pod;
    this.#requests = requests;
    this.#backing = backing;
    this.#isStale = leftClaimOf(pod, store)?.spec.devices?.requests !== undefined;
  }

  /** That of the pod; undefined when no class backs what it asks for. */
  static of(pod: Pod, store: ObjectStore): SpecialClaim | undefined {
    const backing = backingOf(store);
    if (backing.size === 0) return undefined;
    const requests = backedRequestsOf(pod, backing);
    return requests && new SpecialClaim(pod, store, requests, backing);
  }

  on({ allocatable }: NodeWithAmounts): NodeNeed {
    if (this.#isStale) return 'stale';
    const resources: string[] = [];
    for (const resource of this.#requests.keys()) {
      if ((allocatable.get(resource) ?? 0) === 0 && this.#backing.has(resource)) resources.push(resource);
      else if (!allocatable.has(resource)) return 'missing';
    }
    const text = resources.join();
    let need = this.#needs.get(text);
    if (need === undefined) {
      need = specialRequestsOf(this.#pod, resources, this.#backing);
      this.#needs.set(text, need);
    }
    return need;
  }

  /** The claim as it is created. */
  claimFor({ requests }: SpecialRequests): ResourceClaim {
    const { namespace = 'default', name = '', uid = '' } = this.#pod.metadata ?? {};
    return {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceClaim',
      metadata: {
        namespace,
        generateName: `${name}-extended-resources-`,
        annotations: { [ANNOTATION]: 'true' },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid, controller: true }],
      },
      spec: { devices: { requests } },
    };
  }
}

const known = new WeakMap<ObjectStore, { version: number; byOwner: ReadonlyMap<string, ResourceClaim> }>();

/** The special claim of the pod that the API server has, if any. */
export function leftClaimOf({ metadata }: Pod, store: ObjectStore): ResourceClaim | undefined {
  if (!store.holds('ResourceClaim')) return undefined;
  const claims = specialClaimsIn(store);
  const claim = claims.get(metadata?.uid ?? '');
  return claim?.metadata?.ownerReferences?.some(({ name }) => name === metadata?.name) ? claim : undefined;
}

/** Whether the claim is the special one of the pod. */
export function isSpecialClaimOf(claim: ResourceClaim, { metadata }: Pod): boolean {
  const owner = ownerOf(claim);
  return owner !== undefined && owner === metadata?.uid;
}

/** By the uids of the pods that they are for. */
function specialClaimsIn(store: ObjectStore): ReadonlyMap<string, ResourceClaim> {
  const version = store.versionOf('ResourceClaim');
  const cached = known.get(store);
  if (cached?.version === version) return cached.byOwner;
  const byOwner = new Map<string, ResourceClaim>();
  for (const claim of store.list<ResourceClaim>('ResourceClaim')) {
    const owner = ownerOf(claim);
    if (owner !== undefined && !byOwner.has(owner)) byOwner.set(owner, claim);
  }
  known.set(store, { version, byOwner });
  return byOwner;
}

function ownerOf({ metadata }: ResourceClaim): string | undefined {
  if (metadata?.annotations?.[ANNOTATION] !== 'true') return undefined;
  return metadata.ownerReferences?.find(({ controller }) => controller)?.uid;
}
