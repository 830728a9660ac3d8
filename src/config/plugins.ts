// Which plugins a profile asks, in which order and with which weight: the default ones merged with the file's.
import type { Problems } from '../api/shape.ts';
import type { Profile } from './types.ts';
import {
  EXTENSION_POINTS,
  type ExtensionPoint,
  type PluginEntry,
  type PluginSet,
  type PluginSets,
} from './file.ts';

/** The plugins of Kubernetes 1.37 and the extension points that each takes part in. */
const PLUGINS: ReadonlyMap<string, readonly ExtensionPoint[]> = new Map<string, ExtensionPoint[]>([
  ['SchedulingGates', ['preEnqueue']],
  ['PrioritySort', ['queueSort']],
  ['NodeName', ['preFilter', 'filter']],
  ['NodeUnschedulable', ['preFilter', 'filter']],
  ['TaintToleration', ['preFilter', 'filter', 'preScore', 'score']],
  ['NodeAffinity', ['preFilter', 'filter', 'preScore', 'score']],
  ['NodePorts', ['preFilter', 'filter']],
  ['NodeResourcesFit', ['preFilter', 'filter', 'preScore', 'score', 'placementScore']],
  ['VolumeRestrictions', ['preFilter', 'filter']],
  ['NodeVolumeLimits', ['preFilter', 'filter']],
  ['VolumeBinding', ['preFilter', 'filter', 'preScore', 'score', 'reserve', 'preBind']],
  ['VolumeZone', ['preFilter', 'filter']],
  ['PodTopologySpread', ['preFilter', 'filter', 'preScore', 'score']],
  ['InterPodAffinity', ['preFilter', 'filter', 'preScore', 'score']],
  [
    'DynamicResources',
    ['preEnqueue', 'preFilter', 'filter', 'postFilter', 'score', 'reserve', 'preBind', 'podGroupPostFilter'],
  ],
  ['DefaultPreemption', ['preEnqueue', 'postFilter', 'podGroupPostFilter']],
  ['NodeResourcesBalancedAllocation', ['preScore', 'score']],
  ['ImageLocality', ['score']],
  ['DefaultBinder', ['bind']],
  ['NodeDeclaredFeatures', ['preFilter', 'filter']],
  ['GangScheduling', ['preEnqueue', 'permit']],
]);

const DEFAULT_WEIGHTS: Readonly<Record<string, number>> = {
  TaintToleration: 3,
  NodeAffinity: 2,
  PodTopologySpread: 2,
  InterPodAffinity: 2,
  DynamicResources: 2,
};

const DEFAULT_SET: PluginSet = {
  enabled: [...PLUGINS.keys()].map((name) => ({ name, weight: DEFAULT_WEIGHTS[name] })),
};

/** Extension points that coset serves in one way only. */
const FIXED_POINTS: readonly ExtensionPoint[] = EXTENSION_POINTS.filter(
  (point) =>
    !['queueSort', 'preFilter', 'filter', 'postFilter', 'preScore', 'score', 'permit', 'bind'].includes(
      point,
    ),
);

/** Plugins that fail each pod, in the reference too, when they are asked without their preparation. */
const NEEDS_PREPARATION: Readonly<Record<'preFilter' | 'preScore', readonly string[]>> = {
  preFilter: [
    'NodePorts',
    'NodeResourcesFit',
    'VolumeRestrictions',
    'VolumeBinding',
    'PodTopologySpread',
    'InterPodAffinity',
    'DynamicResources',
    'NodeDeclaredFeatures',
  ],
  preScore: ['TaintToleration', 'PodTopologySpread', 'InterPodAffinity'],
};

/** Whether a plugin of this name exists. */
export function isPlugin(name: string): boolean {
  return PLUGINS.has(name);
}

/**
 * Merges a profile's sets of plugins with the default ones.
 * @param path the path of `sets`
 * @returns the filters, post filters, permits and scores in the order in which they are asked; a score's weight is at least 1
 */
