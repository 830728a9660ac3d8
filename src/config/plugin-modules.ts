// The modules that a configuration names for plugins that are not coset's own. They are loaded before it is read: what it
// may say of a plugin is known by then.
import { isObject } from '../model/shape.ts';
import { yamlDocuments } from '../model/yaml.ts';
import type { PluginModule } from '../plugins/out-of-tree/plugin.ts';
import { judge } from './judge.ts';

/** Those named in the text, each once. What is not as it should be is passed over: reading it says what is wrong. */
export function pluginModulesIn(text: string): PluginModule[] {
  const named = [...yamlDocuments(text)].flatMap(({ values }) => values.flatMap(namedIn));
  return [...new Map(named.map((one) => [`${one.name} ${one.module}`, one])).values()];
}

function namedIn(value: unknown): PluginModule[] {
  const judged = judge(value);
  if ('held' in judged) return pluginModulesIn(judged.held.text);
  return listIn(value, 'profiles')
    .flatMap((profile) => listIn(profile, 'pluginConfig'))
    .filter((entry) => isObject(entry) && entry.name === 'OutOfTreePlugins')
    .flatMap((entry) => listIn((entry as { args?: unknown }).args, 'plugins'))
    .filter((entry): entry is PluginModule => isObject(entry) && isText(entry.name) && isText(entry.module));
}

function listIn(value: unknown, field: string): unknown[] {
  const found = isObject(value) ? value[field] : undefined;
  return Array.isArray(found) ? found : [];
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
