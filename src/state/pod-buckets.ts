// Pods on nodes, gathered by what other pods' constraints can see of them: a selector is matched once for all pods of a
// bucket. And the label keys that selectors read, without which every pod would be a bucket of its own.
import { addToSet, deleteFromSet } from '../model/by-key.ts';
import type { Labels, Selector } from '../model/labels.ts';
import type { PodAffinityTerms } from './pod-affinity.ts';
import { valuesAsked } from './selector-index.ts';

export interface PodBucket {
  readonly id: number;
  readonly namespace: string;
  /** Only the labels that some selector reads. */
  readonly labels: Labels;
  readonly affinity?: PodAffinityTerms;
  /** A terminating pod no longer counts for spreading. */
  readonly terminating: boolean;
  /** How many pods of the bucket stand in each row. */
  readonly rows: Map<number, number>;
}

/** So many buckets, or keys, that no pod has may stay, however few are in use. */
const UNUSED_LIMIT = 256;
/** So many changed keys are remembered one by one. */
const CHANGED_LIMIT = 16_384;

const NO_LABELS: Labels = {};

/** The label keys that live selectors read, each with the number of its readers. */
export class SelectorKeys {
  /** Counts the times that the set of keys has changed. */
  version = 0;
  readonly #readers = new Map<string, number>();
  /** Keys without readers: pods that come and go must not change the keys each time. */
  readonly #unread = new Set<string>();
  /** Keys that came or went since they were last asked for; undefined when they are too many. */
  #changed: Set<string> | undefined = new Set();

  /** The keys that are told apart, with some that nobody reads any longer. */
  get size(): number {
    return this.#readers.size;
  }

  retain(selector: Selector): void {
    for (const { key } of selector.requirements) {
      const readers = this.#readers.get(key);
      if (readers === undefined) this.#addKey(key);
      else this.#readers.set(key, readers + 1);
      if (readers === 0) this.#unread.delete(key);
    }
  }

  release(selector: Selector): void {
    for (const { key } of selector.requirements) {
      const readers = this.#readers.get(key)! - 1;
      this.#readers.set(key, readers);
      if (readers === 0) this.#unread.add(key);
    }
  }

