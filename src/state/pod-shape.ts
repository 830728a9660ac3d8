// What a pod is to its node and to other pods, its name, place and volumes apart: the same for all pods of a template.
import type { Selector } from '../model/labels.ts';
import type { Container, Pod } from '../model/types.ts';
import { hostPortsOf, type HostPort } from './host-ports.ts';
import { affinityOf, type PodAffinityTerms } from './pod-affinity.ts';
import type { PodBucket } from './pod-buckets.ts';
import { hasResourceStatus, usageOf, type PodUsage } from '../model/pod-resources.ts';

type PodSpec = NonNullable<Pod['spec']>;

export interface PodShape {
  readonly usage: PodUsage;
  readonly ports: readonly HostPort[];
  /** The selectors that the pod brings along. */
  readonly selectors: readonly Selector[];
  readonly affinity?: PodAffinityTerms;
  /** Its status may say otherwise than its spec what it takes. */
  readonly hasResourceStatus?: boolean;
  /** The bucket of a pod of this shape that is not terminating, and when it was found. */
  bucket?: PodBucket;
  bucketsVersion?: number;
}

export function shapeOf(pod: Pod, selectors: readonly Selector[]): PodShape {
  return {
    usage: usageOf(pod),
    ports: hostPortsOf(pod),
    selectors,
    affinity: affinityOf(pod),
    hasResourceStatus: hasResourceStatus(pod),
  };
}

/** By specs, which many pods have in common while they wait. */
const texts = new WeakMap<PodSpec, string>();

/** Whether a pod of this spec and the other's namespace and labels has the other's shape. */
export function isShapedAs(spec: PodSpec, other: Pod): boolean {
  if (hasResourceStatus(other)) return false;
  let text = texts.get(spec);
  if (text === undefined) texts.set(spec, (text = textOf(spec)));
  return textOf(other.spec ?? {}) === text;
}

/** All that the shape of a pod is made of, its namespace, labels and status apart. */
function textOf(spec: Partial<PodSpec>): string {
  return JSON.stringify([
    spec.containers?.map(readOf),
    spec.initContainers?.map(readOf),
    spec.overhead,
    spec.resources?.requests,
    spec.affinity,
    spec.topologySpreadConstraints,
  ]);
}

function readOf({ resources, ports, restartPolicy }: Container): unknown[] {
  return [resources?.requests, ports, restartPolicy];
}
