// Keeps clusters in Deno KV, whose values have 64 KiB at the most: parts under a version of their own, and a head that names
// the version. A new version is seen by nobody until the head is set, which is done only if it is as it was.
//
//   [prefix, "head", name] -> {version, parts}      [prefix, "part", name, version, n] -> bytes
import type { ClusterStore } from '../store.ts';
import { joined, partsOf } from './chunks.ts';

type Key = (string | number)[];

interface Entry<T> {
  key: readonly unknown[];
  value: T | null;
  versionstamp: string | null;
}

/** What is asked of a Deno.Kv. */
export interface DenoKv {
  get<T>(key: Key): Promise<Entry<T>>;
  getMany(keys: Key[]): Promise<Entry<unknown>[]>;
  set(key: Key, value: unknown): Promise<unknown>;
  delete(key: Key): Promise<void>;
  list(selector: { prefix: Key }, options: { limit: number }): AsyncIterable<{ key: readonly unknown[] }>;
  atomic(): DenoKvChange;
}

interface DenoKvChange {
  check(entry: Entry<unknown>): DenoKvChange;
  set(key: Key, value: unknown): DenoKvChange;
  delete(key: Key): DenoKvChange;
  commit(): Promise<{ ok: boolean }>;
}

interface Head {
  version: string;
  parts: number;
}

const PART_BYTES = 60_000;
/** What one question may ask for. */
const KEYS_MOST = 10;
/** While it is read, a cluster may be replaced; not always. */
const ATTEMPTS = 5;

export function denoKvStore(kv: DenoKv, prefix = 'coset'): ClusterStore {
  const headOf = (name: string): Key => [prefix, 'head', name];
  const partsKeys = (name: string, { version, parts }: Head): Key[] =>
    Array.from({ length: parts }, (_, n) => [prefix, 'part', name, version, n]);

  const drop = async (name: string, head: Head): Promise<void> => {
    for (const key of partsKeys(name, head)) await kv.delete(key);
  };

  const read = async (name: string, head: Head): Promise<Uint8Array | undefined> => {
    const keys = partsKeys(name, head);
    const parts: (Uint8Array | undefined)[] = [];
    for (let at = 0; at < keys.length; at += KEYS_MOST) {
      const entries = await kv.getMany(keys.slice(at, at + KEYS_MOST));
      for (const { value } of entries) parts.push((value as Uint8Array | null) ?? undefined);
    }
    return joined(parts);
  };

  return {
    async get(name, known) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const { value: head } = await kv.get<Head>(headOf(name));
        if (head === null) return undefined;
        if (head.version === known) return { version: known };
        const bytes = await read(name, head);
        if (bytes !== undefined) return { version: head.version, bytes };
      }
      throw new Error(`cluster ${name} is replaced all the time`);
    },
    async put(name, bytes, replacing) {
      const parts = partsOf(bytes, PART_BYTES);
      const head: Head = { version: crypto.randomUUID(), parts: parts.length };
      const keys = partsKeys(name, head);
      for (const [n, part] of parts.entries()) await kv.set(keys[n]!, part);
      for (;;) {
        const before = await kv.get<Head>(headOf(name));
        const isExpected = replacing === undefined || before.value?.version === replacing;
        const change = kv.atomic().check(before).set(headOf(name), head);
        if (isExpected && (await change.commit()).ok) {
          if (before.value !== null) await drop(name, before.value);
          return head.version;
        }
        // without a version to replace, the last one wins
        if (replacing !== undefined) {
          await drop(name, head);
          return undefined;
        }
      }
    },
    async delete(name) {
      const before = await kv.get<Head>(headOf(name));
      if (before.value === null) return false;
      if (!(await kv.atomic().check(before).delete(headOf(name)).commit()).ok) return this.delete(name);
      await drop(name, before.value);
      return true;
    },
    async names(most) {
      const names: string[] = [];
      for await (const { key } of kv.list({ prefix: [prefix, 'head'] }, { limit: most }))
        names.push(key[2] as string);
      return names;
    },
  };
}
