// How many devices of a class a node has, and how many of them are taken: what scores count of an extended resource where
// devices serve it.
import { append } from '../model/by-key.ts';
import type { DeviceTotals, DeviceTotalsOf } from '../plugins/dynamic-resources/totals.ts';
import { DeviceUsage } from './device-usage.ts';
import { selectorMatches, type NodeIdentity } from './node-selection.ts';
import { deviceMatches } from './selectors.ts';
import { AllocationError, deviceId, type Device, type DeviceClass, type ResourceSlice } from './types.ts';

export const deviceTotals: DeviceTotalsOf = (deviceClass, rows, cluster) => {
  const { exclusive, shared } = DeviceUsage.of(cluster.store).devices;
  const totals: DeviceTotals = { all: new Map(), taken: new Map() };
  const slices = slicesByNode(cluster.store.list<ResourceSlice>('ResourceSlice'));
  for (const row of rows) {
    const node = cluster.nodes.node(row)!;
    let all = 0;
    let taken = 0;
    try {
      for (const slice of [...(slices.ofNode.get(node.name) ?? []), ...slices.others]) {
        const { driver, pool } = slice.spec;
        for (const device of devicesOn(slice, node)) {
          if (!isOfClass(device, slice, deviceClass)) continue;
          all++;
          const id = deviceId(driver, pool.name, device.name);
          if (exclusive.has(id) || shared.has(id)) taken++;
        }
      }
    } catch (error) {
      if (!(error instanceof AllocationError)) throw error;
      continue;
    }
    totals.all.set(row, all);
    totals.taken.set(row, taken);
  }
  return totals;
};

function slicesByNode(slices: Iterable<ResourceSlice>) {
  const ofNode = new Map<string, ResourceSlice[]>();
  const others: ResourceSlice[] = [];
  for (const slice of slices) {
    const { nodeName, perDeviceNodeSelection } = slice.spec;
    if (!nodeName || perDeviceNodeSelection) others.push(slice);
    else append(ofNode, nodeName, slice);
  }
  return { ofNode, others };
}

function devicesOn({ spec }: ResourceSlice, node: NodeIdentity): readonly Device[] {
  const { devices = [], perDeviceNodeSelection, allNodes, nodeName, nodeSelector } = spec;
  if (perDeviceNodeSelection) {
    return devices.filter(
      (device) =>
        device.allNodes ||
        device.nodeName === node.name ||
        (device.nodeSelector !== undefined && selectorMatches(device.nodeSelector, node)),
    );
  }
  const isHere = allNodes || nodeName === node.name || nodeSelector === undefined;
  return isHere || selectorMatches(nodeSelector, node) ? devices : [];
}

function isOfClass(device: Device, { spec }: ResourceSlice, deviceClass: DeviceClass): boolean {
  const selectors = deviceClass.spec.selectors ?? [];
  const place = { driver: spec.driver, pool: spec.pool.name, device };
  return deviceMatches(place, selectors, `class ${deviceClass.metadata?.name ?? ''}`);
}
