// The waiting pods of each pod group, in order of arrival.
import { addToSet, deleteFromSet } from '../model/by-key.ts';
import type { Entry } from './entry.ts';

const NONE: ReadonlySet<Entry> = new Set();

export class GroupMembers {
  readonly #byGroup = new Map<string, Set<Entry>>();

  add(entry: Entry): void {
    if (entry.podGroup !== undefined) addToSet(this.#byGroup, entry.podGroup, entry);
  }

  delete(entry: Entry): void {
    if (entry.podGroup !== undefined) deleteFromSet(this.#byGroup, entry.podGroup, entry);
  }

  of(podGroup: string): ReadonlySet<Entry> {
    return this.#byGroup.get(podGroup) ?? NONE;
  }
}
