// Pod affinity and anti-affinity, parsed.
import { isEmpty, matches, selectorOf, type Labels, type Selector } from '../api/labels.ts';
import type { Pod, PodAffinityTerm, WeightedPodAffinityTerm } from '../api/types.ts';

export interface AffinityTerm {
  topologyKey: string;
  selector: Selector;
  namespaces: ReadonlySet<string>;
  namespaceSelector: Selector;
}

export interface WeightedTerm extends AffinityTerm {
  /** Negative for anti-affinity. */
  weight: number;
}

export interface PodAffinityTerms {
  required: readonly AffinityTerm[];
  antiRequired: readonly AffinityTerm[];
  /** Affinity's terms, then anti-affinity's. */
  preferred: readonly WeightedTerm[];
  /** Equal for equal terms of pods of one namespace. */
  text: string;
}

/** A pod as a term sees it. */
export interface Matched {
  namespace: string;
  labels: Labels | undefined;
}

/** The terms of a pod; undefined when it has none. Throws SelectorError. */
export function affinityOf(pod: Pod): PodAffinityTerms | undefined {
  const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {};
  if (!podAffinity && !podAntiAffinity) return undefined;
  const namespace = pod.metadata?.namespace ?? 'default';
  const parse = (terms: readonly PodAffinityTerm[] | undefined) =>
    (terms ?? []).map((term) => parseTerm(term, namespace));
  const weigh = (terms: readonly WeightedPodAffinityTerm[] | undefined, sign: 1 | -1) =>
    (terms ?? []).map(({ weight, podAffinityTerm }) => ({
      ...parseTerm(podAffinityTerm, namespace),
      weight: sign * weight,
    }));
  return {
    required: parse(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    antiRequired: parse(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferred: [
      ...weigh(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution, 1),
      ...weigh(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution, -1),
    ],
    text: JSON.stringify([namespace, podAffinity, podAntiAffinity]),
  };
}

/**
 * Whether a term of any pod's matches a pod. `labelsOf` gives a namespace's labels, undefined where there is no such
 * namespace: a selector that selects all namespaces matches even there.
 */
export function termMatches(
  term: AffinityTerm,
  pod: Matched,
  labelsOf: (namespace: string) => Labels | undefined,
): boolean {
  const { namespaces, namespaceSelector, selector } = term;
  if (!namespaces.has(pod.namespace) && !isEmpty(namespaceSelector)) {
    const labels = labelsOf(pod.namespace);
    if (labels === undefined || !matches(namespaceSelector, labels)) return false;
  }
  return matches(selector, pod.labels);
}

function parseTerm(term: PodAffinityTerm, namespace: string): AffinityTerm {
  const { topologyKey, labelSelector, namespaces, namespaceSelector } = term;
  const own = (namespaces ?? []).length === 0 && !namespaceSelector;
  return {
    topologyKey,
    selector: selectorOf(labelSelector),
    namespaces: new Set(own ? [namespace] : namespaces),
    namespaceSelector: selectorOf(namespaceSelector),
  };
}
