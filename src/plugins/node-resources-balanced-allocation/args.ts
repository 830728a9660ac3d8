// The arguments of NodeResourcesBalancedAllocation.
import { shown } from '../../model/shape.ts';
import { argsShape, resourceSpecs, withDefaults, type ResourceSpec } from '../common/args-shape.ts';
import type { ArgsReader } from '../plugin.ts';

export interface NodeResourcesBalancedAllocationArgs {
  resources: ResourceSpec[];
}

declare module '../profile.ts' {
  interface PluginArgs {
    NodeResourcesBalancedAllocation: NodeResourcesBalancedAllocationArgs;
  }
}

export const args: ArgsReader<NodeResourcesBalancedAllocationArgs> = {
  shape: argsShape('NodeResourcesBalancedAllocation', { resources: resourceSpecs }),
  read(args: { resources?: Partial<ResourceSpec>[] }, path, problems) {
    const resources = withDefaults(args.resources);
    resources.forEach(({ name, weight }, i) => {
      const at = `${path}.resources[${i}]`;
      if (weight !== 1) problems.add(`${at}.weight`, `must be 1, not ${weight}`);
      if (resources.findIndex((other) => other.name === name) < i)
        problems.add(`${at}.name`, `${shown(name)} is a duplicate`);
    });
    return { resources };
  },
};
