// What the API server makes of an object that is sent to it, as far as scheduling reads it: the defaults of its type,
// and what the admission plugins of kube-apiserver 1.37, as they are enabled by default, set and refuse.
//
//            setDefaults                admit
//   sent ───────────────> defaulted ──────────────> stored
//        every read, every write      once, at its creation
//
// Source: k8s.io/kubernetes pkg/apis/*/v1/defaults.go, plugin/pkg/admission, pkg/registry/core/pod/strategy.go.
import type { ApiObject } from '../model/types.ts';
import { admitPod } from './admission.ts';
import type { ClusterFacts, Refusal } from './facts.ts';
import { setDefaultStorageClass } from './default-storage-class.ts';
import { checkClaimLimits } from './limit-ranger.ts';

export { factsOf, type ClusterFacts, type Refusal } from './facts.ts';
export { generatedName, GENERATED_NAMES } from './generate-name.ts';
export { SYSTEM_PRIORITY_CLASSES } from './priority.ts';
export { setDefaults } from './set-defaults.ts';
export { topologyLabelsOf } from './topology-labels.ts';

/**
 * Changes an object that is about to be created as the admission plugins do, in place; it has its defaults and its
 * namespace, and no part of it stands in two places. To be done once: a second time would add to selectors again.
 * @returns why it would not be created, nothing when it would. A pod whose PriorityClass or RuntimeClass is `missing` is
 *   complete but for what that class would have set.
 */
export function admit(object: ApiObject, facts: ClusterFacts): Refusal[] {
  if (object.kind === 'Pod') return admitPod(object, facts);
  if (object.kind !== 'PersistentVolumeClaim') return [];
  setDefaultStorageClass(object, facts);
  return checkClaimLimits(object, facts);
}

/** @returns why a stored object would not be replaced by this one: only a claim may come to ask for more than it did. */
export function admitUpdate(object: ApiObject, facts: ClusterFacts): Refusal[] {
  return object.kind === 'PersistentVolumeClaim' ? checkClaimLimits(object, facts) : [];
}
