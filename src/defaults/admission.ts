// The admission of a pod: the plugins of kube-apiserver that change or refuse what scheduling reads, in its order.
import type { Pod } from '../model/types.ts';
import { addDefaultTolerations } from './default-toleration-seconds.ts';
import type { ClusterFacts, Refusal } from './facts.ts';
import { checkLimits, setLimits } from './limit-ranger.ts';
import { mergeLabelKeys } from './label-keys.ts';
import { setPodLevelRequests } from './pod-level-resources.ts';
import { setPriority } from './priority.ts';
import { checkOverhead, setRuntimeClass } from './runtime-class.ts';
import { setTopologyLabels } from './topology-labels.ts';

/** Changes a pod that has its defaults, in place, and returns what speaks against it. */
export type AdmissionStep = (pod: Pod, facts: ClusterFacts) => Refusal[] | void;

const STEPS: readonly AdmissionStep[] = [
  // plugins that change
  setLimits,
  setPriority,
  addDefaultTolerations,
  setRuntimeClass,
  setTopologyLabels,
  // plugins that only check
  checkLimits,
  checkOverhead,
  // what the API server does to each new pod once it is admitted
  mergeLabelKeys,
  setPodLevelRequests,
];

export function admitPod(pod: Pod, facts: ClusterFacts): Refusal[] {
  return STEPS.flatMap((step) => step(pod, facts) ?? []);
}
