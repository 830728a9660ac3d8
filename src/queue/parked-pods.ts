// The unschedulable pods: one verdict stands for a whole group, and is asked about once per event.
import { addToSet, deleteFromSet } from '../model/by-key.ts';
import { schedulerNameOf, type Pod } from '../model/types.ts';
import type { Entry, Group } from './entry.ts';
import { Heap } from './heap.ts';
import { termsOf } from './hint-effort.ts';
import { objectNameOf } from './event-log.ts';
import type { Rejections, SharedEvent } from './types.ts';

export class ParkedPods {
  readonly #groups = new Map<string, Group>();
  readonly #byTime = new Heap<Group>((a, b) => a.parkedAt < b.parkedAt);
  /** Those that have an object of their own, by "kind namespace/name". */
  readonly #owners = new Map<string, Set<Entry>>();
  readonly #ownObjectsOf: (pod: Pod) => readonly string[];
  #size = 0;

  constructor(ownObjectsOf: (pod: Pod) => readonly string[] = () => []) {
    this.#ownObjectsOf = ownObjectsOf;
  }

  /** The number of pods. */
  get size(): number {
    return this.#size;
  }

  groups(): Iterable<Group> {
    return this.#groups.values();
  }

  group(name: string): Group | undefined {
    return this.#groups.get(name);
  }

  /** The group whose verdict is oldest. */
  oldest(): Group | undefined {
    return this.#byTime.peek();
  }

  /** Parks pods in a group; its verdict becomes the one given. */
  park(name: string, entries: readonly Entry[], plugins: readonly string[], parkedAt: number): void {
    let group = this.#groups.get(name);
    if (group) {
      group.plugins = plugins;
      group.parkedAt = parkedAt;
      this.#byTime.update(group);
    } else {
      const terms = termsOf(entries[0]!.pod);
      group = { name, plugins, parkedAt, entries: new Set(), terms, heapIndex: -1 };
      this.#groups.set(name, group);
      this.#byTime.push(group);
    }
    for (const entry of entries) {
      entry.queue = 'unschedulable';
      entry.group = group;
      group.entries.add(entry);
      for (const name of this.#ownObjectsOf(entry.pod)) addToSet(this.#owners, name, entry);
    }
    this.#size += entries.length;
  }

  /** Takes a pod out, if it is parked; a group ends with its last pod. */
  leave(entry: Entry): void {
    const group = entry.group;
    if (!group) return;
    entry.group = undefined;
    group.entries.delete(entry);
    for (const name of this.#ownObjectsOf(entry.pod)) deleteFromSet(this.#owners, name, entry);
    this.#size -= 1;
    if (group.entries.size > 0) return;
    this.#groups.delete(group.name);
    this.#byTime.remove(group);
  }

  /** The pods whose own the object of the event is. */
  ownersOf(event: SharedEvent): readonly Entry[] {
    if (this.#owners.size === 0) return [];
    return [...(this.#owners.get(objectNameOf(event) ?? '') ?? [])];
  }

  /** The objects, as "kind namespace/name", that are the pod's own. */
  ownObjectsOf({ pod }: Entry): readonly string[] {
    return this.#ownObjectsOf(pod);
  }

  /** How many pods of a profile each plugin rejected; a pod counts for each of them. */
  rejections(): Rejections[] {
    const rows = new Map<string, Rejections>();
    for (const { plugins, entries } of this.#groups.values()) {
      const [first] = entries;
      const profile = schedulerNameOf(first?.pod ?? {});
      for (const plugin of new Set(plugins)) {
        const name = `${plugin}/${profile}`;
        const row = rows.get(name) ?? { plugin, profile, pods: 0 };
        row.pods += entries.size;
        rows.set(name, row);
      }
    }
    return [...rows.values()];
  }
}
