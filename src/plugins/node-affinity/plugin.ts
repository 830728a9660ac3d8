// NodeAffinity: spec.nodeSelector, required and preferred node affinity, and the profile's added affinity.
import type { NodeSelectorTerm, Pod, PreferredSchedulingTerm } from '../../model/types.ts';
import { unresolvable, definePlugin } from '../plugin.ts';
import { args } from './args.ts';
import {
  allowsNode,
  conditionsOf,
  isEmptyTerm,
  isValidTerm,
  namedNodesOf,
  requiredTermsOf,
  termMatches,
} from '../common/node-selectors.ts';

const REASON_ENFORCED = 0;

const NOT_ENFORCED = unresolvable("node(s) didn't match scheduler-enforced node affinity");
const NOT_SELECTED = unresolvable("node(s) didn't match Pod's node affinity/selector");

export const nodeAffinity = definePlugin({
  name: 'NodeAffinity',
  points: ['preFilter', 'filter', 'preScore', 'score'],
  weight: 2,
  args,
  reads: { spec: ['nodeSelector', 'affinity'], node: ['labels'] },

  key(pod) {
    const { nodeSelector, affinity } = pod.spec ?? {};
    const labels = Object.keys(nodeSelector ?? {})
      .sort()
      .map((label) => [label, nodeSelector![label]]);
    if (labels.length === 0 && !affinity?.nodeAffinity) return {};
    return { rule: JSON.stringify([labels, affinity?.nodeAffinity ?? null]) };
  },

  unsupported(pod) {
    const invalid = preferredOf(pod).some(({ preference }) => !isValidTerm(preference));
    return invalid ? 'a preferred node affinity term that cannot be understood' : undefined;
  },

  pack(pod, { builder, cluster, profile, code, weight }) {
    const { nodes } = cluster;
    const added = profile.args.NodeAffinity.addedAffinity;
    const compile = (terms: readonly NodeSelectorTerm[]) =>
      terms.map((term) => conditionsOf(term, nodes, builder));
    const enforced = added?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
    const required = requiredTermsOf(pod);
    const onlyNodes = code === 0 ? undefined : namedNodesOf(pod);
    if (onlyNodes?.size === 0) return { refusal: 'pod affinity terms conflict' };
    if (code !== 0 && enforced) {
      builder.filter(compile(enforced.filter((term) => !isEmptyTerm(term))), code + REASON_ENFORCED);
    }
    if (code !== 0 && required) builder.filter(compile(required), code + REASON_ENFORCED + 1);
    const explain = (_: number, reason: number) => (reason === REASON_ENFORCED ? NOT_ENFORCED : NOT_SELECTED);
    const preferred = [
      ...(added?.preferredDuringSchedulingIgnoredDuringExecution ?? []),
      ...preferredOf(pod),
    ];
    const scored =
      weight !== 0 &&
      (pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution !== undefined ||
        (added?.preferredDuringSchedulingIgnoredDuringExecution ?? []).length > 0);
    if (!scored) return { explain, onlyNodes };
    const terms = preferred
      .filter(({ weight: points, preference }) => points !== 0 && !isEmptyTerm(preference))
      .map(({ weight: points, preference }) => ({
        weight: points,
        conditions: conditionsOf(preference, nodes, builder),
      }));
    if (terms.length === 0) return { explain, onlyNodes, detail: { constant: 0 } };
    return { explain, onlyNodes, detail: { slot: builder.normalized({ terms }, weight) } };
  },

  helps(event, pod, { profile }) {
    if (event.kind !== 'Node' || event.after === undefined) return false;
    const node = event.after;
    const enforced = profile.args.NodeAffinity.addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    if (enforced && !enforced.nodeSelectorTerms.some((term) => !isEmptyTerm(term) && termMatches(term, node)))
      return false;
    if (!allowsNode(pod, node)) return false;
    return event.before === undefined || !allowsNode(pod, event.before);
  },
});

function preferredOf(pod: Pod): readonly PreferredSchedulingTerm[] {
  return pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
}
