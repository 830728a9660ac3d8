// Pods on nodes, gathered by what other pods' constraints can see of them: a selector is matched once for all pods of a
// kind. And the label keys that selectors read, without which every pod would be a kind of its own.
import { append } from '../api/append.ts';
import type { Labels, Selector } from '../api/labels.ts';
import type { PodAffinityTerms } from './pod-affinity.ts';
import { valuesAsked } from './selector-index.ts';

export interface PodKind {
  readonly id: number;
  readonly namespace: string;
  /** Only the labels that some selector reads. */
  readonly labels: Labels;
  readonly affinity?: PodAffinityTerms;
  /** A terminating pod no longer counts for spreading. */
  readonly terminating: boolean;
  /** How many pods of the kind stand in each row. */
  readonly rows: Map<number, number>;
}

/** The label keys that live selectors read, each with the number of its readers. */
export class SelectorKeys {
  /** Counts the times that the set of keys has changed. */
  generation = 0;
  readonly #readers = new Map<string, number>();

  retain(selector: Selector): void {
    for (const { key } of selector.requirements) {
      const readers = this.#readers.get(key);
      if (readers === undefined) this.#addKey(key);
      else this.#readers.set(key, readers + 1);
    }
  }

  release(selector: Selector): void {
    for (const { key } of selector.requirements) this.#readers.set(key, (this.#readers.get(key) ?? 1) - 1);
  }

  /** The labels whose keys are read, in the order of their keys. */
  project(labels: Labels | undefined): Labels {
    const read: Record<string, string> = {};
    if (labels === undefined) return read;
    for (const key of Object.keys(labels).sort()) if (this.#readers.has(key)) read[key] = labels[key]!;
    return read;
  }

  /** A key without readers stays until another one comes: pods that come and go must not change the keys each time. */
  #addKey(key: string): void {
    for (const [other, readers] of this.#readers) if (readers === 0) this.#readers.delete(other);
    this.#readers.set(key, 1);
    this.generation++;
  }
}

/** What tells the kinds of pods apart. */
export interface KindOfPod {
  namespace: string;
  labels: Labels | undefined;
  affinity?: PodAffinityTerms;
  terminating: boolean;
}

/** The kinds of one namespace. */
class Siblings {
  readonly all: PodKind[] = [];
  /** By "key=value" of each label. */
  readonly #byLabel = new Map<string, PodKind[]>();

  add(kind: PodKind): void {
    this.all.push(kind);
    for (const key in kind.labels) append(this.#byLabel, `${key}=${kind.labels[key]}`, kind);
  }

  /** Those that the selector may match, each once. */
  *near(selector: Selector): Iterable<PodKind> {
    if (selector.nothing) return;
    const asked = valuesAsked(selector);
    if (asked === undefined) yield* this.all;
    else for (const value of new Set(asked.values)) yield* this.#byLabel.get(`${asked.key}=${value}`) ?? [];
  }
}

export class PodKinds {
  /** Counts the times that all kinds were forgotten. */
  generation = 0;
  readonly #keys: SelectorKeys;
  readonly #kinds: PodKind[] = [];
  readonly #byText = new Map<string, PodKind>();
  readonly #byNamespace = new Map<string, Siblings>();
  readonly #byAffinity = new Map<string, PodKind[]>();

  constructor(keys: SelectorKeys) {
    this.#keys = keys;
  }

  /** The kind of a pod. */
  of({ namespace, labels, affinity, terminating }: KindOfPod): PodKind {
    const read = this.#keys.project(labels);
    const text = JSON.stringify([namespace, read, affinity?.text, terminating]);
    let kind = this.#byText.get(text);
    if (kind === undefined) {
      kind = { id: this.#kinds.length, namespace, labels: read, affinity, terminating, rows: new Map() };
      this.#kinds.push(kind);
      this.#byText.set(text, kind);
      let siblings = this.#byNamespace.get(namespace);
      if (siblings === undefined) this.#byNamespace.set(namespace, (siblings = new Siblings()));
      siblings.add(kind);
      if (affinity !== undefined) append(this.#byAffinity, affinity.text, kind);
    }
    return kind;
  }

  get(id: number): PodKind {
    return this.#kinds[id]!;
  }

  all(): Iterable<PodKind> {
    return this.#kinds;
  }

  /** The kinds that the selector may match in these namespaces, or in all; each once. */
  *near(selector: Selector, namespaces?: Iterable<string>): Iterable<PodKind> {
    for (const namespace of namespaces ?? this.#byNamespace.keys()) {
      yield* this.#byNamespace.get(namespace)?.near(selector) ?? [];
    }
  }

  /** The kinds of the pods that have the affinity. */
  withAffinity({ text }: Pick<PodAffinityTerms, 'text'>): Iterable<PodKind> {
    return this.#byAffinity.get(text) ?? [];
  }

  count(kind: PodKind, row: number, by: 1 | -1): void {
    const now = (kind.rows.get(row) ?? 0) + by;
    if (now === 0) kind.rows.delete(row);
    else kind.rows.set(row, now);
  }

  /** Forgets all kinds; after the keys changed, when every pod is counted anew. */
  clear(): void {
    this.generation++;
    this.#kinds.length = 0;
    this.#byText.clear();
    this.#byNamespace.clear();
    this.#byAffinity.clear();
  }
}
