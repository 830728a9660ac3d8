// What a pod is to its node and to other pods, its name and place apart: the same for all pods of a template.
import type { Selector } from '../api/labels.ts';
import type { Pod, Volume } from '../api/types.ts';
import { hostPortsOf, type HostPort } from './host-ports.ts';
import { affinityOf, type PodAffinityTerms } from './pod-affinity.ts';
import type { PodKind } from './pod-kinds.ts';
import { usageOf, type PodUsage } from './pod-resources.ts';
import { visibleVolumesOf } from './pod-volumes.ts';

export interface PodShape {
  readonly usage: PodUsage;
  readonly ports: readonly HostPort[];
  /** The selectors that the pod brings along. */
  readonly selectors: readonly Selector[];
  readonly affinity?: PodAffinityTerms;
  /** Those that other pods can see. */
  readonly volumes: readonly Volume[];
  /** The kind of a pod of this shape that is not terminating, and when it was found. */
  kind?: PodKind;
  kindsGeneration?: number;
}

export function shapeOf(pod: Pod, selectors: readonly Selector[]): PodShape {
  return {
    usage: usageOf(pod),
    ports: hostPortsOf(pod),
    selectors,
    affinity: affinityOf(pod),
    volumes: visibleVolumesOf(pod),
  };
}
