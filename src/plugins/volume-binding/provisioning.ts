// Volumes that would have to be made for a claim: whether its class can make one for a node.
import { matches, selectorOf, SelectorError, type Labels } from '../../model/labels.ts';
import { quantityValue } from '../../model/quantity.ts';
import type {
  CSIDriver,
  CSIStorageCapacity,
  PersistentVolumeClaim,
  StorageClass,
} from '../../model/types.ts';
import type { ObjectStore } from '../../state/object-store.ts';
import { classNameOf, classOf, clusterKey, quantityIn, requestedStorage } from '../common/volume-claims.ts';
import { allowsTopology } from '../common/volume-topology.ts';
import { VolumeError } from './volume-error.ts';

const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

export type Provision =
  /** `poolBytes` is what the storage pool has left that the volume would come from, where that is known. */
  { type: 'possible'; poolBytes?: number } | { type: 'impossible' } | { type: 'no space' };

/** A claim's class, looked up once for all nodes. */
export class ClaimProvisioner {
  readonly #class: StorageClass;
  readonly #requestedBytes?: number;
  /** The pools of the class that hold a volume of the claim's size; undefined when nobody says what pools hold. */
  readonly #pools?: readonly CSIStorageCapacity[];

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
    this.#requestedBytes = quantityValue(requested);
    const driver = store.get<CSIDriver>('CSIDriver', clusterKey(storageClass.provisioner));
    if (driver?.spec?.storageCapacity) this.#pools = this.#poolsOf(className, store);
  }

  /** Whether a volume can be made for a node with these labels. */
  provision(labels: Labels): Provision {
    const { provisioner, allowedTopologies } = this.#class;
    if (!provisioner || provisioner === NO_PROVISIONER || !allowsTopology(allowedTopologies, labels))
      return { type: 'impossible' };
    if (this.#pools === undefined) return { type: 'possible' };
    const pool = this.#pools.find(({ nodeTopology }) => isAccessible(nodeTopology, labels));
    if (pool === undefined) return { type: 'no space' };
    const capacity = quantityIn(pool, 'capacity', pool.capacity);
    return { type: 'possible', poolBytes: quantityValue(capacity ?? 0n) };
  }

  /** In a fixed order; the reference takes any. */
  #poolsOf(className: string, store: ObjectStore): CSIStorageCapacity[] {
    return [...store.list<CSIStorageCapacity>('CSIStorageCapacity')]
      .filter((pool) => {
        const limit = volumeLimitOf(pool);
        return pool.storageClassName === className && limit !== undefined && limit >= this.#requestedBytes!;
      })
      .sort((one, two) => (nameOf(one) < nameOf(two) ? -1 : 1));
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

function isAccessible(topology: CSIStorageCapacity['nodeTopology'], labels: Labels): boolean {
  if (!topology) return false;
  try {
    return matches(selectorOf(topology), labels);
  } catch (error) {
    // as the reference has it: a pool that cannot be understood is out of reach
    if (error instanceof SelectorError) return false;
    throw error;
  }
}

function nameOf({ metadata }: CSIStorageCapacity): string {
  return `${metadata?.namespace}/${metadata?.name}`;
}
