// Which plugins a profile asks, in which order and with which weight: the default ones merged with the file's.
import type { Problems } from '../model/shape.ts';
import { EXTENSION_POINTS, type ExtensionPoint } from '../plugins/plugin.ts';
import type { Framework } from '../plugins/framework.ts';
import type { Registry } from '../plugins/registry.ts';
import type { PluginEntry, PluginSet, PluginSets } from './file.ts';

/** Extension points that coset serves in one way only. */
const FIXED_POINTS: readonly ExtensionPoint[] = EXTENSION_POINTS.filter(
  (point) =>
    !['queueSort', 'preFilter', 'filter', 'postFilter', 'preScore', 'score', 'permit', 'bind'].includes(
      point,
    ),
);

/** Whether a profile can name a plugin of this name. */
export function isPlugin(registry: Registry, name: string): boolean {
  return (registry.get(name)?.points.length ?? 0) > 0;
}

/**
 * Merges a profile's sets of plugins with the default ones.
 * @param path the path of `sets`
 * @returns the filters, post filters, permits and scores in the order in which they are asked; a score's weight is at least 1
 */
export function mergePlugins(
  registry: Registry,
  sets: PluginSets,
  path: string,
  problems: Problems,
  notices: string[],
): Pick<Framework, 'filters' | 'postFilters' | 'permits' | 'scores'> {
  for (const point of [...EXTENSION_POINTS, 'multiPoint'] as const) {
    checkEntries(registry, point, sets[point] ?? {}, `${path}.${point}`, problems, notices);
  }
  for (const point of FIXED_POINTS) {
    if (isSet(sets[point]))
      notices.push(
        `${path}.${point}: no effect, only filters, post filters, scores and permits can be chosen`,
      );
  }
  const multiPoint = mergeSet(defaultSet(registry), sets.multiPoint ?? {});
  const namesAt = (point: ExtensionPoint) => expand(registry, point, sets[point] ?? {}, multiPoint);

  if (namesAt('queueSort').length !== 1)
    problems.add(`${path}.queueSort`, 'one queue sort plugin must be enabled');
  if (namesAt('bind').length === 0) problems.add(`${path}.bind`, 'a bind plugin must be enabled');
  const filters = namesAt('filter');
  const scores = namesAt('score');
  checkPrepared(registry, 'preFilter', filters, namesAt('preFilter'), path, problems);
  checkPrepared(registry, 'preScore', scores, namesAt('preScore'), path, problems);

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
function expand(
  registry: Registry,
  point: ExtensionPoint,
  set: PluginSet,
  multiPoint: PluginEntry[],
): string[] {
  const enabled = (set.enabled ?? []).map(({ name = '' }) => name);
  const disabled = new Set(set.disabled?.map(({ name = '' }) => name));
  if (disabled.has('*')) return enabled;
  const inherited = multiPoint
    .map(({ name = '' }) => name)
    .filter((name) => registry.takesPart(name, point) && !disabled.has(name));
  return [
    ...enabled.filter((name) => inherited.includes(name)),
    ...inherited.filter((name) => !enabled.includes(name)),
    ...enabled.filter((name) => !inherited.includes(name)),
  ];
}

function checkEntries(
  registry: Registry,
  point: ExtensionPoint | 'multiPoint',
  set: PluginSet,
  path: string,
  problems: Problems,
  notices: string[],
): void {
  const seen = new Set<string>();
  set.enabled?.forEach(({ name = '', weight = 0 }, i) => {
    const at = `${path}.enabled[${i}]`;
    if (!isPlugin(registry, name)) problems.add(at, `no plugin is named ${JSON.stringify(name)}`);
    else if (point !== 'multiPoint' && !registry.takesPart(name, point))
      problems.add(at, `${name} is not a ${point} plugin`);
    if (seen.has(name)) problems.add(at, `${name} is enabled twice`);
    if (weight < 0) problems.add(`${at}.weight`, `must not be negative, not ${weight}`);
    seen.add(name);
  });
  set.disabled?.forEach(({ name = '' }, i) => {
    if (name !== '*' && !isPlugin(registry, name)) {
      notices.push(`${path}.disabled[${i}]: no effect, no plugin is named ${JSON.stringify(name)}`);
    }
  });
}

function checkPrepared(
  registry: Registry,
  point: 'preFilter' | 'preScore',
  asked: string[],
  prepared: string[],
  path: string,
  problems: Problems,
): void {
  for (const name of asked) {
    if (registry.get(name)?.needs?.includes(point) && !prepared.includes(name)) {
      problems.add(`${path}.${point}`, `must have ${name}, which is asked at a later point`);
    }
  }
}

function isSet(set: PluginSet | undefined): boolean {
  return (set?.enabled?.length ?? 0) > 0 || (set?.disabled?.length ?? 0) > 0;
}

function defaultSet({ byDefault }: Registry): PluginSet {
  return { enabled: byDefault.map(({ name, weight }) => ({ name, weight })) };
}
