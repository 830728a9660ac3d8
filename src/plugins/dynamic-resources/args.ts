// The arguments of DynamicResources.
import { duration, parseDuration } from '../../model/duration.ts';
import { shown } from '../../model/shape.ts';
import { argsShape } from '../common/args-shape.ts';
import type { ArgsReader } from '../plugin.ts';

export interface DynamicResourcesArgs {
  /** How long a pod waits until its devices are ready. */
  bindingTimeoutSeconds: number;
}

declare module '../profile.ts' {
  interface PluginArgs {
    DynamicResources: DynamicResourcesArgs;
  }
}

/** kube-scheduler's own default of a limit that coset counts in steps. */
const DEFAULT_FILTER_SECONDS = 10;

export const args: ArgsReader<DynamicResourcesArgs> = {
  shape: argsShape('DynamicResources', { filterTimeout: duration, bindingTimeout: duration }),
  read(args: { filterTimeout?: string; bindingTimeout?: string }, path, problems, notices) {
    const { filterTimeout, bindingTimeout } = args;
    if (filterTimeout !== undefined && parseDuration(filterTimeout) !== DEFAULT_FILTER_SECONDS)
      notices.push(`${path}.filterTimeout: no effect, a search for devices is limited by its steps`);
    if (filterTimeout !== undefined && parseDuration(filterTimeout)! < 0) {
      problems.add(`${path}.filterTimeout`, `must not be negative, not ${shown(filterTimeout)}`);
    }
    if (bindingTimeout !== undefined && parseDuration(bindingTimeout)! < 1) {
      problems.add(`${path}.bindingTimeout`, `must be at least 1s, not ${shown(bindingTimeout)}`);
    }
    return { bindingTimeoutSeconds: bindingTimeout === undefined ? 600 : parseDuration(bindingTimeout)! };
  },
  write: ({ bindingTimeoutSeconds }) => ({ bindingTimeout: `${bindingTimeoutSeconds}s` }),
};
