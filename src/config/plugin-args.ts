// Reads a profile's pluginConfig: the arguments of every plugin that takes some.
import { shown, type Problems } from '../model/shape.ts';
import type { ArgsReader } from '../plugins/plugin.ts';
import type { PluginArgs } from '../plugins/profile.ts';
import type { Registry } from '../plugins/registry.ts';
import type { PluginConfig } from './file.ts';
import { isPlugin } from './plugins.ts';

/** Plugins that earlier versions had: kube-scheduler refuses arguments for them. */
const REMOVED_PLUGINS = ['AzureDiskLimits', 'CinderLimits', 'EBSLimits', 'GCEPDLimits'];

/**
 * The arguments of all plugins, with defaults where the entries have none.
 * @param path the path of `entries`
 */
export function readPluginArgs(
  registry: Registry,
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
    else if (!isPlugin(registry, name) && registry.get(name)?.args === undefined)
      notices.push(`${at}: no effect, no plugin is named ${shown(name)}`);
    else if (args !== undefined && registry.get(name)?.args === undefined) {
      notices.push(`${at}: no effect, ${name} takes no arguments`);
    }
  });

  const read = (plugin: string, reader: ArgsReader): unknown => {
    const at = `${path}[${indexOf(plugin)}].args`;
    const args = entries[indexOf(plugin)]?.args ?? {};
    const before = problems.count;
    reader.shape?.(args, at, problems);
    return reader.read(problems.count === before ? args : {}, at, problems, notices);
  };
  const args = Object.fromEntries(
    registry.having('args').map(({ name, args: reader }) => [name, read(name, reader)]),
  ) as PluginArgs;
  return args;
}
