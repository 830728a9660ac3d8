// What pods use of the nodes that they are on, added up in the columns: exactly, also where f64 no longer is.
import type { PodUsage } from '../model/pod-resources.ts';
import type { Column } from './columns/column.ts';
import { ExactSums } from './columns/exact-sums.ts';
import type { NodeColumns } from './columns/node-columns.ts';
import type { PodRecord } from './pod-record.ts';

export class Usage {
  readonly #nodes: NodeColumns;
  #sums: ExactSums;

  constructor(nodes: NodeColumns) {
    this.#nodes = nodes;
    this.#sums = new ExactSums(nodes.columns);
    nodes.columns.onDrop = (column) => this.#sums.forget(column);
  }

  /** What a pod adds to the columns of its row, be it by the kernel or here; what no node has is not counted. */
  eachAmount(
    { requests, nonzeroCpu, nonzeroMemory }: PodUsage,
    add: (column: Column, amount: number) => void,
  ): void {
    const nodes = this.#nodes;
    add(nodes.resource('pods').used, 1);
    for (const [name, amount] of requests) {
      const counted = name === 'pods' ? undefined : nodes.counted(name);
      if (counted !== undefined) add(counted.used, amount);
    }
    add(nodes.nonzeroCpu, nonzeroCpu);
    add(nodes.nonzeroMemory, nonzeroMemory);
  }

  /** A pod has come to the row (1), or has left it (-1). */
  add({ usage }: PodRecord, row: number, by: 1 | -1): void {
    this.eachAmount(usage, (column, amount) => this.#sums.add(column, row, by * amount));
  }

  /** Whether what the kernel has added for the pod may not be the exact sum: it adds in f64. */
  isInexact({ usage }: PodRecord, row: number): boolean {
    return usage.isLarge || this.#sums.isBeyond(row);
  }

  /** Adds up what these pods, all that are in the row, use of all that one of them does. */
  sumAnew(pod: PodRecord, row: number, all: readonly PodRecord[]): void {
    const sums = new Map<Column, bigint>();
    this.eachAmount(pod.usage, (column) => sums.set(column, 0n));
    for (const { usage } of all)
      this.eachAmount(usage, (column, amount) => {
        const sum = sums.get(column);
        if (sum !== undefined) sums.set(column, sum + BigInt(amount));
      });
    for (const [column, sum] of sums) this.#sums.set(column, row, sum);
  }

  /** Counts what the pods use of resources that some node has from now on. */
  addResources(names: readonly string[], pods: Iterable<PodRecord>): void {
    for (const { row, usage } of pods) {
      if (row === undefined) continue;
      for (const name of names)
        this.#sums.add(this.#nodes.resource(name).used, row, usage.requests.get(name) ?? 0);
    }
  }

  /** Nobody uses anything. */
  clear(): void {
    this.#nodes.clearUsage();
    this.#sums = new ExactSums(this.#nodes.columns);
  }
}
