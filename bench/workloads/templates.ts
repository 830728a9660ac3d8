// The nodes and pods that workloads are stamped from. Most have the shapes of scheduler_perf's templates
// (kubernetes/kubernetes, test/integration/scheduler_perf; Apache-2.0).
import type { Node, Pod, TopologySpreadConstraint } from '../../src/model/types.ts';

/** What can be allocated on a node. */
export interface NodeSize {
  cpu: string;
  memory: string;
  pods: string;
}

/** scheduler_perf's node-default. */
export const NODE_DEFAULT: NodeSize = { cpu: '4', memory: '32Gi', pods: '110' };

/** Sizes that differ in their shape too, so that nodes do not stay alike. None has more than 8 cores. */
export const MIXED_SIZES: readonly NodeSize[] = [
  { cpu: '2', memory: '8Gi', pods: '110' },
  { cpu: '4', memory: '16Gi', pods: '110' },
  { cpu: '4', memory: '32Gi', pods: '110' },
  { cpu: '8', memory: '32Gi', pods: '110' },
  { cpu: '7910m', memory: '15570Mi', pods: '58' },
];

const ZONE = 'topology.kubernetes.io/zone';
const HOSTNAME = 'kubernetes.io/hostname';

export function stampNode(name: string, size: NodeSize, zone: string | undefined): Node {
  return {
    metadata: { name, labels: { [HOSTNAME]: name, ...(zone && { [ZONE]: zone }) } },
    spec: {},
    status: {
      allocatable: { ...size },
      capacity: { ...size },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
}

/** A pod without its name; `n` is its place among the pods that are stamped. */
export type PodTemplate = (n: number) => {
  labels?: Record<string, string>;
  spec: NonNullable<Pod['spec']>;
  status?: Pod['status'];
};

export function stampPod(template: PodTemplate, name: string, n: number): Pod {
  const { labels, spec, status } = template(n);
  const metadata = { name, namespace: NAMESPACE, uid: `uid-of-${name}`, labels };
  return { metadata, spec, status: { phase: 'Pending', ...status } };
}

/** Pods from each of the templates in turn. */
export function stampPods(templates: readonly PodTemplate[], name: string, count: number): Pod[] {
  return Array.from({ length: count }, (_, n) =>
    stampPod(templates[n % templates.length]!, `${name}-${n}`, n),
  );
}

export const NAMESPACE = 'bench';

/** One container that asks for this and may have no more. */
export function asking(cpu: string, memory: string): NonNullable<Pod['spec']> {
  const requests = { cpu, memory };
  return { containers: [{ name: 'pause', image: 'pause', resources: { requests, limits: requests } }] };
}

function spreading(
  color: string,
  whenUnsatisfiable: TopologySpreadConstraint['whenUnsatisfiable'],
): PodTemplate {
  const labelSelector = { matchLabels: { color } };
  return () => ({
    labels: { color },
    spec: {
      ...asking('100m', '500Mi'),
      topologySpreadConstraints: [{ maxSkew: 5, topologyKey: ZONE, whenUnsatisfiable, labelSelector }],
    },
  });
}

export const podDefault: PodTemplate = () => ({ spec: asking('100m', '500Mi') });

export const podWithLabel: PodTemplate = () => ({
  labels: { color: 'red' },
  spec: asking('100m', '500Mi'),
});

export const podWithTopologySpreading = spreading('blue', 'DoNotSchedule');

export const podWithPreferredTopologySpreading = spreading('yellow', 'ScheduleAnyway');

/** Requires pods of its own color in its zone. */
export const podWithPodAffinity: PodTemplate = () => ({
  labels: { color: 'blue' },
  spec: {
    ...asking('100m', '500Mi'),
    affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [termOf('blue', ZONE)] } },
  },
});

/** Requires that no other pod of its own color is on its node. */
export const podWithPodAntiAffinity: PodTemplate = () => ({
  labels: { color: 'green' },
  spec: {
    ...asking('100m', '500Mi'),
    affinity: {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [termOf('green', HOSTNAME)] },
    },
  },
});

function termOf(color: string, topologyKey: string) {
  return { labelSelector: { matchLabels: { color } }, topologyKey };
}

/** Requires one of the zones. */
export function podWithNodeAffinity(zones: string[]): PodTemplate {
  const matchExpressions = [{ key: ZONE, operator: 'In', values: zones }];
  const required = { nodeSelectorTerms: [{ matchExpressions }] };
  return () => ({
    spec: {
      ...asking('100m', '500Mi'),
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } },
    },
  });
}

/** More than any node has. Without the priority of scheduler_perf's template, since nothing is to be preempted. */
export const podLargeCpu: PodTemplate = () => ({ spec: asking('9', '500Mi') });

/** Each asks for another amount, so that no two are equivalent. */
export const podOfItsOwn: PodTemplate = (n) => ({ spec: asking('100m', `${500 * 2 ** 20 + n}`) });

/** Each is the first pod of another app, whose pods keep off each other's nodes and spread over the zones. */
export const podOfItsOwnApp: PodTemplate = (n) => {
  const labelSelector = { matchLabels: { app: `app-${n}` } };
  const apart = [{ labelSelector, topologyKey: HOSTNAME }];
  return {
    labels: labelSelector.matchLabels,
    spec: {
      ...asking('100m', '500Mi'),
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: apart } },
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule', labelSelector },
      ],
    },
  };
};
