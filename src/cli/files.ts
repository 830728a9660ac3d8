// Files that the command line names.
import { readFileSync, statSync } from 'node:fs';
import { decodeText, TextError } from '../model/text.ts';
import { defaultConfiguration } from '../config/configuration.ts';
import { loadConfiguration } from '../config/load.ts';
import { pluginModulesIn } from '../config/plugin-modules.ts';
import type { Configuration } from '../config/types.ts';
import { ownPlugins, pathOf, registryWith } from './plugin-modules.ts';

/** What messages call a file. */
export function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}

/** Reads a file, or standard input for "-", in any encoding that people's tools write. Throws an Error that names it. */
export function readText(file: string): string {
  if (file !== '-' && statSync(file, { throwIfNoEntry: false })?.isDirectory())
    throw new Error(`${file}: is a directory: name the files that are in it`);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    // Node says again which file it was
    const reason = (error as Error).message.replace(/, \w+( '.*')?$/, '');
    throw new Error(`${nameOf(file)}: cannot be read: ${reason}`, { cause: error });
  }
  try {
    return decodeText(bytes);
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    throw new Error(`${nameOf(file)}: ${error.message}`, { cause: error });
  }
}

/** The configuration in a file, with the plugins that it brings, or the default one. */
export async function readConfiguration(file: string | undefined): Promise<Configuration> {
  if (file === undefined) return defaultConfiguration(ownPlugins);
  const text = readText(file);
  const configuration = loadConfiguration(text, file, await registryWith(pluginModulesIn(text), file));
  // written somewhere else it names the same modules
  for (const { args } of configuration.profiles)
    for (const plugin of args.OutOfTreePlugins.plugins) plugin.module = pathOf(plugin.module, file);
  return configuration;
}
