// Loads plugins that are not coset's own.
import { createRequire } from 'node:module';
import { dirname, isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigurationError } from '../config/configuration.ts';
import { faultIn } from '../plugins/check.ts';
import { dynamicResources } from '../devices/plugin.ts';
import { inTree } from '../plugins/in-tree.ts';
import type { PluginModule } from '../plugins/out-of-tree/plugin.ts';
import type { Plugin } from '../plugins/plugin.ts';
import type { Registry } from '../plugins/registry.ts';

/** Kubernetes' own plugins, with the one that allocates devices. */
export const ownPlugins = inTree.with([dynamicResources]);

/**
 * The registry with the plugins of these modules, whose default export each is, or an export of its name.
 * @param file the configuration that names them
 * @throws ConfigurationError
 */
export async function registryWith(modules: readonly PluginModule[], file: string): Promise<Registry> {
  if (modules.length === 0) return ownPlugins;
  const plugins: Plugin[] = [];
  for (const { name, module } of modules) {
    const refuse = (reason: string) =>
      new ConfigurationError(`${file}: plugin ${name}: ${module}: ${reason}`);
    if (ownPlugins.get(name) !== undefined) throw refuse(`coset has a plugin of this name`);
    if (plugins.some((plugin) => plugin.name === name)) throw refuse('another module has this plugin too');
    const exported = await load(module, file).catch((error: unknown) => {
      throw refuse(`cannot be loaded: ${error instanceof Error ? error.message : String(error)}`);
    });
    const plugin = exported.default ?? exported[name];
    const fault = faultIn(plugin, name);
    if (fault !== undefined) throw refuse(fault);
    plugins.push(plugin as Plugin);
  }
  return ownPlugins.with(plugins);
}

/** Where a module is: its path, or its package, from the folder of the configuration. */
export function pathOf(module: string, file: string): string {
  if (!module.startsWith('.') && !isAbsolute(module)) return module;
  return resolve(folderOf(file), module);
}

function load(module: string, file: string): Promise<Record<string, unknown>> {
  const path = pathOf(module, file);
  const found = isAbsolute(path)
    ? path
    : createRequire(resolve(folderOf(file), 'configuration')).resolve(path);
  return import(pathToFileURL(found).href) as Promise<Record<string, unknown>>;
}

function folderOf(file: string): string {
  return file === '-' ? process.cwd() : dirname(resolve(file));
}
