// The score of VolumeBinding: how well the volumes that a pod would get use the storage that they come from.
import { piecewiseLinear, type ShapePoint } from '../common/piecewise-linear.ts';

/** Bytes that are asked for, and that there are, of one storage class. */
export interface StorageUse {
  requestedBytes: number;
  capacityBytes: number;
}

/** The score of a node, 0 to 100: the mean over the storage classes, each on the broken line of `shape`. */
export function capacityScore(uses: Iterable<StorageUse>, shape: readonly ShapePoint[]): number {
  let sum = 0;
  let classes = 0;
  for (const { requestedBytes, capacityBytes } of uses) {
    classes++;
    const isFull = capacityBytes === 0 || requestedBytes > capacityBytes;
    // bytes times 100 pass 2^53 with 90 TB
    sum += piecewiseLinear(
      shape,
      isFull ? 100 : Number((BigInt(requestedBytes) * 100n) / BigInt(capacityBytes)),
    );
  }
  return classes === 0 ? 0 : Math.round(sum / classes);
}
