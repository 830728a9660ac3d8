// NodeDeclaredFeatures: a pod that needs a feature goes to nodes that declare it.
import { declaredFeaturesOf, hasFeatures, neededFeaturesOf } from '../../state/declared-features.ts';
import { unresolvable, definePlugin } from '../plugin.ts';

const UNDECLARED = unresolvable("node(s) didn't match Pod's required features");

export const nodeDeclaredFeatures = definePlugin({
  name: 'NodeDeclaredFeatures',
  points: ['preFilter', 'filter'],
  needs: ['preFilter'],
  // most of what it reads is long, and asks for nothing
  reads: { digest: (pod) => neededFeaturesOf(pod) || undefined, node: ['declaredFeatures'] },

  key(pod) {
    const needed = neededFeaturesOf(pod);
    return { rule: needed === 0 ? '' : String(needed) };
  },

  columns: { declared: (node) => String(declaredFeaturesOf(node)) },

  pack(pod, { builder, column, code }) {
    const needed = neededFeaturesOf(pod);
    if (code === 0 || needed === 0) return undefined;
    const declared = column('declared');
    const passes = declared.values.map((set) => hasFeatures(Number(set), needed));
    builder.filter([[builder.table(declared.column, passes)]], code);
    return { explain: () => UNDECLARED };
  },

  helps(event, pod) {
    if (event.kind === 'TargetPod') return neededFeaturesOf(event.before) !== neededFeaturesOf(event.after);
    if (event.kind !== 'Node' || event.after === undefined) return false;
    const needed = neededFeaturesOf(pod);
    const declares = hasFeatures(declaredFeaturesOf(event.after), needed);
    return declares && (event.before === undefined || !hasFeatures(declaredFeaturesOf(event.before), needed));
  },
});
