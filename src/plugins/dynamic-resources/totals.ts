// How many devices of a class nodes have.
import type { DeviceClass } from '../../model/devices.ts';
import type { Cluster } from '../../state/cluster.ts';

export interface DeviceTotals {
  /** Devices by row. */
  all: Map<number, number>;
  taken: Map<number, number>;
}

/** The devices of the class on the nodes of these rows; none on one where they cannot be told. */
export type DeviceTotalsOf = (
  deviceClass: DeviceClass,
  rows: readonly number[],
  cluster: Cluster,
) => DeviceTotals;
