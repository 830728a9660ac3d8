// What is kept of a pod that has a node.
import type { Labels, Selector } from '../model/labels.ts';
import { objectKey, type Pod, type Volume } from '../model/types.ts';
import { hostPortText, type HostPort } from './host-ports.ts';
import type { PodAffinityTerms } from './pod-affinity.ts';
import { podGroupKeyOf } from '../model/pod-group.ts';
import type { PodBucket } from './pod-buckets.ts';
import type { PodUsage } from '../model/pod-resources.ts';
import type { PodShape } from './pod-shape.ts';
import { visibleVolumesOf } from './pod-volumes.ts';

/** What is kept of a pod that has a node. */
export interface PodRecord {
  readonly key: string;
  readonly uid: string | undefined;
  readonly namespace: string;
  readonly labels: Labels | undefined;
  readonly nodeName: string;
  readonly usage: PodUsage;
  readonly ports: readonly HostPort[];
  readonly selectors: readonly Selector[];
  readonly affinity?: PodAffinityTerms;
  /** Those that other pods can see. */
  readonly volumes: readonly Volume[];
  /** A terminating pod still uses its node, but no longer counts for spreading. */
  readonly terminating: boolean;
  /** It is terminating since a scheduler preempted it. */
  readonly preempted: boolean;
  readonly priority: number;
  /** The pod group that the pod names, as "namespace/name". */
  readonly podGroup: string | undefined;
  /** status.startTime; absent of a pod that has not started. */
  readonly startTime: string | undefined;
  /** Chosen by us, not yet seen bound. */
  readonly assumed: boolean;
  /** Of an assumed pod whose spec tells its shape: to tell whether that stands when the pod is seen bound. */
  readonly assumedSpec: Pod['spec'];
  /** undefined while the node is not known. */
  row?: number;
  bucket?: PodBucket;
}

export function recordOf(
  pod: Pod,
  nodeName: string,
  assumed: boolean,
  shape: PodShape,
  key = objectKey(pod),
): PodRecord {
  const { metadata, spec, status } = pod;
  return {
    key,
    uid: metadata?.uid,
    namespace: metadata?.namespace ?? 'default',
    labels: metadata?.labels,
    nodeName,
    usage: shape.usage,
    ports: shape.ports,
    selectors: shape.selectors,
    affinity: shape.affinity,
    volumes: visibleVolumesOf(spec ?? {}),
    terminating: isTerminating(pod),
    preempted: isTerminating(pod) && isPreempted(pod),
    priority: spec?.priority ?? 0,
    podGroup: podGroupKeyOf(pod),
    startTime: status?.startTime,
    assumed,
    assumedSpec: assumed && !shape.hasResourceStatus ? spec : undefined,
    row: undefined,
    bucket: undefined,
  };
}

function isTerminating(pod: Pod): boolean {
  return pod.metadata?.deletionTimestamp !== undefined;
}

function isPreempted({ status }: Pod): boolean {
  const target = status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
  return target?.status === 'True' && target.reason === 'PreemptionByScheduler';
}

/** Whether two records of one pod are the same to its node and, but for labels, to other pods. */
export function usesTheSame(one: PodRecord, two: PodRecord): boolean {
  return (
    one.uid === two.uid &&
    one.nodeName === two.nodeName &&
    one.terminating === two.terminating &&
    one.affinity?.text === two.affinity?.text &&
    sameUsage(one.usage, two.usage) &&
    one.ports.length === two.ports.length &&
    one.ports.every((port, at) => hostPortText(port) === hostPortText(two.ports[at]!))
  );
}

function sameUsage(one: PodUsage, two: PodUsage): boolean {
  if (one === two) return true;
  return (
    one.nonzeroCpu === two.nonzeroCpu &&
    one.nonzeroMemory === two.nonzeroMemory &&
    one.requests.size === two.requests.size &&
    [...one.requests].every(([name, amount]) => two.requests.get(name) === amount)
  );
}
