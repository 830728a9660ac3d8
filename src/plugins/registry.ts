// The plugins that are known, and what follows from their definitions. It is handed in from the outside with the
// configuration: who calls the core may bring plugins of their own.
import type { Selector } from '../model/labels.ts';
import type { Pod } from '../model/types.ts';
import type { ClusterEvent } from '../model/events.ts';
import { SPEC_FIELDS, type NodeField } from './fields.ts';
import { PluginError } from './plugin-error.ts';
import type {
  ExtensionPoint,
  NodeText,
  Plugin,
  PluginContext,
  ReadObject,
  Reads,
  Reservation,
} from './plugin.ts';

/** What is read of all pods together, for the text that pods of one template share. */
export interface PodReads {
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
  readonly digests: readonly NonNullable<Reads['digest']>[];
}

/** A plugin that may take something for a pod besides its node. */
export type Reserving = Plugin & Required<Pick<Plugin, 'reserve'>>;

/** What the nodes call a plugin's own column. */
export function columnKey(plugin: string, column: string): string {
  return `${plugin}/${column}`;
}

export class Registry {
  readonly plugins: readonly Plugin[];
  /** Those that a profile asks unless it says otherwise, in this order. */
  readonly byDefault: readonly Plugin[];
  /** The objects that are watched, besides those that the cluster always has. */
  readonly objects: readonly ReadObject[];
  /** Their kinds, and those that are kept besides. */
  readonly kinds: readonly string[];
  /** The columns of nodes by "plugin/name". */
  readonly columns: ReadonlyMap<string, NodeText>;
  readonly podReads: PodReads;
  /** The fields of a pod's spec that are known, and whether any plugin reads them as they stand. */
  readonly specFields: ReadonlyMap<string, 'read' | 'unread'>;
  readonly nodeFields: ReadonlySet<NodeField>;
  readonly #byName: ReadonlyMap<string, Plugin>;
  readonly #selecting: readonly (Plugin & Required<Pick<Plugin, 'selectors'>>)[];
  readonly #tellingApart: readonly (Plugin & Required<Pick<Plugin, 'isUnlikeItsTemplate'>>)[];
  readonly #unsupported: readonly (Plugin & Required<Pick<Plugin, 'unsupported'>>)[];
  readonly #reserving: readonly Reserving[];
  readonly #owning: readonly (Plugin & Required<Pick<Plugin, 'ownObjects'>>)[];
  readonly #digesting: readonly NonNullable<Reads['digestObjects']>[];

  /** Each plugin has a name of its own. */
  constructor(byDefault: readonly Plugin[], others: readonly Plugin[] = []) {
    this.byDefault = byDefault;
    this.plugins = [...byDefault, ...others];
    this.#byName = new Map(this.plugins.map((plugin) => [plugin.name, plugin]));
    const reads = this.plugins.flatMap((plugin) => plugin.reads ?? []);
    const all = <T>(of: (one: Reads) => readonly T[] | undefined) => [
      ...new Set(reads.flatMap((one) => of(one) ?? [])),
    ];
    const read = new Set(all((one) => one.spec));
    this.specFields = new Map(SPEC_FIELDS.map((field) => [field, read.has(field) ? 'read' : 'unread']));
    this.podReads = {
      labels: all((one) => one.labels).sort(),
      annotations: all((one) => one.annotations).sort(),
      digests: all((one) => (one.digest === undefined ? [] : [one.digest])),
    };
    this.nodeFields = new Set(all((one) => one.node));
    const objects = this.plugins.flatMap((plugin) => plugin.objects ?? []);
    this.objects = [...new Map(objects.map((object) => [object.kind, object])).values()];
    this.kinds = [
      ...new Set([...objects.map(({ kind }) => kind), ...this.plugins.flatMap(({ kinds }) => kinds ?? [])]),
    ];
    this.columns = new Map(
      this.plugins.flatMap(({ name, columns = {} }) =>
        Object.entries(columns).map(([column, text]) => [columnKey(name, column), text] as const),
      ),
    );
    this.#selecting = this.having('selectors');
    this.#tellingApart = this.having('isUnlikeItsTemplate');
    this.#unsupported = this.having('unsupported');
    this.#reserving = this.having('reserve');
    this.#owning = this.having('ownObjects');
    this.#digesting = reads.flatMap(({ digestObjects }) => digestObjects ?? []);
  }

