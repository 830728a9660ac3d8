// Keeps clusters in a bucket of R2, or of anything that has objects with etags and conditions on them in its terms.
import type { ClusterStore } from '../store.ts';

interface R2Head {
  etag: string;
}

/** What is asked of an R2Bucket. */
export interface Bucket {
  get(
    key: string,
    options: { onlyIf: { etagDoesNotMatch?: string } },
  ): Promise<(R2Head & { arrayBuffer?: () => Promise<ArrayBuffer> }) | null>;
  head(key: string): Promise<R2Head | null>;
  put(key: string, bytes: Uint8Array, options: { onlyIf?: { etagMatches: string } }): Promise<R2Head | null>;
  delete(key: string): Promise<void>;
  list(options: { prefix: string; limit: number }): Promise<{ objects: { key: string }[] }>;
}

const PREFIX = 'clusters/';

export function r2Store(bucket: Bucket): ClusterStore {
  return {
    async get(name, known) {
      const found = await bucket.get(PREFIX + name, { onlyIf: { etagDoesNotMatch: known } });
      if (found === null) return undefined;
      // one that is known comes without its body
      if (found.arrayBuffer === undefined) return { version: found.etag };
      return { version: found.etag, bytes: new Uint8Array(await found.arrayBuffer()) };
    },
    async put(name, bytes, replacing) {
      const options = replacing === undefined ? {} : { onlyIf: { etagMatches: replacing } };
      return (await bucket.put(PREFIX + name, bytes, options))?.etag;
    },
    async delete(name) {
      if ((await bucket.head(PREFIX + name)) === null) return false;
      await bucket.delete(PREFIX + name);
      return true;
    },
    async names(most) {
      const { objects } = await bucket.list({ prefix: PREFIX, limit: Math.min(most, 1000) });
      return objects.map(({ key }) => key.slice(PREFIX.length));
    },
  };
}
