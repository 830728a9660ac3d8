// Reads a KubeSchedulerConfiguration file.
import { mistakenFor, mistakenYaml } from '../model/mistaken.ts';
import { yamlDocuments } from '../model/yaml.ts';
import { inTree } from '../plugins/in-tree.ts';
import type { Registry } from '../plugins/registry.ts';
import { ConfigurationError, configurationOf } from './configuration.ts';
import { KIND } from './file.ts';
import { judge } from './judge.ts';
import type { Configuration } from './types.ts';

/**
 * Reads a configuration from YAML or JSON text. A ConfigMap is read for the one that it holds.
 * @param fileName how messages name the text
 * @param registry the plugins that it may name
 * @throws ConfigurationError
 */
export function loadConfiguration(text: string, fileName: string, registry = inTree): Configuration {
  const is = mistakenFor(text);
  if (is !== undefined) throw new ConfigurationError(`${fileName}: ${is}`);
  const values: unknown[] = [];
  for (const document of yamlDocuments(text)) {
    const problem = document.error ?? document.duplicate;
    if (problem !== undefined) throw new ConfigurationError(`${fileName}: ${mistakenYaml(text) ?? problem}`);
    values.push(...document.values);
  }
  if (values.length !== 1) {
    throw new ConfigurationError(`${fileName}: must hold one ${KIND}, not ${values.length} documents`);
  }
  try {
    return configurationIn(values[0], fileName, registry);
  } catch (error) {
    // a template's braces may be YAML too: an object where there should be a name
    const template = error instanceof ConfigurationError ? mistakenYaml(text) : undefined;
    throw template === undefined ? error : new ConfigurationError(`${fileName}: ${template}`);
  }
}

function configurationIn(value: unknown, fileName: string, registry: Registry): Configuration {
  const judged = judge(value);
  if (!('held' in judged)) return configurationOf(value, fileName, registry);
  const { key, text } = judged.held;
  const configuration = loadConfiguration(text, `${fileName}: data[${key}]`, registry);
  configuration.notices.unshift(`${fileName} is a ConfigMap: its data[${key}] is read`);
  return configuration;
}
