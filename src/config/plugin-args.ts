// Reads a profile's pluginConfig: the arguments of every plugin that takes some.
import { shown, type Problems } from '../api/shape.ts';
import { equivalenceClasses, FEATURES } from './equivalence-classes.ts';
import type { PluginConfig } from './file.ts';
import {
  balancedAllocation,
  defaultPreemption,
  dynamicResources,
  interPodAffinity,
  nodeAffinityArgs,
  nodeResourcesFit,
  podTopologySpread,
  volumeBinding,
  type ArgsReader,
} from './in-tree-args.ts';
import { isPlugin } from './plugins.ts';
import type { PluginArgs } from './types.ts';

const READERS: { [Plugin in keyof PluginArgs]: ArgsReader<PluginArgs[Plugin]> } = {
  NodeResourcesFit: nodeResourcesFit,
  NodeResourcesBalancedAllocation: balancedAllocation,
  NodeAffinity: nodeAffinityArgs,
  PodTopologySpread: podTopologySpread,
  VolumeBinding: volumeBinding,
  InterPodAffinity: interPodAffinity,
  DefaultPreemption: defaultPreemption,
  DynamicResources: dynamicResources,
  EquivalenceClasses: equivalenceClasses,
};

/** Plugins that earlier versions had: kube-scheduler refuses arguments for them. */
const REMOVED_PLUGINS = ['AzureDiskLimits', 'CinderLimits', 'EBSLimits', 'GCEPDLimits'];

/**
 * The arguments of all plugins, with defaults where the entries have none.
 * @param path the path of `entries`
 */
export function readPluginArgs(
  entries: PluginConfig[],
  path: string,
  problems: Problems,
  notices: string[],
): PluginArgs {
  const indexOf = (plugin: string) => entries.findIndex(({ name }) => (name ?? '') === plugin);
  entries.forEach(({ name = '', args }, i) => {
    const at = `${path}[${i}]`;
    if (indexOf(name) < i) problems.add(at, `${shown(name)} is a duplicate`);
    if (REMOVED_PLUGINS.includes(name)) problems.add(at, `the plugin ${name} no longer exists`);
    else if (!isPlugin(name) && !(name in READERS))
      notices.push(`${at}: no effect, no plugin is named ${shown(name)}`);
    else if (args !== undefined && !(name in READERS)) {
      notices.push(`${at}: no effect, ${name} takes no arguments`);
    }
  });

  const read = <T>(plugin: string, reader: ArgsReader<T>): T => {
    const at = `${path}[${indexOf(plugin)}].args`;
    const args = entries[indexOf(plugin)]?.args ?? {};
    const before = problems.count;
    reader.shape(args, at, problems);
    return reader.read(problems.count === before ? args : {}, at, problems, notices);
  };
  const all = Object.entries(READERS).map(([plugin, reader]) => [plugin, read<unknown>(plugin, reader)]);
  const args = Object.fromEntries(all) as PluginArgs;

  const missing = FEATURES.filter((feature) => !args.EquivalenceClasses.features.includes(feature));
  if (missing.length > 0) {
    const at = `${path}[${indexOf('EquivalenceClasses')}].args.features`;
    notices.push(`${at}: unsound without ${missing.join(', ')}, pods that differ there are decided as one`);
  }
  return args;
}
