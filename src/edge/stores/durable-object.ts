// Keeps clusters in the storage of a Durable Object, whose values have 128 KiB at the most. What one request writes without
// waiting in between is written whole or not at all, and other requests wait for it.
//
//   "head/NAME" -> {version, parts}      "part/NAME/VERSION/N" -> bytes
import type { ClusterStore } from '../store.ts';
import { joined, partsOf } from './chunks.ts';

/** What is asked of a DurableObjectStorage. */
export interface DurableStorage {
  get<T>(key: string): Promise<T | undefined>;
  get<T>(keys: string[]): Promise<Map<string, T>>;
  delete(keys: string[]): Promise<number>;
  list(options: { prefix: string; limit: number }): Promise<Map<string, unknown>>;
  put(entries: Record<string, unknown>): Promise<void>;
  transaction<T>(change: (storage: DurableStorage) => Promise<T>): Promise<T>;
}

interface Head {
  version: string;
  parts: number;
}

const PART_BYTES = 120_000;
/** What one question may ask for. */
const KEYS_MOST = 128;

export function durableObjectStore(storage: DurableStorage): ClusterStore {
  const headOf = (name: string): string => `head/${name}`;
  const partKeys = (name: string, { version, parts }: Head): string[] =>
    Array.from({ length: parts }, (_, n) => `part/${name}/${version}/${n}`);

  const drop = async (within: DurableStorage, name: string, head: Head | undefined): Promise<void> => {
    if (head === undefined) return;
    const keys = [headOf(name), ...partKeys(name, head)];
    for (const some of inSteps(keys)) await within.delete(some);
  };

  return {
    get: (name, known) =>
      storage.transaction(async (within) => {
        const head = await within.get<Head>(headOf(name));
        if (head === undefined) return undefined;
        if (head.version === known) return { version: known };
        const parts: (Uint8Array | undefined)[] = [];
        for (const keys of inSteps(partKeys(name, head))) {
          const found = await within.get<Uint8Array>(keys);
          for (const key of keys) parts.push(found.get(key));
        }
        return { version: head.version, bytes: joined(parts) };
      }),
    put: (name, bytes, replacing) =>
      storage.transaction(async (within) => {
        const before = await within.get<Head>(headOf(name));
        if (replacing !== undefined && before?.version !== replacing) return undefined;
        await drop(within, name, before);
        const parts = partsOf(bytes, PART_BYTES);
        const head: Head = { version: crypto.randomUUID(), parts: parts.length };
        const keys = partKeys(name, head);
        for (const some of inSteps(keys.map((key, n) => [key, parts[n]!] as const)))
          await within.put(Object.fromEntries(some));
        await within.put({ [headOf(name)]: head });
        return head.version;
      }),
    delete: (name) =>
      storage.transaction(async (within) => {
        const head = await within.get<Head>(headOf(name));
        await drop(within, name, head);
        return head !== undefined;
      }),
    async names(most) {
      const found = await storage.list({ prefix: 'head/', limit: most });
      return [...found.keys()].map((key) => key.slice('head/'.length));
    },
  };
}

function inSteps<T>(items: readonly T[]): T[][] {
  const steps: T[][] = [];
  for (let at = 0; at < items.length; at += KEYS_MOST) steps.push(items.slice(at, at + KEYS_MOST));
  return steps;
}
