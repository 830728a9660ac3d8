// A profile: the plugins that are asked for the pods of one scheduler name, with their arguments.
import type { DeviceTotalsOf } from './dynamic-resources/totals.ts';

/** The arguments of each plugin that takes some, by its name: each plugin's args.ts adds its own. */
export interface PluginArgs {
  [plugin: string]: unknown;
}

export interface Profile {
  schedulerName: string;
  /** Names of the filter plugins, in the order in which they are asked. */
  filters: string[];
  /** Names of the plugins that are asked when no node passes the filters. */
  postFilters: string[];
  /** Names of the plugins that let pods be bound only with others. */
  permits: string[];
  /** Score plugins in order, with their weights. */
  scores: { name: string; weight: number }[];
  args: PluginArgs;
  /** Absent where no plugin allocates devices. */
  deviceTotals?: DeviceTotalsOf;
}
