// DefaultPreemption filters and scores nothing, but what it may do for a pod, and to whom the pod yields, tell pods apart.
import type { Constraint } from './constraint.ts';

export const defaultPreemption: Constraint = {
  name: 'DefaultPreemption',
  kinds: ['PodDisruptionBudget'],

  key({ spec }) {
    const { priority = 0, preemptionPolicy = 'PreemptLowerPriority' } = spec ?? {};
    if (priority === 0 && preemptionPolicy === 'PreemptLowerPriority') return {};
    return { rule: `${priority} ${preemptionPolicy}` };
  },

  // it never is what a pod waits for: the filters that rejected wake the pod when its victims are gone
  helps: () => false,
};
