// Lists, whole or in pages of one snapshot.
import { randomUUID } from 'node:crypto';
import type { Stored } from './collection.ts';
import { ApiError, badRequest } from '../http/errors.ts';

/** What is left of a list that was begun. */
interface Snapshot {
  rest: readonly Stored[];
  version: number;
}

export interface Page {
  items: readonly Stored[];
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
}

/** Lists that clients began and did not end; a snapshot costs little, for it shares the objects. */
const OPEN_LISTS = 64;

export class Pager {
  readonly #open = new Map<string, Snapshot>();

  /** The first page of the items, which are the state at `version`. */
  first(items: readonly Stored[], version: number, limit: number): Page {
    return this.#page({ rest: items, version }, limit);
  }

  /** The page that a continue token stands for. Throws ApiError 410 if its snapshot is gone. */
  next(token: string, limit: number): Page {
    const snapshot = this.#open.get(token);
    if (snapshot === undefined) {
      throw new ApiError(410, 'Expired', 'The provided continue parameter is too old: start the list again');
    }
    return this.#page(snapshot, limit);
  }

  #page({ rest, version }: Snapshot, limit: number): Page {
    const resourceVersion = String(version);
    if (limit === 0 || rest.length <= limit) return { items: rest, metadata: { resourceVersion } };
    const token = randomUUID();
    this.#open.set(token, { rest: rest.slice(limit), version });
    if (this.#open.size > OPEN_LISTS) this.#open.delete(this.#open.keys().next().value!);
    const remainingItemCount = rest.length - limit;
    return {
      items: rest.slice(0, limit),
      metadata: { resourceVersion, continue: token, remainingItemCount },
    };
  }
}

/** A query parameter that counts something; the fallback when it is absent. Throws ApiError 400. */
export function countParameter(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name);
  if (text === null || text === '') return fallback;
  if (!/^\d{1,15}$/.test(text)) throw badRequest(`${name}: "${text}" is not a number`);
  return Number(text);
}
