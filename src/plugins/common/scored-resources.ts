// What NodeResourcesFit and NodeResourcesBalancedAllocation share: the columns of a scored resource.
import type { Amounts } from '../../model/pod-resources.ts';
import { isScalarResource } from '../../model/pod-resources.ts';
import { NODE_AMOUNTS, type Cluster } from '../../state/cluster.ts';
import type { ResourceColumns } from '../../state/columns/node-columns.ts';
import type { ScoredResource } from '../../kernel/program/parts.ts';
import type { ResourceSpec } from './args-shape.ts';
import type { PluginContext, PackContext } from '../plugin.ts';
import { ALLOCATION_KINDS, DEVICE_KINDS } from '../dynamic-resources/kinds.ts';
import { backingOf, isBackable } from './extended-resources.ts';

/** More than can be asked for. */
const UNLIMITED = 2 ** 64;

/** The resources that a score reads. A scalar resource that the pod does not ask for is left out, as in the reference. */
export function scoredNames(specs: readonly ResourceSpec[], requests: Amounts): string[] {
  return specs.map(({ name }) => name).filter((name) => requests.get(name) || !isScalarResource(name));
}

/**
 * The resources that a score reads, with what the pod adds to each. A scalar resource that the pod does not ask for is
 * left out, as in the reference. `nonzero` counts cpu and memory of pods that name none.
 */
export function scoredResources(
  specs: readonly ResourceSpec[],
  requests: Amounts,
  context: PackContext,
  nonzero: boolean,
): ScoredResource[] {
  const { nodes } = context.cluster;
  const resources: ScoredResource[] = [];
  for (const { name, weight } of specs) {
    const amount = requests.get(name) ?? 0;
    if (amount === 0 && isScalarResource(name)) continue;
    const { allocatable, used } = nodes.resource(name);
    const counted = !nonzero
      ? used
      : name === 'cpu'
        ? nodes.nonzeroCpu
        : name === 'memory'
          ? nodes.nonzeroMemory
          : used;
    resources.push({ allocatable, used: counted, amount, weight });
    const byDevices = servedByDevices(name, context);
    if (byDevices !== undefined) resources.push({ ...byDevices, amount, weight });
  }
  return resources;
}

/** The columns of a resource that a device class backs, on the nodes whose device plugins have none of it. */
function servedByDevices(
  resource: string,
  { cluster, profile, builder }: PackContext,
): ResourceColumns | undefined {
  const deviceClass = isBackable(resource) ? backingOf(cluster.store).get(resource) : undefined;
  if (deviceClass === undefined || profile.deviceTotals === undefined) return undefined;
  const { all, taken } = profile.deviceTotals(deviceClass, rowsWithout(resource, cluster), cluster);
  return { allocatable: builder.ownColumn(all, 0), used: builder.ownColumn(taken, 0) };
}

/** The nodes that have none of the resource. */
function rowsWithout(resource: string, { nodes }: Cluster): number[] {
  const rows: number[] = [];
  for (let row = 0; row < nodes.columns.rows; row++) {
    const node = nodes.node(row);
    if (node !== undefined && (node.allocatable.get(resource) ?? 0) === 0) rows.push(row);
  }
  return rows;
}

/** The kinds that the check and the score of these requests read: none unless a device class may back one. */
export function kindsOf(requests: Amounts, { profile, cluster }: PluginContext): readonly string[] {
  const backable = [...requests.keys()].filter(isBackable);
  if (backable.length === 0) return [];
  const backing = backingOf(cluster.store);
  if (!backable.some((name) => backing.has(name))) return ['DeviceClass'];
  const { NodeResourcesFit: fit, NodeResourcesBalancedAllocation: balanced } = profile.args;
  const scored = [...fit.scoringStrategy.resources, ...balanced.resources].map(({ name }) => name);
  const isScored = backable.some((name) => scored.includes(name));
  return isScored ? [...DEVICE_KINDS, ...ALLOCATION_KINDS, NODE_AMOUNTS] : ['DeviceClass', NODE_AMOUNTS];
}

/**
 * What can be asked of a resource on each node. Where a device class backs it and the node has none, nothing is asked: its
 * devices are another filter's.
 */
export function askedColumns(name: string, { cluster, builder }: PackContext): ResourceColumns {
  const columns = cluster.nodes.resource(name);
  if (!isBackable(name) || !backingOf(cluster.store).has(name)) return columns;
  const without = new Set(rowsWithout(name, cluster));
  const offered = new Map<number, number>();
  for (let row = 0; row < cluster.nodes.columns.rows; row++) {
    const node = cluster.nodes.node(row);
    if (node !== undefined && !without.has(row)) offered.set(row, node.allocatable.get(name)!);
  }
  return { allocatable: builder.ownColumn(offered, UNLIMITED), used: columns.used };
}

/** The same text for the same amounts. */
export function amountsText(amounts: Amounts): string {
  let text = '';
  for (const name of [...amounts.keys()].sort()) text += `${name}=${amounts.get(name)},`;
  return text;
}
