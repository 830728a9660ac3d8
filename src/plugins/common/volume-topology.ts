// Where a volume can be reached from, and where a class lets volumes be made.
import type { Labels } from '../../model/labels.ts';
import type { NodeSelectorTerm, PersistentVolume, TopologySelectorTerm } from '../../model/types.ts';
import { isEmptyTerm, isValidTerm, termMatches } from './node-selectors.ts';

/** The alternatives of a volume's node affinity; undefined when it can be reached from every node. */
export function affinityTermsOf(volume: PersistentVolume): readonly NodeSelectorTerm[] | undefined {
  return volume.spec?.nodeAffinity?.required?.nodeSelectorTerms;
}

/** Those of the terms that some node can satisfy. A volume's affinity sees labels only, never the name. */
export function reachableTerms(terms: readonly NodeSelectorTerm[]): NodeSelectorTerm[] {
  return terms
    .filter((term) => !isEmptyTerm(term) && isValidTerm(term))
    .map(({ matchExpressions }) => ({ matchExpressions }));
}

/** Whether a node with these labels satisfies one of the terms. A volume's affinity sees labels only, never the name. */
export function reaches(terms: readonly NodeSelectorTerm[] | undefined, labels: Labels): boolean {
  if (terms === undefined) return true;
  return terms.some(
    (term) =>
      !isEmptyTerm(term) &&
      isValidTerm(term) &&
      termMatches({ matchExpressions: term.matchExpressions }, { metadata: { labels } }),
  );
}

/** The labels that volumes and nodes may have, with the current label for each that is no longer given to nodes. */
export const TOPOLOGY_LABELS: ReadonlyMap<string, string> = new Map([
  ['failure-domain.beta.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/region'],
  ['topology.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['topology.kubernetes.io/region', 'topology.kubernetes.io/region'],
]);

/** What a volume is labelled with of these. */
export function topologyLabelsOf({ metadata }: Pick<PersistentVolume, 'metadata'>): (string | null)[] {
  return [...TOPOLOGY_LABELS.keys()].map((key) => metadata?.labels?.[key] ?? null);
}

/** Whether a class with these allowed topologies lets a volume be made for the node. */
export function allowsTopology(terms: readonly TopologySelectorTerm[] | undefined, labels: Labels): boolean {
  if (terms === undefined || terms.length === 0) return true;
  return terms.some(({ matchLabelExpressions = [] }) => {
    const holds = ({ key, values }: { key: string; values: readonly string[] }) =>
      Object.hasOwn(labels, key) && values.includes(labels[key]!);
    return matchLabelExpressions.length > 0 && matchLabelExpressions.every(holds);
  });
}
