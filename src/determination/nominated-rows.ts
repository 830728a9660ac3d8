// Pods yield to those that are nominated to a node and have their priority or more: the node must do with the nominated
// pods on it, and without them.
import { CODE_ABSENT, CODE_FEASIBLE } from '../../assembly/layout.ts';
import type { Arena } from '../state/columns/arena.ts';
import type { Cluster } from '../state/cluster.ts';
import type { PodRecord } from '../state/pod-record.ts';
import type { WhatIf } from './what-if.ts';

export interface NominatedRowsOptions {
  cluster: Cluster;
  arena: Arena;
  whatIf: WhatIf;
  /** The address of the batch's codes by the filters that no assignment changes. */
  staticCode: number;
  /** Of the class's pods. */
  priority: number;
}

export class NominatedRows {
  /** The pod that is decided on, if it is nominated itself: its own nomination is not in its way. */
  exempt?: string;
  readonly #options: NominatedRowsOptions;
  /** The own static codes of the rows that nominated pods close. */
  readonly #closed = new Map<number, number>();

  constructor(options: NominatedRowsOptions) {
    this.#options = options;
  }

  /** Whether there is any row where the class yields, or has yielded. */
  get isEmpty(): boolean {
    return this.#closed.size === 0 && this.#options.cluster.nominations.size === 0;
  }

  /** Closes the rows that nominated pods leave no room on, and opens the others. Returns the rows that changed. */
  update(): number[] {
    const { cluster, arena, staticCode } = this.#options;
    const rows = new Set(this.#closed.keys());
    for (const node of cluster.nominations.nodes()) {
      const row = cluster.nodes.rowOf(node);
      if (row !== undefined) rows.add(row);
    }
    const changed: number[] = [];
    for (const row of rows) {
      const at = staticCode + row;
      const before = arena.u8[at]!;
      if (before === CODE_ABSENT) continue;
      const own = this.#closed.get(row) ?? before;
      arena.u8[at] = own;
      const code = this.#codeAmong(this.#podsOn(row), row);
      const closes = code !== CODE_FEASIBLE && (own === CODE_FEASIBLE || code < own);
      if (closes) this.#closed.set(row, own);
      else this.#closed.delete(row);
      const after = closes ? code : own;
      arena.u8[at] = after;
      if (after !== before) changed.push(row);
    }
    return changed;
  }

  /**
   * The row's code as it is supposed now: among the nominated pods, or without them when that is feasible. `onRejection`
   * is told of a rejection while things stand as they do for it.
   */
  codeOf(row: number, onRejection?: (code: number) => void): number {
    const { arena, staticCode, whatIf } = this.#options;
    const at = staticCode + row;
    const before = arena.u8[at]!;
    arena.u8[at] = this.#closed.get(row) ?? before;
    const ask = () => {
      const code = whatIf.codeOf(row);
      if (code !== CODE_FEASIBLE) onRejection?.(code);
      return code;
    };
    const pods = this.#podsOn(row);
    let code = pods.length === 0 ? CODE_FEASIBLE : this.#among(pods, row, ask);
    if (code === CODE_FEASIBLE) code = ask();
    else whatIf.codeOf(row);
    arena.u8[at] = before;
    return code;
  }

  /** The row's code by the filters that no assignment changes, whatever nominated pods do to it. */
  ownCodeOf(row: number): number {
    return this.#closed.get(row) ?? this.#options.arena.u8[this.#options.staticCode + row]!;
  }

  /** That code is another one from now on; where nominated pods close the row, until they do not. */
  setOwnCode(row: number, code: number): void {
    if (this.#closed.has(row)) this.#closed.set(row, code);
    else this.#options.arena.u8[this.#options.staticCode + row] = code;
  }

  /** Whether nominated pods are what closes the row. */
  closes(row: number): boolean {
    return this.#closed.has(row);
  }

  /** Looks at a row that nominated pods close with these on it. */
  asClosed<T>(row: number, look: () => T): T {
    return this.#among(this.#podsOn(row), row, look);
  }

  #codeAmong(pods: readonly PodRecord[], row: number): number {
    if (pods.length === 0) return CODE_FEASIBLE;
    const { whatIf } = this.#options;
    const code = this.#among(pods, row, () => whatIf.codeOf(row));
    whatIf.codeOf(row);
    return code;
  }

  #among<T>(pods: readonly PodRecord[], row: number, look: () => T): T {
    const { whatIf } = this.#options;
    for (const pod of pods) whatIf.suppose(pod, row, 1);
    try {
      return look();
    } finally {
      for (const pod of pods) whatIf.suppose(pod, row, -1);
    }
  }

  #podsOn(row: number): PodRecord[] {
    const { cluster, priority } = this.#options;
    if (cluster.nominations.size === 0) return [];
    const node = cluster.nodes.node(row);
    if (node === undefined) return [];
    return [...cluster.nominations.on(node.name)].filter(
      (pod) => pod.priority >= priority && pod.key !== this.exempt,
    );
  }
}
