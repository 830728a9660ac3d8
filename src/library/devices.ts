// coset/devices: dynamic resource allocation, with the language of device selectors (CEL).
import { dynamicResources as plugin } from '../devices/plugin.ts';
import type { Plugin } from '../plugins/plugin.ts';

/** The plugin that allocates devices, for `inTree.with([dynamicResources])`: it takes the place of the one that only asks for it. */
export const dynamicResources: Plugin = plugin;
