// Where a profile has the plugins that pack something: among its filters, and among its scores.
import { CODE_REASON_BITS } from '../../assembly/layout.ts';
import type { Framework } from '../plugins/framework.ts';
import type { Plugin } from '../plugins/plugin.ts';
import { columnKey } from '../plugins/registry.ts';

type Packing = Plugin & Required<Pick<Plugin, 'pack'>>;

export interface Place {
  plugin: Packing;
  /** Code of the plugin's first rejection reason; 0 when the profile does not filter by it. */
  code: number;
  /** Weight of the plugin's score; 0 when the profile does not score by it. */
  weight: number;
  /** The columns of its own, as the nodes have them, by its names for them. */
  columnKeys: Readonly<Record<string, string>>;
}

const known = new WeakMap<Framework, readonly Place[]>();

/** The plugins that pack something, with their places in the profile. */
export function placesIn(profile: Framework): readonly Place[] {
  const before = known.get(profile);
  if (before !== undefined) return before;
  const places = profile.registry.having('pack').map((plugin): Place => {
    const index = profile.filters.indexOf(plugin.name);
    return {
      plugin,
      code: index === -1 ? 0 : (index + 1) << CODE_REASON_BITS,
      weight: profile.scores.find(({ name }) => name === plugin.name)?.weight ?? 0,
      columnKeys: columnKeysOf(plugin),
    };
  });
  known.set(profile, places);
  return places;
}

function columnKeysOf({ name, columns = {} }: Plugin): Record<string, string> {
  return Object.fromEntries(Object.keys(columns).map((column) => [column, columnKey(name, column)]));
}
