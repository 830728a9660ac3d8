// NodeUnschedulable: nodes with spec.unschedulable take only pods that tolerate the taint of that name.
import { unresolvable, definePlugin } from '../plugin.ts';
import { tolerates, tolerationsOf, tolerationsText, UNSCHEDULABLE_TAINT } from '../common/taints.ts';

const IS_UNSCHEDULABLE = unresolvable('node(s) were unschedulable');

export const nodeUnschedulable = definePlugin({
  name: 'NodeUnschedulable',
  points: ['preFilter', 'filter'],
  reads: { spec: ['tolerations'], node: ['unschedulable'] },

  key: (pod) => ({ rule: tolerationsText(pod) }),

  columns: { unschedulable: ({ spec }) => (spec?.unschedulable ? 'true' : undefined) },

  pack(pod, { builder, column, code }) {
    if (code === 0 || tolerates(tolerationsOf(pod), UNSCHEDULABLE_TAINT)) return undefined;
    builder.filter([[builder.equals(column('unschedulable').column, 0)]], code);
    return { explain: () => IS_UNSCHEDULABLE };
  },

  helps(event) {
    if (event.kind === 'TargetPod') return tolerates(tolerationsOf(event.after), UNSCHEDULABLE_TAINT);
    if (event.kind !== 'Node' || event.after === undefined || event.after.spec?.unschedulable) return false;
    return event.before === undefined || (event.before.spec?.unschedulable ?? false);
  },
});