  /** These plugins, and others that a profile may name. One with the name of one of these takes its place. */
  with(others: readonly Plugin[]): Registry {
    const given = new Map(others.map((plugin) => [plugin.name, plugin]));
    const taken = (plugin: Plugin) => given.get(plugin.name) ?? plugin;
    const added = others.filter(({ name }) => this.get(name) === undefined);
    const more = this.plugins.slice(this.byDefault.length);
    return new Registry(this.byDefault.map(taken), [...more.map(taken), ...added]);
  }

  get(name: string): Plugin | undefined {
    return this.#byName.get(name);
  }

  takesPart(name: string, point: ExtensionPoint): boolean {
    return this.get(name)?.points.includes(point) ?? false;
  }

  /** The selectors that a pod brings along. */
  readonly selectorsOf = (pod: Pod): Selector[] => {
    const selectors: Selector[] = [];
    for (const plugin of this.#selecting) {
      try {
        selectors.push(...plugin.selectors(pod));
      } catch (error) {
        throw new PluginError(plugin.name, error);
      }
    }
    return selectors;
  };

  /** Whether something besides its own fields tells a pod from others of its template. */
  isUnlikeItsTemplate(pod: Pod, context: PluginContext): boolean {
    for (const plugin of this.#tellingApart) if (plugin.isUnlikeItsTemplate(pod, context)) return true;
    return false;
  }

  /** Counts the changes of objects after which this pod may belong to another class; undefined when none can do that. */
  objectsVersionFor(pod: Pod, { cluster }: PluginContext): number | undefined {
    let version: number | undefined;
    for (const { kinds, concern } of this.#digesting) {
      if (!concern(pod)) continue;
      version ??= cluster.volumeUsers.sharingVersion + cluster.namedClaims.version;
      for (const kind of kinds) version += cluster.store.toldVersionOf(kind);
    }
    return version;
  }

  /** The objects, as "kind namespace/name", that are the pod's own: events of these help it alone. */
  readonly ownObjectsOf = (pod: Pod): readonly string[] =>
    hasClaims(pod) ? this.#owning.flatMap((plugin) => plugin.ownObjects(pod)) : NO_OBJECTS;

  /** Whether an event can help a pod that these plugins rejected. A plugin that is not known may be helped by anything. */
  helps(event: ClusterEvent, pod: Pod, plugins: readonly string[], context: PluginContext): boolean {
    return plugins.some((name) => {
      const plugin = this.get(name);
      return plugin === undefined || (plugin.helps?.(event, pod, context) ?? false);
    });
  }

  /** The first thing that the pod asks for and that is not built, with the plugin that would serve it. */
  unsupportedIn(pod: Pod, context: PluginContext): { plugin: string; what: string } | undefined {
    for (const plugin of this.#unsupported) {
      const what = plugin.unsupported(pod, context);
      if (what !== undefined) return { plugin: plugin.name, what };
    }
    return undefined;
  }

  /** The plugins that may take something for pods of this one's class: also those that cannot say whether they may. */
  reservingFor(pod: Pod): readonly Reserving[] {
    return this.#reserving.filter((plugin) => {
      try {
        return plugin.mayReserve?.(pod) ?? true;
      } catch {
        return true;
      }
    });
  }

  /** The plugins that have such a member. */
  having<Member extends keyof Plugin>(member: Member): (Plugin & Required<Pick<Plugin, Member>>)[] {
    return this.plugins.filter(
      (plugin): plugin is Plugin & Required<Pick<Plugin, Member>> => plugin[member] !== undefined,
    );
  }
}

/** Whether the pod names volumes or devices: others have no objects of their own. */
export function hasClaims({ spec }: Pod): boolean {
  return spec?.volumes !== undefined || spec?.resourceClaims !== undefined;
}

/** Takes what the pod needs besides the node that it was assumed on. When one thing cannot be had, none is taken. */
export function reserve(
  plugins: readonly Reserving[],
  pod: Pod,
  node: string,
  context: PluginContext,
): readonly Reservation[] {
  if (plugins.length === 0) return NOTHING;
  const reservations: Reservation[] = [];
  try {
    for (const plugin of plugins) {
      const reservation = plugin.reserve(pod, node, context);
      if (reservation !== undefined) reservations.push(reservation);
    }
  } catch (error) {
    for (const reservation of reservations) reservation.release();
    throw error;
  }
  return reservations;
}

const NOTHING: readonly Reservation[] = [];
const NO_OBJECTS: readonly string[] = [];
