// NodeResourcesBalancedAllocation: nodes whose resources are used evenly are better. Pods that ask for nothing are not
// scored by it.
import { STRATEGY_BALANCED } from '../../../assembly/layout.ts';
import { usageOf } from '../../model/pod-resources.ts';
import { definePlugin } from '../plugin.ts';
import { args } from './args.ts';
import { amountsText, kindsOf, scoredResources } from '../common/scored-resources.ts';

export const nodeResourcesBalancedAllocation = definePlugin({
  name: 'NodeResourcesBalancedAllocation',
  points: ['preScore', 'score'],
  args,
  reads: { spec: ['resources', 'overhead'], containers: ['requests', 'restartPolicy'] },

  key: (pod) => ({ resources: amountsText(usageOf(pod).requests) }),

  pack(pod, context) {
    const { builder, profile, weight } = context;
    const specs = profile.args.NodeResourcesBalancedAllocation.resources;
    const { requests } = usageOf(pod);
    if (weight === 0 || specs.every(({ name }) => (requests.get(name) ?? 0) === 0)) return undefined;
    const resources = scoredResources(specs, requests, context, false);
    const slot = builder.resourceScore({ strategy: STRATEGY_BALANCED, resources, weight });
    return { detail: { slot }, kinds: kindsOf(requests, context) };
  },

  helps: () => false,
});
