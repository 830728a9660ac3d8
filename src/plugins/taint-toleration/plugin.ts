// TaintToleration: NoSchedule and NoExecute taints reject, PreferNoSchedule taints cost score.
import type { Taint, Toleration } from '../../api/types.ts';
import { unresolvable, definePlugin } from '../plugin.ts';
import { keepsOff, tolerates, tolerationsOf, tolerationsText } from '../common/taints.ts';

const UNTOLERATED = unresolvable('node(s) had untolerated taint(s)');

export const taintToleration = definePlugin({
  name: 'TaintToleration',
  points: ['preFilter', 'filter', 'preScore', 'score'],
  weight: 3,
  needs: ['preScore'],
  reads: { spec: ['tolerations'], node: ['taints'] },

  key: (pod) => ({ rule: tolerationsText(pod) }),

  pack(pod, { packer, cluster, code, weight }) {
    const { nodes } = cluster;
    const { column, values } = nodes.taints;
    const tolerations = tolerationsOf(pod);
    const toPrefer = tolerations.filter(({ effect }) => !effect || effect === 'PreferNoSchedule');
    const disliked = values.map((_, taints) => countDisliked(nodes.taintSet(taints), toPrefer));
    if (code !== 0 && values.length > 1) {
      const tolerated = values.map((_, taints) => !keepsOff(nodes.taintSet(taints), tolerations));
      if (tolerated.includes(false)) packer.filter([[packer.table(column, tolerated)]], code);
    }
    const explain = () => UNTOLERATED;
    if (weight === 0) return { explain };
    if (disliked.every((count) => count === 0)) {
      packer.addToAll(100 * weight);
      return { explain, detail: { constant: 100 * weight } };
    }
    const raw = { terms: [], values: { column, byCode: disliked } };
    return { explain, detail: { slot: packer.normalized(raw, weight, true) } };
  },

  helps(event, pod) {
    if (event.kind === 'TargetPod') return true;
    if (event.kind !== 'Node' || event.after === undefined) return false;
    const kept = event.before === undefined || keepsOff(event.before.spec?.taints ?? [], tolerationsOf(pod));
    return kept && !keepsOff(event.after.spec?.taints ?? [], tolerationsOf(pod));
  },
});

function countDisliked(taints: readonly Taint[], tolerations: readonly Toleration[]): number {
  return taints.filter((taint) => taint.effect === 'PreferNoSchedule' && !tolerates(tolerations, taint))
    .length;
}
