// Keeps clusters in the memory of the process.
import type { ClusterStore } from '../store.ts';

export function memoryStore(): ClusterStore {
  const kept = new Map<string, { version: string; bytes: Uint8Array }>();
  let versions = 0;
  return {
    get: (name, known) => {
      const found = kept.get(name);
      return Promise.resolve(found?.version === known ? found && { version: found.version } : found);
    },
    put: (name, bytes, replacing) => {
      if (replacing !== undefined && kept.get(name)?.version !== replacing) return Promise.resolve(undefined);
      const version = String(++versions);
      kept.set(name, { version, bytes });
      return Promise.resolve(version);
    },
    delete: (name) => Promise.resolve(kept.delete(name)),
    names: (most) => Promise.resolve([...kept.keys()].slice(0, most)),
  };
}
