// Pod affinity and anti-affinity, parsed.
import { isEmpty, matches, selectorOf, type Labels, type Selector } from '../model/labels.ts';
import { TextCache } from '../model/text-cache.ts';
import type { Affinity, Pod, PodAffinityTerm, WeightedPodAffinityTerm } from '../model/types.ts';

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

/** Terms by their texts. Pods of a template share them, and are read by thousands when coset starts. */
const parsed = new TextCache<PodAffinityTerms>({ entries: 1000, characters: 2 ** 20 });
/** Longer texts are hardly another pod's. */
const TEXT_MAX = 16_384;
/** By the object, of which events ask again and again. */
const known = new WeakMap<Affinity, { namespace: string; terms: PodAffinityTerms }>();

/** The terms of a pod; undefined when it has none. Throws SelectorError. */
export function affinityOf(pod: Pod): PodAffinityTerms | undefined {
  const affinity = pod.spec?.affinity;
  const { podAffinity, podAntiAffinity } = affinity ?? {};
  if (affinity === undefined || (!podAffinity && !podAntiAffinity)) return undefined;
  const namespace = pod.metadata?.namespace ?? 'default';
  const before = known.get(affinity);
  if (before?.namespace === namespace) return before.terms;
  const text = JSON.stringify([namespace, podAffinity, podAntiAffinity]);
  let terms = parsed.get(text);
  if (terms === undefined) {
    terms = parse(namespace, podAffinity, podAntiAffinity, text);
    if (text.length <= TEXT_MAX) parsed.set(text, terms);
  }
  known.set(affinity, { namespace, terms });
  return terms;
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

function parse(
  namespace: string,
  affinity: Affinity['podAffinity'],
  antiAffinity: Affinity['podAntiAffinity'],
  text: string,
): PodAffinityTerms {
  const required = (terms: readonly PodAffinityTerm[] | undefined) =>
    (terms ?? []).map((term) => parseTerm(term, namespace));
  const weigh = (terms: readonly WeightedPodAffinityTerm[] | undefined, sign: 1 | -1) =>
    (terms ?? []).map(({ weight, podAffinityTerm }) => ({
      ...parseTerm(podAffinityTerm, namespace),
      weight: sign * weight,
    }));
  return {
    required: required(affinity?.requiredDuringSchedulingIgnoredDuringExecution),
    antiRequired: required(antiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferred: [
      ...weigh(affinity?.preferredDuringSchedulingIgnoredDuringExecution, 1),
      ...weigh(antiAffinity?.preferredDuringSchedulingIgnoredDuringExecution, -1),
    ],
    text,
  };
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
