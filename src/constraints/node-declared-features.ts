// NodeDeclaredFeatures: a pod that needs a feature goes to nodes that declare it.
import {
  declaredFeaturesOf,
  FEATURE_SETS,
  hasFeatures,
  neededFeaturesOf,
} from '../cluster/declared-features.ts';
import { unresolvable, type Constraint } from './constraint.ts';

const UNDECLARED = unresolvable("node(s) didn't match Pod's required features");

export const nodeDeclaredFeatures: Constraint = {
  name: 'NodeDeclaredFeatures',

  key(pod) {
    const needed = neededFeaturesOf(pod);
    return { rule: needed === 0 ? '' : String(needed) };
  },

  pack(pod, { packer, cluster, code }) {
    const needed = neededFeaturesOf(pod);
    if (code === 0 || needed === 0) return undefined;
    const passes = Array.from({ length: FEATURE_SETS }, (_, declared) => hasFeatures(declared, needed));
    packer.filter([[packer.table(cluster.nodes.declaredFeatures, passes)]], code);
    return { explain: () => UNDECLARED };
  },

  helps(event, pod) {
    if (event.kind === 'TargetPod') return neededFeaturesOf(event.before) !== neededFeaturesOf(event.after);
    if (event.kind !== 'Node' || event.after === undefined) return false;
    const needed = neededFeaturesOf(pod);
    const declares = hasFeatures(declaredFeaturesOf(event.after), needed);
    return declares && (event.before === undefined || !hasFeatures(declaredFeaturesOf(event.before), needed));
  },
};
