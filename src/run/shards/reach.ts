// Which pods one replica must decide on over all nodes, be they in its shard or not: those whose placement hangs on pods of
// other nodes, or on what pods of other nodes share. Of a pod that has none of this each node can be judged by itself.
import { podGroupKeyOf } from '../../model/pod-group.ts';
import { objectKey, schedulerNameOf } from '../../model/types.ts';
import type { PersistentVolumeClaim, Pod, TopologySpreadConstraint } from '../../model/types.ts';
import { defaultConfiguration } from '../../config/configuration.ts';
import type { Configuration } from '../../config/types.ts';
import { backedRequestsOf, backingOf, asksForBackable } from '../../plugins/common/extended-resources.ts';
import type { Framework } from '../../plugins/framework.ts';
import { affinityOf } from '../../state/pod-affinity.ts';
import type { ObjectStore } from '../../state/object-store.ts';

/** Of this key each node is a domain by itself. */
const HOSTNAME = 'kubernetes.io/hostname';
/** All pods that are decided over all nodes have one key, and with it one replica. */
const OVER_ALL = 'over all nodes';

export class Reach {
  readonly #store: ObjectStore;
  /** Profiles whose plugins may look at other nodes for any pod. */
  readonly #reaching: ReadonlySet<string>;

  constructor({ profiles, registry }: Configuration, store: ObjectStore) {
    this.#store = store;
    const known = new Set(defaultConfiguration(registry).profiles[0]!.filters);
    const reaching = profiles.filter((profile) => mayReach(profile, known));
    this.#reaching = new Set(reaching.map(({ schedulerName }) => schedulerName));
  }

  needsAllNodes(pod: Pod): boolean {
    const { spec } = pod;
    if (this.#reaching.has(schedulerNameOf(pod)) || podGroupKeyOf(pod) !== undefined) return true;
    if ((spec?.resourceClaims?.length ?? 0) > 0 || spec?.topologySpreadConstraints?.some(isHard)) return true;
    const affinity = affinityOf(pod);
    if (affinity !== undefined && affinity.required.length > 0) return true;
    if (affinity?.antiRequired.some(({ topologyKey }) => topologyKey !== HOSTNAME)) return true;
    if (claimsOf(pod).some((name) => this.#isForOnePod(name))) return true;
    return asksForBackable(pod) && backedRequestsOf(pod, backingOf(this.#store)) !== undefined;
  }

  /**
   * What decides which replica has the pod. Pods that share a claim have the same; one for which there is one node only has
   * that node's, and goes with it.
   */
  keyOf(pod: Pod): string {
    if (this.needsAllNodes(pod)) return OVER_ALL;
    return onlyNode(pod) ?? claimsOf(pod)[0] ?? pod.metadata?.uid ?? objectKey(pod);
  }

  /** That of the pods that are decided over all nodes. */
  get keyOverAll(): string {
    return OVER_ALL;
  }

  /** Whether no other pod of the cluster may use the claim. */
  #isForOnePod(claim: string): boolean {
    const { spec } = this.#store.get<PersistentVolumeClaim>('PersistentVolumeClaim', claim) ?? {};
    return spec?.accessModes?.includes('ReadWriteOncePod') ?? false;
  }
}

/** The claims that the pod names, as "namespace/name". */
function claimsOf({ metadata, spec }: Pod): string[] {
  return (spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }) => {
    const name = persistentVolumeClaim?.claimName;
    return name ? [objectKey({ metadata: { namespace: metadata?.namespace, name } })] : [];
  });
}

/** The node that others make way on for the pod, or that alone it may have, as pods of a DaemonSet. */
function onlyNode({ spec, status }: Pod): string | undefined {
  const { nodeSelectorTerms = [] } =
    spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? {};
  const named = nodeSelectorTerms.flatMap(({ matchFields = [] }) =>
    matchFields.flatMap(({ values = [] }) => values),
  );
  const pinned = nodeSelectorTerms.length === 1 && named.length === 1 ? named[0] : undefined;
  return status?.nominatedNodeName || pinned || spec?.nodeSelector?.[HOSTNAME];
}

function isHard({ whenUnsatisfiable }: TopologySpreadConstraint): boolean {
  return whenUnsatisfiable === 'DoNotSchedule';
}

/** What a plugin of somebody's own looks at is not known, and default constraints may be hard ones. */
function mayReach({ filters, args }: Framework, known: ReadonlySet<string>): boolean {
  if (filters.some((name) => !known.has(name))) return true;
  const { defaultingType, defaultConstraints } = args.PodTopologySpread;
  return defaultingType === 'List' && defaultConstraints.some(isHard);
}
