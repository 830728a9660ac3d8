// coset as a service at the edge: what a host needs of it.
export { edgeHandler, type EdgeOptions } from './handler.ts';
export { LIMITS, type Limits } from './limits.ts';
export type { ClusterStore, StoredCluster } from './store.ts';
export { memoryStore } from './stores/memory.ts';
export { instantiateKernel } from '../kernel/kernel.ts';
