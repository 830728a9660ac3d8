// A list of the API server, as the feeds take it: each item as it comes, and at the end what is known but was not in it.
import type { Listing } from '../kube/reflector.ts';

export interface ListingOptions<T, K> {
  keyOf: (item: T) => string;
  take: (item: T) => void;
  /** What the feed knows of each item, by its key. */
  known: ReadonlyMap<string, K>;
  /** The item is known, but was not in the list. */
  drop: (key: string, known: K) => void;
}

export function listingOf<T, K>({ keyOf, take, known, drop }: ListingOptions<T, K>): Listing<T> {
  const listed = new Set<string>();
  return {
    take: (items) => {
      for (const item of items) {
        listed.add(keyOf(item));
        take(item);
      }
    },
    end: () => {
      for (const [key, value] of known) if (!listed.has(key)) drop(key, value);
    },
  };
}
