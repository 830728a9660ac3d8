import { expect } from 'vitest';
import { ConfigurationError } from '../../src/config/configuration.ts';
import { loadConfiguration } from '../../src/config/load.ts';

export const HEADER = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';

export const load = (fields: string) => loadConfiguration(HEADER + fields, 'file.yaml');
export const withArgs = (plugin: string, args: string) =>
  load(`profiles: [{pluginConfig: [{name: ${plugin}, args: ${args}}]}]`);

/** The lines of the error, without the file name that each begins with. */
export function problemsOf(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message.split('\n').map((line) => {
      expect(line).toMatch(/^file\.yaml: /);
      return line.slice('file.yaml: '.length);
    });
  }
  return [];
}
