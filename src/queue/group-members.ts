// The waiting pods of each pod group, in order of arrival.
import type { Entry } from './entry.ts';

const NONE: ReadonlySet<Entry> = new Set();

export class GroupMembers {
  readonly #byGroup = new Map<string, Set<Entry>>();

  add(entry: Entry): void {
    if (entry.podGroup === undefined) return;
    const members = this.#byGroup.get(entry.podGroup);
    if (members === undefined) this.#byGroup.set(entry.podGroup, new Set([entry]));
    else members.add(entry);
  }

  delete(entry: Entry): void {
    const members = this.#byGroup.get(entry.podGroup ?? '');
    if (members?.delete(entry) && members.size === 0) this.#byGroup.delete(entry.podGroup!);
  }

  of(podGroup: string): ReadonlySet<Entry> {
    return this.#byGroup.get(podGroup) ?? NONE;
  }
}
