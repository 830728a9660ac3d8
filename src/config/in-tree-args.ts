// The arguments of Kubernetes' own plugins: their fields, defaults and rules.
import {
  bool,
  exactly,
  int32,
  int64,
  list,
  map,
  oneOf,
  shown,
  text,
  type Problems,
  type Shape,
} from '../api/shape.ts';
import { isLabelKey, nodeAffinity } from '../api/selector-checks.ts';
import type { NodeAffinity, TopologySpreadConstraint } from '../api/types.ts';
import { API_VERSION, duration, parseDuration } from './file.ts';
import type { PluginArgs, ResourceSpec, ScoringStrategy } from './types.ts';

/** How the arguments of one plugin are read. */
export interface ArgsReader<T> {
  shape: Shape;
  /** The arguments with defaults filled in; what breaks a rule is added to `problems`, what is not heeded to `notices`. */
  read(args: object, path: string, problems: Problems, notices: string[]): T;
}

/** The fields of a plugin's arguments, besides the apiVersion and kind that each may have. */
export function argsShape(plugin: string, fields: Record<string, Shape>): Shape {
  return exactly({ apiVersion: oneOf(API_VERSION), kind: oneOf(`${plugin}Args`), ...fields });
}

interface ShapePoint {
  utilization?: number;
  score?: number;
}

