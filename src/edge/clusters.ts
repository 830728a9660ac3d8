// The clusters that are kept under names: in the host's store, and the ones that were asked last as planners too.
import type { Configuration } from '../config/types.ts';
import { configurationOf, defaultConfiguration } from '../config/configuration.ts';
import { dynamicResources } from '../devices/plugin.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { Planner } from '../planner/planner.ts';
import { inTree } from '../plugins/in-tree.ts';
import { refusal } from './errors.ts';
import type { Limits } from './limits.ts';
import type { ClusterStore } from './store.ts';

/** Kubernetes' own plugins, with the one that allocates devices. */
const plugins = inTree.with([dynamicResources]);
/** Planners that are ready at once; each takes some ten times the memory of its bytes. */
const READY_MOST = 8;
const NAME = /^[a-z0-9][a-z0-9.-]{0,62}$/;

/** A cluster as it was read from the store, or put there. Who asks it asks a fork. */
export interface KeptCluster {
  readonly planner: Planner;
  /** A KubeSchedulerConfiguration as it was sent. */
  readonly configuration: unknown;
  readonly version: string;
  readonly bytes: number;
}

interface ClustersOptions {
  store: ClusterStore;
  limits: Limits;
  /** A kernel of its own for each planner. */
  kernel: () => Kernel;
}

export class Clusters {
  readonly #options: ClustersOptions;
  /** By name; the one that was asked last is the last. */
  readonly #ready = new Map<string, KeptCluster>();

  constructor(options: ClustersOptions) {
    this.#options = options;
  }

  /** @throws HTTPException 404 when there is none, 503 when the store fails */
  async get(name: string): Promise<KeptCluster> {
    checkName(name);
    const known = this.#ready.get(name);
    const { store, kernel } = this.#options;
    const found = await asked(() => store.get(name, known?.version));
    if (found === undefined) {
      this.forget(name);
      throw refusal(404, `cluster ${name}: is not known`);
    }
    const { version, bytes } = found;
    if (bytes === undefined) return this.#keep(name, known!);
    const { configuration, state } = unpacked(bytes);
    const options = { kernel: kernel(), configuration: configurationIn(configuration) };
    const planner = Planner.import(state, options);
    return this.#keep(name, { planner, configuration, version, bytes: bytes.length });
  }

  /**
   * Puts a planner under a name; over `before`, only if that is still there.
   * @throws HTTPException 409, 413, 503 or 507
   */
  async put(
    name: string,
    { planner, configuration }: { planner: Planner; configuration: unknown },
    before?: KeptCluster,
  ): Promise<KeptCluster> {
    checkName(name);
    const { store, limits } = this.#options;
    const bytes = packed(configuration, planner.export());
    if (bytes.length > limits.clusterBytes)
      throw refusal(413, `snapshot: is kept in ${bytes.length} bytes, and may have ${limits.clusterBytes}`);
    if (before === undefined) {
      const names = await asked(() => store.names(limits.clusters + 1));
      if (names.length >= limits.clusters && !names.includes(name))
        throw refusal(507, `${names.length} clusters are kept, and no more may be: delete one`);
    }
    const version = await asked(() => store.put(name, bytes, before?.version));
    if (version === undefined)
      throw refusal(409, `cluster ${name}: was changed by somebody else meanwhile: ask again`);
    return this.#keep(name, { planner, configuration, version, bytes: bytes.length });
  }

  /** @throws HTTPException 404 or 503 */
  async delete(name: string): Promise<void> {
    checkName(name);
    this.forget(name);
    if (!(await asked(() => this.#options.store.delete(name))))
      throw refusal(404, `cluster ${name}: is not known`);
  }

  names(): Promise<string[]> {
    return asked(() => this.#options.store.names(this.#options.limits.clusters));
  }

  /** Has the cluster read from the store the next time. */
  forget(name: string): void {
    this.#ready.delete(name);
  }

  #keep(name: string, kept: KeptCluster): KeptCluster {
    this.#ready.delete(name);
    this.#ready.set(name, kept);
    let bytes = 0;
    for (const one of this.#ready.values()) bytes += one.bytes;
    for (const [other, { bytes: its }] of this.#ready) {
      if (other === name || (this.#ready.size <= READY_MOST && bytes <= this.#options.limits.clusterBytes))
        break;
      this.#ready.delete(other);
      bytes -= its;
    }
    return kept;
  }
}

/** The configuration that a request brings, or the default one. */
export function configurationIn(value: unknown): Configuration {
  if (value === undefined) return defaultConfiguration(plugins);
  return configurationOf(structuredClone(value), 'configuration', plugins);
}

function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw refusal(400, 'name: must be 1 to 63 of a-z, 0-9, "-" and ".", and begin with a letter or digit');
}

async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    console.error('coset: the store failed:', error);
    throw refusal(503, 'the store of clusters does not answer: ask again');
  }
}

// length of the configuration u32 | configuration, JSON | what the planner has exported

function packed(configuration: unknown, state: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(configuration === undefined ? '' : JSON.stringify(configuration));
  const bytes = new Uint8Array(4 + text.length + state.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  bytes.set(state, 4 + text.length);
  return bytes;
}

function unpacked(bytes: Uint8Array): { configuration: unknown; state: Uint8Array } {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const text = new TextDecoder().decode(bytes.subarray(4, 4 + length));
  return {
    configuration: text === '' ? undefined : (JSON.parse(text) as unknown),
    state: bytes.subarray(4 + length),
  };
}