  /** The labels whose keys are read, in the order of their keys. */
  project(labels: Labels | undefined): Labels {
    if (labels === undefined || this.#readers.size === 0) return NO_LABELS;
    let read: Record<string, string> | undefined;
    let last = '';
    let isSorted = true;
    for (const key in labels) {
      if (!this.#readers.has(key)) continue;
      isSorted &&= last < key;
      last = key;
      (read ??= {})[key] = labels[key]!;
    }
    if (read === undefined) return NO_LABELS;
    return isSorted
      ? read
      : Object.fromEntries(Object.entries(read).sort(([one], [two]) => (one < two ? -1 : 1)));
  }

  /** The keys that came or went since the last time; undefined when it may be any. */
  takeChanged(): ReadonlySet<string> | undefined {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  /** Forgets the keys that nobody reads, if they outnumber the others. */
  sweep(mayKeep = true): void {
    const most = mayKeep ? Math.max(UNUSED_LIMIT, this.#readers.size - this.#unread.size) : 0;
    if (this.#unread.size <= most) return;
    this.#forgetUnread();
    this.version++;
  }

  #addKey(key: string): void {
    this.#forgetUnread();
    this.#readers.set(key, 1);
    this.#noteChange(key);
    this.version++;
  }

  #forgetUnread(): void {
    for (const key of this.#unread) {
      this.#readers.delete(key);
      this.#noteChange(key);
    }
    this.#unread.clear();
  }

  #noteChange(key: string): void {
    this.#changed?.add(key);
    if (this.#changed !== undefined && this.#changed.size > CHANGED_LIMIT) this.#changed = undefined;
  }
}

/** What tells the buckets of pods apart. */
export interface BucketKey {
  namespace: string;
  labels: Labels | undefined;
  affinity?: PodAffinityTerms;
  terminating: boolean;
}

/** The buckets of one namespace. */
class NamespaceBuckets {
  readonly all = new Set<PodBucket>();
  /** By "key=value" of each label. */
  readonly #byLabel = new Map<string, Set<PodBucket>>();

  add(bucket: PodBucket): void {
    this.all.add(bucket);
    for (const key in bucket.labels) addToSet(this.#byLabel, `${key}=${bucket.labels[key]}`, bucket);
  }

  delete(bucket: PodBucket): void {
    this.all.delete(bucket);
    for (const key in bucket.labels) deleteFromSet(this.#byLabel, `${key}=${bucket.labels[key]}`, bucket);
  }

  /** Those that the selector may match, each once. */
  *mayMatch(selector: Selector): Iterable<PodBucket> {
    if (selector.nothing) return;
    const asked = valuesAsked(selector);
    if (asked === undefined) yield* this.all;
    else for (const value of new Set(asked.values)) yield* this.#byLabel.get(`${asked.key}=${value}`) ?? [];
  }
}

export class PodBuckets {
  /** Counts the times that buckets were forgotten, or keys have changed: a bucket that was found before may be another one's by now. */
  version = 0;
  readonly #keys: SelectorKeys;
  readonly #byId = new Map<number, PodBucket>();
  readonly #byText = new Map<string, PodBucket>();
  readonly #byNamespace = new Map<string, NamespaceBuckets>();
  readonly #byAffinity = new Map<string, Set<PodBucket>>();
  #nextId = 0;
  /** Kinds that some pod has. */
  #used = 0;

  constructor(keys: SelectorKeys) {
    this.#keys = keys;
  }

  /** The buckets that are known, with some that no pod has any longer. */
  get size(): number {
    return this.#byText.size;
  }

  /** The bucket of a pod. */
  of({ namespace, labels, affinity, terminating }: BucketKey): PodBucket {
    const read = this.#keys.project(labels);
    const text = textOf(namespace, read, affinity, terminating);
    let bucket = this.#byText.get(text);
    if (bucket === undefined) {
      bucket = { id: this.#nextId++, namespace, labels: read, affinity, terminating, rows: new Map() };
      this.#byId.set(bucket.id, bucket);
      this.#byText.set(text, bucket);
      let ofNamespace = this.#byNamespace.get(namespace);
      if (ofNamespace === undefined) this.#byNamespace.set(namespace, (ofNamespace = new NamespaceBuckets()));
      ofNamespace.add(bucket);
      if (affinity !== undefined) addToSet(this.#byAffinity, affinity.text, bucket);
    }
    return bucket;
  }

  get(id: number): PodBucket {
    return this.#byId.get(id)!;
  }

  all(): Iterable<PodBucket> {
    return this.#byId.values();
  }

  /** The buckets that the selector may match in these namespaces, or in all; each once. */
  *mayMatch(selector: Selector, namespaces?: Iterable<string>): Iterable<PodBucket> {
    for (const namespace of namespaces ?? this.#byNamespace.keys()) {
      yield* this.#byNamespace.get(namespace)?.mayMatch(selector) ?? [];
    }
  }

  /** The buckets of the pods that have the affinity. */
  withAffinity({ text }: Pick<PodAffinityTerms, 'text'>): Iterable<PodBucket> {
    return this.#byAffinity.get(text) ?? [];
  }

  count(bucket: PodBucket, row: number, by: number): void {
    const { rows } = bucket;
    const before = rows.size;
    const now = (rows.get(row) ?? 0) + by;
    if (now === 0) rows.delete(row);
    else rows.set(row, now);
    if (before === 0 && rows.size > 0) this.#used++;
    else if (before > 0 && rows.size === 0) this.#used--;
  }

  /** Forgets the buckets that no pod has, if they outnumber the others. Returns whether it did: their ids mean nothing now. */
  sweep(): boolean {
    if (this.size - this.#used <= Math.max(UNUSED_LIMIT, this.#used)) return false;
    this.version++;
    for (const bucket of this.#byId.values()) if (bucket.rows.size === 0) this.#forget(bucket);
    return true;
  }

  /** After the keys have changed: a bucket that was found before may be another one's by now. */
  outdate(): void {
    this.version++;
  }

  #forget(bucket: PodBucket): void {
    const { id, namespace, labels, affinity, terminating } = bucket;
    this.#byId.delete(id);
    this.#byText.delete(textOf(namespace, labels, affinity, terminating));
    const ofNamespace = this.#byNamespace.get(namespace)!;
    ofNamespace.delete(bucket);
    if (ofNamespace.all.size === 0) this.#byNamespace.delete(namespace);
    if (affinity !== undefined) deleteFromSet(this.#byAffinity, affinity.text, bucket);
  }
}

/** Equal for equal buckets; `read` are the labels that are read, in the order of their keys. */
function textOf(
  namespace: string,
  read: Labels,
  affinity: PodAffinityTerms | undefined,
  terminating: boolean,
): string {
  // lengths tell where each text ends, for a fraction of what JSON takes
  let text = `${terminating ? 1 : 0}${namespace.length}:${namespace}`;
  for (const key in read) {
    const value = read[key]!;
    text += `${key.length}:${key}${value.length}:${value}`;
  }
  return affinity === undefined ? text : `${text}/${affinity.text}`;
}
