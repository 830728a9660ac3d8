// What a cluster has packed, by names instead of rows and codes, so that clusters with other histories compare.
import type { Cluster } from '../../src/state/cluster.ts';
import type { CodedColumn } from '../../src/state/columns/coded-column.ts';
import { hostPortText } from '../../src/state/host-ports.ts';

/** Also read where no node has them. */
const RESOURCES = ['pods', 'cpu', 'memory', 'ephemeral-storage', 'example.com/gpu'];
const LABELS = ['kubernetes.io/hostname', 'topology.kubernetes.io/zone', 'disk', 'arch'];

export interface PackedNode {
  allocatable: Record<string, number>;
  used: Record<string, number>;
  nonzero: { cpu: number; memory: number };
  ports: string[];
  labels: Record<string, string | undefined>;
  taints: string | undefined;
  unschedulable: boolean;
  declaredFeatures: number;
  name: string | undefined;
  images: string[];
}

/** The columns of each node, by its name. */
export function packedNodes({ nodes, portUsers }: Cluster): Record<string, PackedNode> {
  const { columns } = nodes;
  const packed: Record<string, PackedNode> = {};
  const text = ({ column, values }: CodedColumn, row: number) => {
    const code = columns.getU32(column, row);
    return code === 0 ? undefined : values[code];
  };
  const records = Array.from({ length: columns.rows }, (_, row) => nodes.node(row)).filter(
    (node) => node !== undefined,
  );
  const resources = new Set([...RESOURCES, ...records.flatMap(({ allocatable }) => [...allocatable.keys()])]);
  const labels = new Set([...LABELS, ...records.flatMap((record) => Object.keys(record.labels))]);
  const ofResources = (which: 'allocatable' | 'used', row: number) =>
    Object.fromEntries(
      [...resources].map((name) => [name, columns.getF64(nodes.resource(name)[which], row)]),
    );
  for (let row = 0; row < columns.rows; row++) {
    const node = nodes.node(row);
    if (node === undefined) continue;
    packed[node.name] = {
      allocatable: ofResources('allocatable', row),
      used: ofResources('used', row),
      nonzero: {
        cpu: columns.getF64(nodes.nonzeroCpu, row),
        memory: columns.getF64(nodes.nonzeroMemory, row),
      },
      ports: [
        ...new Set(
          [...portUsers.all()].filter((user) => user.row === row).map(({ port }) => hostPortText(port)),
        ),
      ].sort(),
      labels: Object.fromEntries([...labels].map((key) => [key, text(nodes.label(key), row)])),
      taints: text(nodes.taints, row),
      unschedulable: text(nodes.textColumn('NodeUnschedulable/unschedulable'), row) === 'true',
      declaredFeatures: Number(text(nodes.textColumn('NodeDeclaredFeatures/declared'), row)),
      name: text(nodes.name, row),
      images: [...nodes.images]
        .filter(([, { rows }]) => rows.has(row))
        .map(([image]) => image)
        .sort(),
    };
  }
  return packed;
}

/** How many pods of each bucket stand on each node: lines of "namespace labels state node count". */
export function packedBuckets(cluster: Cluster): string[] {
  cluster.followKeys();
  const lines: string[] = [];
  for (const { namespace, labels, affinity, terminating, rows } of cluster.podBuckets.all()) {
    for (const [row, count] of rows) {
      const node = cluster.nodes.node(row)?.name ?? `row ${row} without a node`;
      const state = terminating ? 'terminating' : 'running';
      lines.push(`${namespace} ${JSON.stringify(labels)} ${affinity?.text ?? ''} ${state} ${node} ${count}`);
    }
  }
  return lines.sort();
}
