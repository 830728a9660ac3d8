// TaintToleration: NoSchedule and NoExecute taints reject, PreferNoSchedule taints cost score.
import type { Taint, Toleration } from '../../model/types.ts';
import { unresolvable, definePlugin } from '../plugin.ts';
import { repels, tolerates, tolerationsOf, tolerationsText } from '../common/taints.ts';

const UNTOLERATED = unresolvable('node(s) had untolerated taint(s)');

export const taintToleration = definePlugin({
  name: 'TaintToleration',
  points: ['preFilter', 'filter', 'preScore', 'score'],
  weight: 3,
  needs: ['preScore'],
  reads: { spec: ['tolerations'], node: ['taints'] },

  key: (pod) => ({ rule: tolerationsText(pod) }),

  pack(pod, { builder, cluster, code, weight }) {
    const { nodes } = cluster;
    const { column, values } = nodes.taints;
    const tolerations = tolerationsOf(pod);
    const toPrefer = tolerations.filter(({ effect }) => !effect || effect === 'PreferNoSchedule');
    const intolerable = values.map((_, taints) => countIntolerable(nodes.taintSet(taints), toPrefer));
    if (code !== 0 && values.length > 1) {
      const tolerated = values.map((_, taints) => !repels(nodes.taintSet(taints), tolerations));
      if (tolerated.includes(false)) builder.filter([[builder.table(column, tolerated)]], code);
    }
    const explain = () => UNTOLERATED;
    if (weight === 0) return { explain };
    if (intolerable.every((count) => count === 0)) {
      builder.addToAll(100 * weight);
      return { explain, detail: { constant: 100 * weight } };
    }
    const raw = { terms: [], values: { column, byCode: intolerable } };
    return { explain, detail: { slot: builder.normalized(raw, weight, true) } };
  },

  helps(event, pod) {
    if (event.kind === 'TargetPod') return true;
    if (event.kind !== 'Node' || event.after === undefined) return false;
    const kept = event.before === undefined || repels(event.before.spec?.taints ?? [], tolerationsOf(pod));
    return kept && !repels(event.after.spec?.taints ?? [], tolerationsOf(pod));
  },
});

function countIntolerable(taints: readonly Taint[], tolerations: readonly Toleration[]): number {
  return taints.filter((taint) => taint.effect === 'PreferNoSchedule' && !tolerates(tolerations, taint))
    .length;
}
