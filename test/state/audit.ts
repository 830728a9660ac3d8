// Whether what is packed of the pods is what their records say. Asked after every cycle in tests and in fuzzing.
import type { Cluster } from '../../src/state/cluster.ts';
import { hostPortText, type HostPort } from '../../src/state/host-ports.ts';
import type { Column } from '../../src/state/columns/column.ts';

/** What differs: a line for each sum, port or pod that is elsewhere. */
export function differences(cluster: Cluster): string[] {
  return [...misplaced(cluster), ...inUsage(cluster), ...inPorts(cluster), ...inKinds(cluster)];
}

function misplaced(cluster: Cluster): string[] {
  const found: string[] = [];
  let placed = 0;
  for (const pod of cluster.pods()) {
    const row = cluster.nodes.rowOf(pod.nodeName);
    if (pod.row !== row) found.push(`${pod.key} stands in row ${pod.row}, not in ${row}`);
    if (pod.row !== undefined) placed++;
  }
  let standing = 0;
  for (let row = 0; row < cluster.nodes.columns.rows; row++)
    for (const pod of cluster.podsIn(row)) {
      standing++;
      if (pod.row !== row || cluster.pod(pod.key) !== pod)
        found.push(`${pod.key} does not belong in row ${row}`);
    }
  if (standing !== placed) found.push(`${standing} pods stand in rows, ${placed} have one`);
  return found;
}

function inUsage(cluster: Cluster): string[] {
  const { nodes } = cluster;
  const { columns } = nodes;
  const packed = new Map<string, Column>([
    ['nonzero cpu', nodes.nonzeroCpu],
    ['nonzero memory', nodes.nonzeroMemory],
  ]);
  for (const [name, { used }] of nodes.resources()) packed.set(name, used);
  const sums = new Map([...packed.keys()].map((name) => [name, new Float64Array(columns.rows)]));
  for (const { row, usage } of cluster.pods()) {
    if (row === undefined) continue;
    const add = (name: string, amount: number) => {
      const sum = sums.get(name);
      if (sum !== undefined) sum[row]! += amount;
    };
    add('pods', 1);
    for (const [name, amount] of usage.requests) if (name !== 'pods') add(name, amount);
    add('nonzero cpu', usage.nonzeroCpu);
    add('nonzero memory', usage.nonzeroMemory);
  }
  const found: string[] = [];
  for (const [name, column] of packed) {
    sums.get(name)!.forEach((sum, row) => {
      const value = columns.getF64(column, row);
      // beyond that the sum of this audit is rounded
      const isSame =
        Math.abs(sum) > Number.MAX_SAFE_INTEGER ? Math.abs(value / sum - 1) < 1e-9 : value === sum;
      if (!isSame) found.push(`row ${row}: ${value} of ${name} packed, ${sum} used`);
    });
  }
  return found;
}

/** Pods that hold each port in each row. */
function inPorts(cluster: Cluster): string[] {
  const counted = new Map<string, number>();
  const count = (port: HostPort, row: number, by: number) => {
    const key = `port ${hostPortText(port)} in row ${row}`;
    counted.set(key, (counted.get(key) ?? 0) + by);
  };
  for (const { port, row } of cluster.portUsers.all()) count(port, row, 1);
  for (const { row, ports } of cluster.pods()) {
    for (const port of row === undefined ? [] : ports) count(port, row!, -1);
  }
  return [...counted].flatMap(([what, more]) => (more === 0 ? [] : `${what}: ${more} too many`));
}

/** Pods of each bucket in each row. */
function inKinds(cluster: Cluster): string[] {
  const counted = new Map<string, number>();
  const count = (id: number | undefined, row: number, by: number) => {
    const key = `bucket ${id} in row ${row}`;
    counted.set(key, (counted.get(key) ?? 0) + by);
  };
  for (const { id, rows } of cluster.podBuckets.all()) for (const [row, pods] of rows) count(id, row, pods);
  for (const { bucket, row } of cluster.pods()) if (row !== undefined) count(bucket?.id, row, -1);
  return [...counted].flatMap(([what, more]) => (more === 0 ? [] : `${what}: ${more} too many`));
}
