// A profile with the plugins that it may name: what pods of its scheduler name are decided by.
import type { PluginContext } from './plugin.ts';
import type { Profile } from './profile.ts';
import type { Registry } from './registry.ts';

export interface Framework extends Profile {
  /** All plugins that are known, asked for or not. */
  registry: Registry;
}

/** What classes and cycles are decided in; plugins see the profile only. */
export interface FrameworkContext extends PluginContext {
  readonly profile: Framework;
}
