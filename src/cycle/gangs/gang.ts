// Where a pod group stands: whether its pods can be tried together now, and what is said of those that were in vain.
import { schedulerNameOf } from '../../model/types.ts';
import type { FrameworkContext } from '../../plugins/framework.ts';
import type { QueuedPod } from '../../queue/types.ts';
import { GANG_SCHEDULING, minCountOf, POD_GROUP, type PodGroup } from '../../model/pod-group.ts';

/** How many pods of a group must have a node, so that those that were given one may keep it. */
export function quorumOf(podGroup: string, { cluster, profile }: FrameworkContext): number {
  const found = cluster.store.get<PodGroup>(POD_GROUP, podGroup);
  const isAsked = profile.permits.includes(GANG_SCHEDULING);
  return (isAsked && found !== undefined && minCountOf(found)) || 1;
}

/**
 * What keeps pods of a group from being tried now, in kube-scheduler's words where it has some. `known` is how many pods
 * of the group there are, wherever they stand.
 */
export function obstacleTo(
  podGroup: string,
  pods: readonly QueuedPod[],
  known: number,
  context: FrameworkContext,
): string | undefined {
  const found = context.cluster.store.get<PodGroup>(POD_GROUP, podGroup);
  if (found === undefined) {
    const name = podGroup.slice(podGroup.indexOf('/') + 1);
    return `waiting for pods's pod group "${name}" to appear in scheduling queue`;
  }
  const unsupported = unsupportedIn(found) ?? unsupportedAmong(pods, context);
  if (unsupported !== undefined)
    return `${GANG_SCHEDULING} is not supported: the pod group asks for ${unsupported}.`;
  if (known < quorumOf(podGroup, context))
    return 'waiting for minCount pods from a gang to appear in scheduling queue';
  return differenceIn(pods, found);
}

/**
 * What is said of pods that gave their nodes back, of a group of `total` pods of which `scheduled` had one when it was
 * clear that there would not be enough.
 */
export function shortOf(quorum: number, scheduled: number, total: number): string {
  const remaining = Math.min(quorum - 1, total) - scheduled;
  return `minCount (${quorum}) cannot be satisfied: ${scheduled} scheduled, ${remaining} remaining`;
}

/** The order in which a group's pods are tried: the most important first, then those that have been tried most. */
export function inGangOrder(one: QueuedPod, two: QueuedPod): number {
  return (
    two.priority - one.priority ||
    two.attempts - one.attempts ||
    one.timestamp - two.timestamp ||
    (one.key < two.key ? -1 : 1)
  );
}

function unsupportedIn({ spec }: PodGroup): string | undefined {
  if ((spec?.schedulingConstraints?.topology ?? []).length > 0) return 'topology constraints';
  if (spec?.parentCompositePodGroupName !== undefined) return 'a composite pod group';
  if ((spec?.resourceClaims ?? []).length > 0) return 'resource claims of its own';
  return undefined;
}

function unsupportedAmong(pods: readonly QueuedPod[], { extenders }: FrameworkContext): string | undefined {
  return pods.some(({ pod }) => extenders?.concerns(pod))
    ? 'pods that extenders must be asked about'
    : undefined;
}

/** In what the pods of a group must not differ, and do. */
function differenceIn(pods: readonly QueuedPod[], { spec }: PodGroup): string | undefined {
  const [first] = pods;
  const schedulerOf = ({ pod }: QueuedPod) => schedulerNameOf(pod);
  const policyOf = ({ pod }: QueuedPod) => pod.spec?.preemptionPolicy ?? 'PreemptLowerPriority';
  const priority = spec?.priority ?? 0;
  for (const pod of pods) {
    const [scheduler, expected] = [schedulerOf(pod), schedulerOf(first!)];
    if (scheduler !== expected)
      return `all pods in a single pod group should have the same .spec.schedulerName set, got: "${scheduler}" and "${expected}"`;
    if (pod.priority !== priority)
      return `all pods in a single pod group should have the same priority as the pod group's priority, got ${pod.priority} and ${priority}`;
    const [policy, same] = [policyOf(pod), policyOf(first!)];
    if (policy !== same)
      return `all pods in a single pod group should have the same preemption policy, got ${policy} and ${same}`;
  }
  return undefined;
}
