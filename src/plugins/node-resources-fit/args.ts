// The arguments of NodeResourcesFit.
import { exactly, list, oneOf, shown, text } from '../../model/shape.ts';
import { isLabelKey } from '../../model/selector-checks.ts';
import {
  argsShape,
  checkFunctionShape,
  complete,
  functionShape,
  resourceSpecs,
  withDefaults,
  type FunctionPoint,
  type ResourceSpec,
} from '../common/args-shape.ts';
import type { ArgsReader } from '../plugin.ts';

export interface ScoringStrategy {
  type: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
  resources: ResourceSpec[];
  /** Only of RequestedToCapacityRatio. */
  shape: FunctionPoint[];
}

export interface NodeResourcesFitArgs {
  ignoredResources: string[];
  ignoredResourceGroups: string[];
  scoringStrategy: ScoringStrategy;
}

declare module '../profile.ts' {
  interface PluginArgs {
    NodeResourcesFit: NodeResourcesFitArgs;
  }
}

export const args: ArgsReader<NodeResourcesFitArgs> = {
  shape: argsShape('NodeResourcesFit', {
    ignoredResources: list(text),
    ignoredResourceGroups: list(text),
    scoringStrategy: exactly({
      type: text,
      resources: resourceSpecs,
      requestedToCapacityRatio: exactly({ shape: functionShape }),
    }),
  }),
  read(
    args: {
      ignoredResources?: string[];
      ignoredResourceGroups?: string[];
      scoringStrategy?: {
        type?: string;
        resources?: Partial<ResourceSpec>[];
        requestedToCapacityRatio?: { shape?: Partial<FunctionPoint>[] };
      };
    },
    path,
    problems,
  ) {
    const ignoredResources = args.ignoredResources ?? [];
    const ignoredResourceGroups = args.ignoredResourceGroups ?? [];
    ignoredResources.forEach((name, i) => {
      if (!isLabelKey(name))
        problems.add(`${path}.ignoredResources[${i}]`, `${shown(name)} is not a resource name`);
    });
    ignoredResourceGroups.forEach((name, i) => {
      if (!isLabelKey(name) || name.includes('/')) {
        problems.add(
          `${path}.ignoredResourceGroups[${i}]`,
          `${shown(name)} is not the domain of a resource name`,
        );
      }
    });
    const strategy = args.scoringStrategy ?? { type: 'LeastAllocated' };
    const at = `${path}.scoringStrategy`;
    oneOf('LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio')(
      strategy.type ?? '',
      `${at}.type`,
      problems,
    );
    const resources = withDefaults(strategy.resources);
    resources.forEach(({ weight }, i) => {
      if (weight < 1 || weight > 100)
        problems.add(`${at}.resources[${i}].weight`, `must be from 1 to 100, not ${weight}`);
    });
    const ratio = strategy.requestedToCapacityRatio;
    const isRatio = strategy.type === 'RequestedToCapacityRatio';
    if (isRatio) checkFunctionShape(ratio?.shape ?? [], `${at}.requestedToCapacityRatio.shape`, problems);
    else if (ratio !== undefined)
      problems.add(`${at}.requestedToCapacityRatio`, `must not be set for ${shown(strategy.type)}`);
    const type = strategy.type as ScoringStrategy['type'];
    return {
      ignoredResources,
      ignoredResourceGroups,
      scoringStrategy: { type, resources, shape: isRatio ? complete(ratio?.shape) : [] },
    };
  },
  write: ({ scoringStrategy: { type, resources, shape }, ...rest }) => ({
    ...rest,
    scoringStrategy: {
      type,
      resources,
      requestedToCapacityRatio: type === 'RequestedToCapacityRatio' ? { shape } : undefined,
    },
  }),
};
