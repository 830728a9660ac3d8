// coset as a service at the edge: what a host needs of it.
export { edgeHandler, type EdgeOptions } from './handler.ts';
export { LIMITS, type Limits } from './limits.ts';
export type { ClusterStore, StoredCluster } from './store.ts';
export { denoKvStore, type DenoKv } from './stores/deno-kv.ts';
export { durableObjectStore, type DurableStorage } from './stores/durable-object.ts';
export { memoryStore } from './stores/memory.ts';
export { r2Store, type Bucket } from './stores/r2.ts';
export { instantiateKernel } from '../kernel/kernel.ts';
