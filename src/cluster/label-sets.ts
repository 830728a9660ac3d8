// Pods on nodes, gathered by namespace and by the labels that some selector reads: pods in one label set are counted
// together, so that a selector is matched once for all of them. And those labels themselves.
import type { Labels, Selector } from '../api/labels.ts';

export interface LabelSet {
  readonly id: number;
  readonly namespace: string;
  /** Only the labels that some selector reads. */
  readonly labels: Labels;
  /** How many pods of this set stand in each row. */
  readonly rows: Map<number, number>;
}

/** The label keys that live selectors read, each with the number of its readers. */
export class SelectorKeys {
  /** Counts the times that the set of keys has changed. */
  generation = 0;
  readonly #readers = new Map<string, number>();

  retain(selector: Selector): void {
    for (const { key } of selector.requirements) this.retainKey(key);
  }

  release(selector: Selector): void {
    for (const { key } of selector.requirements) this.releaseKey(key);
  }

  retainKey(key: string): void {
    const readers = this.#readers.get(key) ?? 0;
    this.#readers.set(key, readers + 1);
    if (readers === 0) this.generation++;
  }

  releaseKey(key: string): void {
    const readers = this.#readers.get(key) ?? 0;
    if (readers > 1) {
      this.#readers.set(key, readers - 1);
    } else if (readers === 1) {
      this.#readers.delete(key);
      this.generation++;
    }
  }

  /** The labels whose keys are read, in the order of their keys. */
  project(labels: Labels | undefined): Labels {
    const read: Record<string, string> = {};
    if (labels === undefined) return read;
    for (const key of Object.keys(labels).sort()) if (this.#readers.has(key)) read[key] = labels[key]!;
    return read;
  }
}

export class LabelSets {
  readonly #keys: SelectorKeys;
  readonly #sets: LabelSet[] = [];
  readonly #byText = new Map<string, LabelSet>();
  readonly #byNamespace = new Map<string, Set<LabelSet>>();

  constructor(keys: SelectorKeys) {
    this.#keys = keys;
  }

  /** The set that a pod with these labels belongs to. */
  of(namespace: string, labels: Labels | undefined): LabelSet {
    const read = this.#keys.project(labels);
    const text = JSON.stringify([namespace, read]);
    let set = this.#byText.get(text);
    if (set === undefined) {
      set = { id: this.#sets.length, namespace, labels: read, rows: new Map() };
      this.#sets.push(set);
      this.#byText.set(text, set);
      const siblings = this.#byNamespace.get(namespace);
      if (siblings === undefined) this.#byNamespace.set(namespace, new Set([set]));
      else siblings.add(set);
    }
    return set;
  }

  get(id: number): LabelSet {
    return this.#sets[id]!;
  }

  inNamespace(namespace: string): Iterable<LabelSet> {
    return this.#byNamespace.get(namespace) ?? [];
  }

  count(set: LabelSet, row: number, by: 1 | -1): void {
    const now = (set.rows.get(row) ?? 0) + by;
    if (now === 0) set.rows.delete(row);
    else set.rows.set(row, now);
  }

  /** Forgets all sets; after the keys changed, when every pod is counted anew. */
  clear(): void {
    this.#sets.length = 0;
    this.#byText.clear();
    this.#byNamespace.clear();
  }
}
