// Objects that plugins read beside nodes and pods, as the API server has them, or as they will be once what was
// reserved for a pod is written.
import { ChangeLog } from './change-log.ts';
import { objectKey, type ApiObject } from '../model/types.ts';

/** What is kept of an object; it is replaced, never changed. */
export interface StoreEntry {
  readonly object?: ApiObject;
  /** Stands in for `object` until the API server tells of a newer one. */
  readonly assumed?: ApiObject;
}

/** An object that came, changed or went. */
export interface StoreChange {
  readonly kind: string;
  /** "namespace/name". */
  readonly key: string;
}

/** So many changes are kept. */
const CHANGE_LIMIT = 32_768;

export class ObjectStore {
  /** Told before each change of what the entry is. */
  onChange?: (kind: string, key: string, before: StoreEntry | undefined) => void;
  readonly #kinds = new Map<string, Map<string, StoreEntry>>();
  readonly #versions = new Map<string, number>();
  /** Without what is only assumed, which concerns the pod alone that it is assumed for. */
  readonly #toldVersions = new Map<string, number>();
  /** The changes of objects. */
  readonly changes = new ChangeLog<StoreChange>(CHANGE_LIMIT);

  /** `kinds` are those that some plugin reads; others are not kept. */
  constructor(kinds: Iterable<string>) {
    for (const kind of kinds) this.#kinds.set(kind, new Map());
  }

  /** There is nothing of the kind to keep: the API server does not have it. */
  withdraw(kind: string): void {
    this.#kinds.delete(kind);
  }

  keeps(kind: string | undefined): boolean {
    return kind !== undefined && this.#kinds.has(kind);
  }

  /** Whether there is any object of the kind. */
  holds(kind: string): boolean {
    return (this.#kinds.get(kind)?.size ?? 0) > 0;
  }

  /** Counts the changes of a kind. */
  versionOf(kind: string): number {
    return this.#versions.get(kind) ?? 0;
  }

  /** Counts the changes of a kind that were told from outside: what is assumed for a pod, or is taken back, is none. */
  toldVersionOf(kind: string): number {
    return this.#toldVersions.get(kind) ?? 0;
  }

  /** An object by "namespace/name"; of what has no namespace the namespace is "default". */
  get<T extends ApiObject>(kind: string, key: string): T | undefined {
    const entry = this.#kinds.get(kind)?.get(key);
    return (entry?.assumed ?? entry?.object) as T | undefined;
  }

  /** An object as the API server has told of it, whatever is assumed. */
  stored<T extends ApiObject>(kind: string, key: string): T | undefined {
    return this.#kinds.get(kind)?.get(key)?.object as T | undefined;
  }

  *list<T extends ApiObject>(kind: string): Iterable<T> {
    for (const { assumed, object } of this.#kinds.get(kind)?.values() ?? []) yield (assumed ?? object) as T;
  }

  /** Takes an object from the API server. Returns whether anything changed. */
  set(kind: string, object: ApiObject): boolean {
    const objects = this.#kinds.get(kind)!;
    const key = objectKey(object);
    const entry = objects.get(key);
    const version = object.metadata?.resourceVersion;
    if (
      entry?.object !== undefined &&
      version !== undefined &&
      entry.object.metadata?.resourceVersion === version
    ) {
      return false;
    }
    this.put(kind, key, { object });
    return true;
  }

  remove(kind: string, key: string): boolean {
    const isKnown = this.#kinds.get(kind)?.has(key) ?? false;
    if (isKnown) this.put(kind, key, undefined);
    return isKnown;
  }

  /** What is kept of an object. */
  entry(kind: string, key: string): StoreEntry | undefined {
    return this.#kinds.get(kind)?.get(key);
  }

  /** All that is kept, assumptions too. */
  *entries(): Iterable<{ kind: string; key: string; entry: StoreEntry }> {
    for (const [kind, objects] of this.#kinds) for (const [key, entry] of objects) yield { kind, key, entry };
  }

  /** Keeps an entry in the place of the one that there is; undefined keeps none. */
  put(kind: string, key: string, entry: StoreEntry | undefined): void {
    this.#put(kind, key, entry);
    this.#toldVersions.set(kind, this.toldVersionOf(kind) + 1);
  }

  /** Lets an object be read as it will be, from now on until a newer one comes or it is restored. */
  assume(kind: string, object: ApiObject): void {
    const key = objectKey(object);
    const entry = this.#kinds.get(kind)?.get(key);
    if (entry === undefined) throw new Error(`${kind} ${key} is not known`);
    this.#put(kind, key, { object: entry.object, assumed: object });
  }

  /** Takes back what was assumed of an object. */
  restore(kind: string, key: string): void {
    const entry = this.#kinds.get(kind)?.get(key);
    if (entry?.assumed !== undefined) this.#put(kind, key, { object: entry.object });
  }

  /** Counts a change of a kind; also of one that is kept elsewhere. */
  changed(kind: string): void {
    this.#versions.set(kind, this.versionOf(kind) + 1);
  }

  #put(kind: string, key: string, entry: StoreEntry | undefined): void {
    const objects = this.#kinds.get(kind)!;
    this.onChange?.(kind, key, objects.get(key));
    if (entry === undefined) objects.delete(key);
    else objects.set(key, entry);
    this.changed(kind);
    this.changes.add({ kind, key });
  }
}
