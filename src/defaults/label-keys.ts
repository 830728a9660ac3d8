// What the API server makes of matchLabelKeys and mismatchLabelKeys: requirements of the selector beside them, by the
// labels that the new pod has.
import type { Labels } from '../model/labels.ts';
import type { LabelSelector, Pod } from '../model/types.ts';

interface WithLabelKeys {
  labelSelector?: LabelSelector;
  matchLabelKeys?: string[];
  mismatchLabelKeys?: string[];
}

export function mergeLabelKeys(pod: Pod): void {
  const { affinity = {}, topologySpreadConstraints = [] } = pod.spec!;
  const labels = pod.metadata?.labels ?? {};
  for (const terms of [affinity.podAffinity, affinity.podAntiAffinity]) {
    for (const { podAffinityTerm } of terms?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
      merge(podAffinityTerm, labels);
    for (const term of terms?.requiredDuringSchedulingIgnoredDuringExecution ?? []) merge(term, labels);
  }
  for (const constraint of topologySpreadConstraints) merge(constraint, labels);
}

/** A selector that is absent matches nothing, and stays so. */
function merge(of: WithLabelKeys, labels: Labels): void {
  if (of.labelSelector === undefined) return;
  const requirements = [
    ...requirementsOf(of.matchLabelKeys, 'In', labels),
    ...requirementsOf(of.mismatchLabelKeys, 'NotIn', labels),
  ];
  if (requirements.length === 0) return;
  of.labelSelector = {
    ...of.labelSelector,
    matchExpressions: [...(of.labelSelector.matchExpressions ?? []), ...requirements],
  };
}

function requirementsOf(keys: readonly string[] = [], operator: string, labels: Labels) {
  return keys
    .filter((key) => Object.hasOwn(labels, key))
    .map((key) => ({ key, operator, values: [labels[key]!] }));
}
