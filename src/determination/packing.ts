// What the plugins have packed for a class, and what they packed it from.
import { CODE_CLOSED, CODE_NOT_CHOSEN, CODE_OUTSIDE, CODE_REASON_BITS } from '../../assembly/layout.ts';
import type { Pod } from '../model/types.ts';
import { BlockLimitError, OutOfMemoryError } from '../state/columns/arena.ts';
import { usageOf } from '../model/pod-resources.ts';
import { EffortError } from '../kernel/program/effort.ts';
import { PluginError } from '../plugins/plugin-error.ts';
import type { Packed } from '../plugins/plugin.ts';
import type { FrameworkContext } from '../plugins/framework.ts';
import { KnownVerdicts } from './known-verdicts.ts';
import { placesIn } from './places.ts';
import type { Refusal } from './refusal.ts';
import type { ProgramBuilder } from '../kernel/program/builder.ts';

/** What is thrown where the pod asks for too much: no plugin is at fault. */
const OWN_ERRORS = [EffortError, BlockLimitError, OutOfMemoryError];

export class Packing {
  /** By the plugin's name. */
  readonly packed = new Map<string, Packed>();
  /** Why no node is asked. */
  refusal?: Refusal;
  /** Its pods must be placed one by one. */
  isSequential = false;
  /** It must be packed anew for pods that come later. */
  isForNow = false;
  readonly #context: FrameworkContext;
  /** After each placement what plugins keep in the program is worked out again. */
  refreshesAfterEach = false;
  /** Those that keep something in the program, by name: of the pod at hand, where that asks for other things than its master. */
  readonly #refreshed = new Map<string, Packed>();
  /** Of plugins that say anew what they make of a row when pods have come to it or left it. */
  readonly rowVerdicts: KnownVerdicts[] = [];
  /** Of each kind of the store that was read. */
  readonly #objectVersions = new Map<string, number>();
  /** Those that say which changes of their kinds concern them, and up to where they were asked. */
  readonly #choosy: Packed[] = [];
  #position = 0;

  constructor(context: FrameworkContext) {
    this.#context = context;
    this.#position = context.cluster.store.changes.end;
  }

  /** Whether the objects are still those that were read. */
  get isCurrent(): boolean {
    const { store } = this.#context.cluster;
    for (const [kind, version] of this.#objectVersions) if (store.versionOf(kind) !== version) return false;
    if (this.#choosy.length === 0 || this.#position === store.changes.end) return true;
    const isConcerned = store.changes
      .since(this.#position)
      ?.some((change) =>
        this.#choosy.some(({ kinds, concernedBy }) => kinds!.includes(change.kind) && concernedBy!(change)),
      );
    if (isConcerned !== false) return false;
    this.#position = store.changes.end;
    return true;
  }

  /** The changes up to here, which are those by pods of the class, are known. */
  markSeen(): void {
    const { store } = this.#context.cluster;
    for (const kind of this.#objectVersions.keys()) this.#objectVersions.set(kind, store.versionOf(kind));
    this.#position = store.changes.end;
    if (!this.refreshesAfterEach) this.touched();
  }

  /** The rows in which objects have changed what plugins keep in the program, since this was asked last. */
  touched(): number[] {
    return [...this.#refreshed.values()].flatMap((packed) => packed.touched?.() ?? []);
  }

  /**
   * Has every plugin pack what the pod asks for; with `requestsOnly`, has those that pack requests pack them anew for a pod of
   * the same class.
   */
  pack(pod: Pod, builder: ProgramBuilder, requestsOnly = false): void {
    const { profile, cluster, extenders } = this.#context;
    cluster.usage.eachAmount(usageOf(pod), (column, amount) => builder.uses(column, amount));
    for (const { plugin, code, weight, columnKeys } of placesIn(profile)) {
      if (requestsOnly && !plugin.packsRequests) continue;
      const column = (name: string) => cluster.nodes.textColumn(columnKeys[name]!);
      let packed: Packed | undefined;
      try {
        packed = plugin.pack(pod, { cluster, profile, extenders, builder, code, weight, column });
      } catch (error) {
        throw namedError(plugin, error);
      }
      if (packed?.refresh !== undefined) this.#refreshed.set(plugin.name, packed);
      else if (requestsOnly) this.#refreshed.delete(plugin.name);
      if (packed === undefined || requestsOnly) continue;
      this.#take(plugin.name, packed, builder);
      if (packed.rowVerdicts !== undefined)
        this.rowVerdicts.push(new KnownVerdicts(packed.rowVerdicts, code >> CODE_REASON_BITS, builder));
    }
    for (const row of cluster.nodes.closedRows) builder.rejectRow(row, CODE_CLOSED);
    for (const row of cluster.nodes.outsideRows) builder.rejectRow(row, CODE_OUTSIDE);
  }

  /** Brings what the program keeps of the pods in these rows up to date. */
  refresh(rows: readonly number[]): void {
    for (const packed of this.#refreshed.values()) packed.refresh!(rows);
  }

  #take(name: string, packed: Packed, builder: ProgramBuilder): void {
    const { cluster } = this.#context;
    this.packed.set(name, packed);
    this.isSequential ||= packed.sequential ?? false;
    this.isForNow ||= packed.isForNow ?? false;
    this.refreshesAfterEach ||= packed.refreshesAfterEach ?? false;
    if (packed.concernedBy !== undefined) this.#choosy.push(packed);
    else for (const kind of packed.kinds ?? []) this.#objectVersions.set(kind, cluster.store.versionOf(kind));
    if (packed.refusal !== undefined) {
      const message = `0/${cluster.nodes.count} nodes are available: ${packed.refusal}.`;
      this.refusal ??= { message, plugins: [name] };
    }
    if (packed.onlyNodes !== undefined) {
      const { column, values } = cluster.nodes.name;
      const chosen = packed.onlyNodes;
      const passes = values.map((node) => chosen.has(node));
      builder.filter([[builder.table(column, passes)]], CODE_NOT_CHOSEN);
    }
  }
}

/** What the plugin has thrown, with its name, but for what says itself what the pod asks for. */
function namedError({ name }: { name: string }, error: unknown): unknown {
  return OWN_ERRORS.some((own) => error instanceof own) ? error : new PluginError(name, error);
}
