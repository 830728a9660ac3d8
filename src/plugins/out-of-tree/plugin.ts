// OutOfTreePlugins: arguments that name plugins of other people's, each with the module that defines it. kube-scheduler
// passes over pluginConfig of plugins that it does not know.
import { exactly, list, text } from '../../model/shape.ts';
import { argsShape } from '../common/args-shape.ts';
import { definePlugin, type ArgsReader } from '../plugin.ts';

export interface PluginModule {
  name: string;
  /** A path from the configuration's folder, or a package that is installed there. */
  module: string;
}

export interface OutOfTreePluginsArgs {
  plugins: PluginModule[];
}

declare module '../profile.ts' {
  interface PluginArgs {
    OutOfTreePlugins: OutOfTreePluginsArgs;
  }
}

const args: ArgsReader<OutOfTreePluginsArgs> = {
  shape: argsShape('OutOfTreePlugins', { plugins: list(exactly({ name: text, module: text })) }),
  read({ plugins = [] }: { plugins?: Partial<PluginModule>[] }, path, problems) {
    plugins.forEach(({ name, module }, i) => {
      if (!name) problems.add(`${path}.plugins[${i}].name`, 'must not be empty');
      if (!module) problems.add(`${path}.plugins[${i}].module`, 'must not be empty');
    });
    return { plugins: plugins.map(({ name = '', module = '' }) => ({ name, module })) };
  },
};

export const outOfTreePlugins = definePlugin({ name: 'OutOfTreePlugins', points: [], args });
