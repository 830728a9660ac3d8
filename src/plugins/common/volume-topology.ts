// Where a volume can be reached from, and where a class lets volumes be made.
import type { Labels } from '../../model/labels.ts';
import type { NodeSelectorTerm, PersistentVolume, TopologySelectorTerm } from '../../model/types.ts';
import { isEmptyTerm, isValidTerm, termMatches } from './node-selectors.ts';

/** The alternatives of a volume's node affinity; undefined when it can be reached from every node. */
export function affinityTermsOf(volume: PersistentVolume): readonly NodeSelectorTerm[] | undefined {
  return volume.spec?.nodeAffinity?.required?.nodeSelectorTerms;
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

/** Whether a class with these allowed topologies lets a volume be made for the node. */
export function allowsTopology(terms: readonly TopologySelectorTerm[] | undefined, labels: Labels): boolean {
  if (terms === undefined || terms.length === 0) return true;
  return terms.some(({ matchLabelExpressions = [] }) => {
    const holds = ({ key, values }: { key: string; values: readonly string[] }) =>
      Object.hasOwn(labels, key) && values.includes(labels[key]!);
    return matchLabelExpressions.length > 0 && matchLabelExpressions.every(holds);
  });
}
