// Volumes that would have to be made for a claim: whether its class can make one for a node.
import { matches, selectorOf, SelectorError, type Labels, type Selector } from '../../model/labels.ts';
import { quantityValue } from '../../model/quantity.ts';
import type {
  CSIDriver,
  CSIStorageCapacity,
  PersistentVolumeClaim,
  StorageClass,
  TopologySelectorTerm,
} from '../../model/types.ts';
import type { ObjectStore } from '../../state/object-store.ts';
import { classNameOf, classOf, clusterKey, quantityIn, requestedStorage } from '../common/volume-claims.ts';
import { allowsTopology } from '../common/volume-topology.ts';
import { LabelIndex } from './label-index.ts';
import { VolumeError } from './volume-error.ts';

const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

export type Provision =
  /** `poolBytes` is what the storage pool has left that the volume would come from, where that is known. */
  { type: 'possible'; poolBytes?: number } | { type: 'impossible' } | { type: 'no space' };

/** A pool of storage that volumes can be made from. */
interface Pool {
  topology: Selector;
  /** What it has left; undefined where that cannot be understood, by the error. */
  left: number | VolumeError;
}

/** A claim's class, looked up once for all nodes. */
export class ClaimProvisioner {
  readonly #class: StorageClass;
  /** The pools of the class that hold a volume of the claim's size; undefined when nobody says what pools hold. */
  readonly #pools?: LabelIndex<Pool>;

  /** @throws VolumeError when there is no such class, or a quantity cannot be understood */
  constructor(claim: PersistentVolumeClaim, store: ObjectStore) {
    const { namespace, name } = claim.metadata ?? {};
    const className = classNameOf(claim);
    if (className === '')
      throw new VolumeError(`no class for claim ${JSON.stringify(`${namespace}/${name}`)}`);
    const storageClass = classOf(store, className);
    if (storageClass === undefined)
      throw new VolumeError(`failed to find storage class ${JSON.stringify(className)}`);
    this.#class = storageClass;
    const requested = requestedStorage(claim);
    if (requested === undefined) return;
    const driver = store.get<CSIDriver>('CSIDriver', clusterKey(storageClass.provisioner));
    if (driver?.spec?.storageCapacity) this.#pools = poolsOf(className, quantityValue(requested), store);
  }

  /** The topologies that the class makes volumes for: any where it names none, and none where it makes none. */
  get topologies(): readonly TopologySelectorTerm[] | 'any' | 'none' {
    const { provisioner, allowedTopologies } = this.#class;
    if (!provisioner || provisioner === NO_PROVISIONER) return 'none';
    return allowedTopologies === undefined || allowedTopologies.length === 0 ? 'any' : allowedTopologies;
  }

  /** Whether what storage pools have left decides. */
  get hasPools(): boolean {
    return this.#pools !== undefined;
  }

  /** Whether a volume can be made for a node with these labels. */
  provision(labels: Labels): Provision {
    const { topologies } = this;
    if (topologies === 'none' || (topologies !== 'any' && !allowsTopology(topologies, labels)))
      return { type: 'impossible' };
    if (this.#pools === undefined) return { type: 'possible' };
    const pool = this.#pools.first(labels, ({ topology }) => matches(topology, labels));
    if (pool === undefined) return { type: 'no space' };
    if (pool.left instanceof VolumeError) throw pool.left;
    return { type: 'possible', poolBytes: pool.left };
  }
}

/** In a fixed order; the reference takes any. @throws VolumeError when a quantity cannot be understood */
function poolsOf(className: string, requestedBytes: number, store: ObjectStore): LabelIndex<Pool> {
  const pools = new LabelIndex<Pool>();
  [...store.list<CSIStorageCapacity>('CSIStorageCapacity')]
    .filter((pool) => {
      const limit = volumeLimitOf(pool);
      return pool.storageClassName === className && limit !== undefined && limit >= requestedBytes;
    })
    .sort((one, two) => (nameOf(one) < nameOf(two) ? -1 : 1))
    .forEach((pool) => {
      const topology = selectorIn(pool);
      if (topology === undefined) return;
      const { matchLabels = {}, matchExpressions = [] } = pool.nodeTopology ?? {};
      const [label] = Object.entries(matchLabels);
      const listed = matchExpressions.find(({ operator }) => operator === 'In');
      const required = label ? { key: label[0], values: [label[1]] } : listed;
      pools.add({ topology, left: leftIn(pool) }, required);
    });
  return pools;
}

/** The nodes that a pool can be reached from; undefined where there is none. */
function selectorIn({ nodeTopology }: CSIStorageCapacity): Selector | undefined {
  if (!nodeTopology) return undefined;
  try {
    return selectorOf(nodeTopology);
  } catch (error) {
    // as the reference has it: a pool that cannot be understood is out of reach
    if (error instanceof SelectorError) return undefined;
    throw error;
  }
}

function leftIn(pool: CSIStorageCapacity): number | VolumeError {
  try {
    return quantityValue(quantityIn(pool, 'capacity', pool.capacity) ?? 0n);
  } catch (error) {
    if (error instanceof VolumeError) return error;
    throw error;
  }
}

/** The size of the largest volume, in bytes, that a pool is known to hold. */
export function volumeLimitOf(pool: CSIStorageCapacity): number | undefined {
  const [field, text] =
    pool.maximumVolumeSize === undefined
      ? (['capacity', pool.capacity] as const)
      : (['maximumVolumeSize', pool.maximumVolumeSize] as const);
  const limit = quantityIn(pool, field, text);
  return limit === undefined ? undefined : quantityValue(limit);
}

function nameOf({ metadata }: CSIStorageCapacity): string {
  return `${metadata?.namespace}/${metadata?.name}`;
}
