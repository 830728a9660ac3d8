// DefaultPreemption filters and scores nothing, but what it may do for a pod, and to whom the pod yields, tell pods apart.
import { DISRUPTION_BUDGETS } from '../common/objects.ts';
import { definePlugin } from '../plugin.ts';
import { args } from './args.ts';

export const defaultPreemption = definePlugin({
  name: 'DefaultPreemption',
  points: ['preEnqueue', 'postFilter', 'podGroupPostFilter'],
  args,
  reads: { spec: ['priority', 'preemptionPolicy'] },
  objects: [DISRUPTION_BUDGETS],

  key({ spec }) {
    const { priority = 0, preemptionPolicy = 'PreemptLowerPriority' } = spec ?? {};
    if (priority === 0 && preemptionPolicy === 'PreemptLowerPriority') return {};
    return { rule: `${priority} ${preemptionPolicy}` };
  },

  // it never is what a pod waits for: the filters that rejected wake the pod when its victims are gone
  helps: () => false,
});
