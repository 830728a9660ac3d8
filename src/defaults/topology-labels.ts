// The admission plugin PodTopologyLabels: a pod has the zone and the region of its node.
import type { Node, Pod } from '../model/types.ts';
import type { ClusterFacts } from './facts.ts';

const LABELS = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

/** The labels that a pod takes over from its node, when it is bound or created with one. */
export function topologyLabelsOf(node: Node | undefined): Record<string, string> {
  const labels = node?.metadata?.labels ?? {};
  return Object.fromEntries(LABELS.flatMap((name) => (name in labels ? [[name, labels[name]!]] : [])));
}

export function setTopologyLabels(pod: Pod, facts: ClusterFacts): void {
  const { nodeName } = pod.spec!;
  if (!nodeName) return;
  const labels = topologyLabelsOf(facts.node(nodeName));
  if (Object.keys(labels).length > 0) (pod.metadata ??= {}).labels = { ...pod.metadata.labels, ...labels };
}
