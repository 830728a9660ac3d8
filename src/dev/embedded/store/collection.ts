// The objects of one resource, with a bounded history of their changes for watchers to resume from.
import type { ApiObject } from '../../../model/types.ts';
import { expired } from '../http/errors.ts';
import type { Predicate } from './selectors.ts';

/** One state of an object. States are never changed: a write puts a new one in the place of the old. */
export class Stored {
  readonly object: ApiObject;
  #json: string | undefined;

  constructor(object: ApiObject) {
    this.object = object;
  }

  /** The object as JSON, made once for all lists and watchers. */
  get json(): string {
    return (this.#json ??= JSON.stringify(this.object));
  }
}

/** Something was created (no `before`), changed, or deleted (no `after`). */
export interface Change {
  version: number;
  before?: Stored;
  after?: Stored;
  /** The state to tell watchers of: `after`, or the deleted object at the version of its deletion. */
  last: Stored;
}

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** What a change is to a watcher with a selector: an object may enter or leave what it selects. */
export function changeType(
  { before, after }: Change,
  selects: Predicate | undefined,
): ChangeType | undefined {
  const was = before !== undefined && (selects?.(before.object) ?? true);
  const is = after !== undefined && (selects?.(after.object) ?? true);
  if (was && is) return 'MODIFIED';
  if (is) return 'ADDED';
  return was ? 'DELETED' : undefined;
}

export class Collection {
  readonly #historyLimit: number;
  readonly #objects = new Map<string, Stored>();
  readonly #listeners = new Set<(change: Change) => void>();
  #history: Change[] = [];
  /** The keys in order, until there is another set of them. */
  #keys: string[] | undefined;
  /** The states in that order, until one of them changes. */
  #sorted: readonly Stored[] | undefined;
  /** The version of the last change that is no longer in the history. */
  #forgotten = 0;

  constructor(historyLimit: number) {
    this.#historyLimit = historyLimit;
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): Stored | undefined {
    return this.#objects.get(key);
  }

  /** All states in the order of their keys, as the API lists them. */
  sorted(): readonly Stored[] {
    this.#keys ??= [...this.#objects.keys()].sort();
    return (this.#sorted ??= this.#keys.map((key) => this.#objects.get(key)!));
  }

  put(key: string, object: ApiObject, version: number): Stored {
    const after = new Stored(object);
    const before = this.#objects.get(key);
    if (before === undefined) this.#keys = undefined;
    this.#objects.set(key, after);
    this.#record({ version, before, after, last: after });
    return after;
  }

  /** Removes an object that exists; `final` is its last state at the version of the deletion. */
  remove(key: string, final: ApiObject, version: number): Stored {
    const before = this.#objects.get(key);
    const last = new Stored(final);
    this.#keys = undefined;
    this.#objects.delete(key);
    this.#record({ version, before, last });
    return last;
  }

  /** The changes after a version. Throws ApiError 410 if some of them are forgotten. */
  changesSince(version: number): Change[] {
    if (version < this.#forgotten) throw expired(version, this.#forgotten);
    const first = this.#history.findIndex((change) => change.version > version);
    return first < 0 ? [] : this.#history.slice(first);
  }

  /** Calls the listener with each change from now on. Returns how to end that. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Forgets all changes up to now, as etcd's compaction does. */
  compact(): void {
    this.#forget(this.#history.length);
  }

  #record(change: Change): void {
    this.#sorted = undefined;
    this.#history.push(change);
    // In large steps, so that a change does not cost a copy of the history.
    if (this.#history.length >= 2 * this.#historyLimit)
      this.#forget(this.#history.length - this.#historyLimit);
    for (const listener of this.#listeners) listener(change);
  }

  #forget(count: number): void {
    this.#forgotten = this.#history[count - 1]?.version ?? this.#forgotten;
    this.#history = this.#history.slice(count);
  }
}
