// What the filters of a class would say of one node if pods came to it or left it. The question goes to the columns and
// to the counts of one turn, which the caller leaves as they were; no journal tells of it, so no other class is disturbed.
import type { Cluster, PodRecord } from '../cluster/cluster.ts';
import type { PodKind } from '../cluster/pod-kinds.ts';
import type { Counter } from '../constraints/constraint.ts';
import type { Kernel } from '../kernel/kernel.ts';

export interface WhatIfOptions {
  kernel: Kernel;
  cluster: Cluster;
  /** The address of the turn. */
  turn: number;
  countersOf(kind: PodKind): readonly Counter[];
}

export class WhatIf {
  readonly #options: WhatIfOptions;

  constructor(options: WhatIfOptions) {
    this.#options = options;
  }

  /** Lets the pod come to the row (1), or leave it (-1). */
  suppose(pod: PodRecord, row: number, by: 1 | -1): void {
    const { cluster, countersOf } = this.#options;
    cluster.suppose(pod, row, by);
    const kind = pod.kind ?? cluster.kinds.of(pod);
    for (const counter of countersOf(kind)) counter.add(kind, row, by);
  }

  /** The code of the row as it is supposed. After the last change is undone it is asked once more, for the least counts. */
  codeOf(row: number): number {
    return this.#options.kernel.check(this.#options.turn, row);
  }
}
