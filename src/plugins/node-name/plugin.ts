// NodeName: a pod that names its node goes nowhere else.
import { unresolvable, definePlugin } from '../plugin.ts';

export const nodeName = definePlugin({
  name: 'NodeName',
  points: ['preFilter', 'filter'],
  reads: { spec: ['nodeName'] },

  key: (pod) => ({ rule: pod.spec?.nodeName ?? '' }),

  pack(pod, { builder, cluster, code }) {
    const wanted = pod.spec?.nodeName;
    if (!wanted || code === 0) return undefined;
    const { column, codes } = cluster.nodes.name;
    builder.filter([[builder.equals(column, codes.get(wanted))]], code);
    return {
      onlyNodes: new Set([wanted]),
      explain: () => unresolvable("node(s) didn't match the requested node name"),
    };
  },

  helps: (event) => event.kind === 'Node' && event.before === undefined,
});