export function mergePlugins(
  sets: PluginSets,
  path: string,
  problems: Problems,
  notices: string[],
): Pick<Profile, 'filters' | 'postFilters' | 'permits' | 'scores'> {
  for (const point of [...EXTENSION_POINTS, 'multiPoint'] as const) {
    checkEntries(point, sets[point] ?? {}, `${path}.${point}`, problems, notices);
  }
  for (const point of FIXED_POINTS) {
    if (isSet(sets[point]))
      notices.push(
        `${path}.${point}: no effect, only filters, post filters, scores and permits can be chosen`,
      );
  }
  const multiPoint = mergeSet(DEFAULT_SET, sets.multiPoint ?? {});
  const namesAt = (point: ExtensionPoint) => expand(point, sets[point] ?? {}, multiPoint);

  if (namesAt('queueSort').length !== 1)
    problems.add(`${path}.queueSort`, 'one queue sort plugin must be enabled');
  if (namesAt('bind').length === 0) problems.add(`${path}.bind`, 'a bind plugin must be enabled');
  const filters = namesAt('filter');
  const scores = namesAt('score');
  checkPrepared('preFilter', filters, namesAt('preFilter'), path, problems);
  checkPrepared('preScore', scores, namesAt('preScore'), path, problems);

  const weights = new Map<string, number>();
  for (const { name = '', weight } of [...(sets.score?.enabled ?? []), ...multiPoint]) {
    // Zero cannot be told from a weight that was left out, so it counts as 1; a plugin is disabled by name.
    if (!weights.has(name)) weights.set(name, weight || 1);
  }
  const postFilters = namesAt('postFilter');
  return {
    filters,
    postFilters,
    permits: namesAt('permit'),
    scores: scores.map((name) => ({ name, weight: weights.get(name)! })),
  };
}

/** The enabled plugins of a set: a default plugin that is enabled again stays in its place. */
function mergeSet(defaults: PluginSet, custom: PluginSet): PluginEntry[] {
  const disabled = new Set(custom.disabled?.map(({ name }) => name));
  const again = new Map(custom.enabled?.map((entry) => [entry.name, entry]));
  const merged: PluginEntry[] = [];
  if (!disabled.has('*')) {
    for (const entry of defaults.enabled ?? []) {
      if (disabled.has(entry.name)) continue;
      merged.push(again.get(entry.name) ?? entry);
      again.delete(entry.name);
    }
  }
  return [...merged, ...again.values()];
}

/**
 * The names at one extension point: first those of multiPoint that the point itself enables again, in the point's
 * order, then the rest of multiPoint, then the rest of the point.
 */
function expand(point: ExtensionPoint, set: PluginSet, multiPoint: PluginEntry[]): string[] {
  const enabled = (set.enabled ?? []).map(({ name = '' }) => name);
  const disabled = new Set(set.disabled?.map(({ name = '' }) => name));
  if (disabled.has('*')) return enabled;
  const inherited = multiPoint
    .map(({ name = '' }) => name)
    .filter((name) => PLUGINS.get(name)?.includes(point) && !disabled.has(name));
  return [
    ...enabled.filter((name) => inherited.includes(name)),
    ...inherited.filter((name) => !enabled.includes(name)),
    ...enabled.filter((name) => !inherited.includes(name)),
  ];
}

function checkEntries(
  point: ExtensionPoint | 'multiPoint',
  set: PluginSet,
  path: string,
  problems: Problems,
  notices: string[],
): void {
  const seen = new Set<string>();
  set.enabled?.forEach(({ name = '', weight = 0 }, i) => {
    const at = `${path}.enabled[${i}]`;
    const points = PLUGINS.get(name);
    if (points === undefined) problems.add(at, `no plugin is named ${JSON.stringify(name)}`);
    else if (point !== 'multiPoint' && !points.includes(point))
      problems.add(at, `${name} is not a ${point} plugin`);
    if (seen.has(name)) problems.add(at, `${name} is enabled twice`);
    if (weight < 0) problems.add(`${at}.weight`, `must not be negative, not ${weight}`);
    seen.add(name);
  });
  set.disabled?.forEach(({ name = '' }, i) => {
    if (name !== '*' && !PLUGINS.has(name)) {
      notices.push(`${path}.disabled[${i}]: no effect, no plugin is named ${JSON.stringify(name)}`);
    }
  });
}

function checkPrepared(
  point: 'preFilter' | 'preScore',
  asked: string[],
  prepared: string[],
  path: string,
  problems: Problems,
): void {
  for (const name of asked) {
    if (NEEDS_PREPARATION[point].includes(name) && !prepared.includes(name)) {
      problems.add(`${path}.${point}`, `must have ${name}, which is asked at a later point`);
    }
  }
}

function isSet(set: PluginSet | undefined): boolean {
  return (set?.enabled?.length ?? 0) > 0 || (set?.disabled?.length ?? 0) > 0;
}