const resourceSpecs = list(exactly({ name: text, weight: int64 }));
const functionShape = list(exactly({ utilization: int32, score: int32 }));
const DEFAULT_RESOURCES: readonly ResourceSpec[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

export const nodeResourcesFit: ArgsReader<PluginArgs['NodeResourcesFit']> = {
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
        requestedToCapacityRatio?: { shape?: ShapePoint[] };
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
};

export const balancedAllocation: ArgsReader<PluginArgs['NodeResourcesBalancedAllocation']> = {
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

export const nodeAffinityArgs: ArgsReader<PluginArgs['NodeAffinity']> = {
  shape: argsShape('NodeAffinity', { addedAffinity: nodeAffinity(true) }),
  read: (args: { addedAffinity?: NodeAffinity }) => ({ addedAffinity: args.addedAffinity ?? undefined }),
};

export const podTopologySpread: ArgsReader<PluginArgs['PodTopologySpread']> = {
  shape: argsShape('PodTopologySpread', {
    defaultingType: text,
    defaultConstraints: list(
      exactly({
        maxSkew: int32,
        topologyKey: text,
        whenUnsatisfiable: text,
        labelSelector: exactly({
          matchLabels: map(text),
          matchExpressions: list(exactly({ key: text, operator: text, values: list(text) })),
        }),
        minDomains: int32,
        nodeAffinityPolicy: text,
        nodeTaintsPolicy: text,
        matchLabelKeys: list(text),
      }),
    ),
  }),
  read(
    args: { defaultingType?: string; defaultConstraints?: Partial<TopologySpreadConstraint>[] },
    path,
    problems,
  ) {
    const defaultingType = args.defaultingType || 'System';
    const constraints = args.defaultConstraints ?? [];
    oneOf('System', 'List')(defaultingType, `${path}.defaultingType`, problems);
    if (defaultingType === 'System' && constraints.length > 0) {
      problems.add(`${path}.defaultingType`, 'must be List when defaultConstraints are set');
    }
    constraints.forEach((constraint, i) => {
      checkDefaultConstraint(constraint, `${path}.defaultConstraints[${i}]`, problems);
      const same = ({ topologyKey, whenUnsatisfiable }: Partial<TopologySpreadConstraint>) =>
        topologyKey === constraint.topologyKey && whenUnsatisfiable === constraint.whenUnsatisfiable;
      if (constraints.findIndex(same) < i) {
        const pair = `${constraint.topologyKey} and ${constraint.whenUnsatisfiable}`;
        problems.add(`${path}.defaultConstraints[${i}]`, `has the ${pair} of another one`);
      }
    });
    return {
      defaultingType: defaultingType as 'System' | 'List',
      defaultConstraints: constraints as TopologySpreadConstraint[],
    };
  },
};

export const interPodAffinity: ArgsReader<PluginArgs['InterPodAffinity']> = {
  shape: argsShape('InterPodAffinity', {
    hardPodAffinityWeight: int32,
    ignorePreferredTermsOfExistingPods: bool,
  }),
  read(
    args: { hardPodAffinityWeight?: number; ignorePreferredTermsOfExistingPods?: boolean },
    path,
    problems,
  ) {
    const weight = args.hardPodAffinityWeight ?? 1;
    if (weight < 0 || weight > 100)
      problems.add(`${path}.hardPodAffinityWeight`, `must be from 0 to 100, not ${weight}`);
    return {
      hardPodAffinityWeight: weight,
      ignorePreferredTermsOfExistingPods: args.ignorePreferredTermsOfExistingPods ?? false,
    };
  },
};

export const volumeBinding: ArgsReader<PluginArgs['VolumeBinding']> = {
  shape: argsShape('VolumeBinding', { bindTimeoutSeconds: int64, shape: functionShape }),
  read(args: { bindTimeoutSeconds?: number; shape?: ShapePoint[] }, path, problems) {
    const bindTimeoutSeconds = args.bindTimeoutSeconds ?? 600;
    if (bindTimeoutSeconds < 0)
      problems.add(`${path}.bindTimeoutSeconds`, `must not be negative, not ${bindTimeoutSeconds}`);
    const isGiven = args.shape !== undefined && args.shape.length > 0;
    if (isGiven) checkFunctionShape(args.shape!, `${path}.shape`, problems);
    // the fuller the storage, the lower the score
    const byDefault = [
      { utilization: 0, score: 10 },
      { utilization: 100, score: 0 },
    ];
    return { bindTimeoutSeconds, shape: isGiven ? complete(args.shape) : byDefault };
  },
};

export const defaultPreemption: ArgsReader<PluginArgs['DefaultPreemption']> = {
  shape: argsShape('DefaultPreemption', {
    minCandidateNodesPercentage: int32,
    minCandidateNodesAbsolute: int32,
  }),
  read(args: Partial<PluginArgs['DefaultPreemption']>, path, problems) {
    const percentage = args.minCandidateNodesPercentage ?? 10;
    const absolute = args.minCandidateNodesAbsolute ?? 100;
    if (percentage < 0 || percentage > 100) {
      problems.add(`${path}.minCandidateNodesPercentage`, `must be from 0 to 100, not ${percentage}`);
    }
    if (absolute < 0)
      problems.add(`${path}.minCandidateNodesAbsolute`, `must not be negative, not ${absolute}`);
    if (percentage === 0 && absolute === 0) {
      problems.add(
        `${path}.minCandidateNodesPercentage`,
        'must not be 0 when minCandidateNodesAbsolute is 0',
      );
    }
    return { minCandidateNodesPercentage: percentage, minCandidateNodesAbsolute: absolute };
  },
};

export const dynamicResources: ArgsReader<PluginArgs['DynamicResources']> = {
  shape: argsShape('DynamicResources', { filterTimeout: duration, bindingTimeout: duration }),
  read(args: { filterTimeout?: string; bindingTimeout?: string }, path, problems, notices) {
    const { filterTimeout, bindingTimeout } = args;
    if (filterTimeout !== undefined)
      notices.push(`${path}.filterTimeout: no effect, a search for devices is limited by its steps`);
    if (filterTimeout !== undefined && parseDuration(filterTimeout)! < 0) {
      problems.add(`${path}.filterTimeout`, `must not be negative, not ${shown(filterTimeout)}`);
    }
    if (bindingTimeout !== undefined && parseDuration(bindingTimeout)! < 1) {
      problems.add(`${path}.bindingTimeout`, `must be at least 1s, not ${shown(bindingTimeout)}`);
    }
    return { bindingTimeoutSeconds: bindingTimeout === undefined ? 600 : parseDuration(bindingTimeout)! };
  },
};

/** No resources mean the default ones, a weight of 0 means 1. */
function withDefaults(resources: Partial<ResourceSpec>[] | undefined): ResourceSpec[] {
  const given = resources !== undefined && resources.length > 0 ? resources : DEFAULT_RESOURCES;
  return given.map(({ name, weight }) => ({ name: name ?? '', weight: weight || 1 }));
}

function complete(shape: ShapePoint[] | undefined): ScoringStrategy['shape'] {
  return (shape ?? []).map(({ utilization, score }) => ({
    utilization: utilization ?? 0,
    score: score ?? 0,
  }));
}

function checkFunctionShape(points: ShapePoint[], path: string, problems: Problems): void {
  if (points.length === 0) problems.add(path, 'must have at least one point');
  complete(points).forEach(({ utilization, score }, i, all) => {
    if (utilization < 0 || utilization > 100) {
      problems.add(`${path}[${i}].utilization`, `must be from 0 to 100, not ${utilization}`);
    }
    if (score < 0 || score > 10) problems.add(`${path}[${i}].score`, `must be from 0 to 10, not ${score}`);
    if (i > 0 && all[i - 1]!.utilization >= utilization) {
      problems.add(`${path}[${i}].utilization`, 'must be greater than that of the point before');
    }
  });
}

function checkDefaultConstraint(
  constraint: Partial<TopologySpreadConstraint>,
  path: string,
  problems: Problems,
): void {
  const { maxSkew = 0, topologyKey = '', whenUnsatisfiable = '', labelSelector } = constraint;
  if (maxSkew < 1) problems.add(`${path}.maxSkew`, `must be at least 1, not ${maxSkew}`);
  if (!isLabelKey(topologyKey))
    problems.add(`${path}.topologyKey`, `${shown(topologyKey)} is not a label key`);
  oneOf('DoNotSchedule', 'ScheduleAnyway')(whenUnsatisfiable, `${path}.whenUnsatisfiable`, problems);
  if (labelSelector !== undefined)
    problems.add(`${path}.labelSelector`, 'must not be set: it follows from each pod');
}
