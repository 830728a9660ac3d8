// Extender: what services outside have answered about a pod, as rejections and scores of the nodes that they were asked
// about. They are asked before the batch, about each pod by itself; here is only what they said.
import { EXTENDER } from './answer.ts';
import { unresolvable, unschedulable, definePlugin } from '../plugin.ts';

export const extender = definePlugin({
  name: EXTENDER,
  points: [],

  // every pod asks for itself
  key(pod, { extenders }) {
    return extenders?.concerns(pod) ? { rule: pod.metadata?.uid ?? pod.metadata?.name } : {};
  },

  pack(pod, { extenders, cluster, builder, code }) {
    if (!extenders?.concerns(pod)) return undefined;
    const answer = extenders.answerTo(pod);
    if (answer === undefined) return { isForNow: true };
    const rowOf = (node: string) => cluster.nodes.rowOf(node);
    for (const node of answer.refused.keys()) {
      const row = rowOf(node);
      if (row !== undefined) builder.rejectRow(row, code);
    }
    for (const [node, score] of answer.scores) {
      const row = rowOf(node);
      if (row !== undefined) builder.addToRow(row, score);
    }
    return {
      isForNow: true,
      explain(row) {
        const refusal = answer.refused.get(cluster.nodes.node(row)!.name)!;
        const reasons = refusal.reason === undefined ? [] : [refusal.reason];
        return refusal.isFinal ? unresolvable(...reasons) : unschedulable(...reasons);
      },
    };
  },

  // nothing is known of what it looks at
  helps: () => true,
});
