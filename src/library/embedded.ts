// coset/embedded: the Kubernetes API in memory, for tests of what speaks to it.
export type { Fault, Faults } from '../dev/embedded/faults.ts';
export { serveEmbedded, type Embedded, type EmbeddedOptions } from '../dev/embedded/server.ts';
