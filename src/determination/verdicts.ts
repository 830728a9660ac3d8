// What the codes and totals of a correspondence's rows say, in names and texts.
import {
  CODE_ABSENT,
  CODE_CLOSED,
  CODE_CUT,
  CODE_FEASIBLE,
  CODE_NOT_CHOSEN,
  CODE_OUTSIDE,
  CODE_REASON_BITS,
} from '../../assembly/layout.ts';
import { addToCount, append } from '../model/by-key.ts';
import type { Rejection } from '../model/types.ts';
import type { Arena } from '../state/columns/arena.ts';
import type { NodeRejection, Packed } from '../plugins/plugin.ts';
import type { FrameworkContext } from '../plugins/framework.ts';
import type { Refusal } from './refusal.ts';
import { fitError } from './fit-error.ts';
import type { NominatedRows } from './nominated-rows.ts';
import type { ProgramMemory } from '../kernel/program/parts.ts';

/** Why a row was rejected, and the code that it had then. */
export interface Explained {
  code: number;
  explanation: NodeRejection;
}

export interface VerdictsOptions {
  arena: Arena;
  context: FrameworkContext;
  /** Its codes and totals are those of every row, and its detail is up to date. */
  memory: ProgramMemory;
  packed: ReadonlyMap<string, Packed>;
  nominated: NominatedRows;
  /** By row that nominated pods close, as long as nothing happens there. */
  explained: Map<number, Explained>;
}

export class Verdicts {
  readonly #options: VerdictsOptions;

  constructor(options: VerdictsOptions) {
    this.#options = options;
  }

  /** The feasible rows: the greatest total first, equal ones by name. */
  ranked(): number[] {
    const { columns } = this.#options.context.cluster.nodes;
    const rank = (row: number) => columns.getU32(columns.rank, row);
    return this.#feasible().sort((one, two) => this.total(two) - this.total(one) || rank(one) - rank(two));
  }

  total(row: number): number {
    return this.#options.arena.f64[this.#options.memory.total / 8 + row]!;
  }

  nameOf(row: number): string {
    return this.#options.context.cluster.nodes.node(row)!.name;
  }

  /** The nodes of the greatest total, by name. */
  ties(): string[] {
    const { arena, memory, context } = this.#options;
    const first = memory.total / 8;
    let greatest = 0;
    let best: number[] = [];
    // the total of a row that is not feasible is negative
    for (let row = 0, rows = context.cluster.nodes.columns.rows; row < rows; row++) {
      const total = arena.f64[first + row]!;
      if (total > greatest) [greatest, best] = [total, []];
      if (total === greatest) best.push(row);
    }
    return best.map((row) => this.nameOf(row)).sort();
  }

  /** Each plugin's weighted score of each feasible node. */
  scores(): Record<string, Record<string, number>> {
    const scores: Record<string, Record<string, number>> = {};
    for (const row of this.#feasible()) scores[this.nameOf(row)] = this.#scoresOf(row);
    return scores;
  }

  #scoresOf(row: number): Record<string, number> {
    const { arena, memory, packed, context } = this.#options;
    const { capacity } = context.cluster.nodes.columns;
    const scores: Record<string, number> = {};
    for (const { name } of context.profile.scores) {
      const detail = packed.get(name)?.detail;
      if (detail === undefined) {
        // plugins that score only what no pod here may ask for yet say 0 of every node
        if (context.profile.registry.get(name)?.pack === undefined) scores[name] = 0;
      } else if ('constant' in detail) {
        scores[name] = detail.constant;
      } else if ('rows' in detail) {
        scores[name] = detail.rows.get(row) ?? 0;
      } else if (detail.isScored?.() ?? true) {
        scores[name] = arena.f64[memory.detail / 8 + detail.slot * capacity + row]!;
      }
    }
    return scores;
  }

  /** The rejected rows by the names of their nodes, each with why. */
  rejected(): { row: number; rejection: Rejection }[] {
    return this.#rejectedRows().map((row) => ({ row, rejection: this.#rejection(row) }));
  }

  /** The rows that less on them could open, by the names of their nodes. */
  curable(): number[] {
    return this.#rejectedRows().filter(
      (row) => this.#explain(this.#codeOf(row), row).code === 'Unschedulable',
    );
  }

  /** Why no node is left, in kube-scheduler's words. */
  refusal(): Refusal {
    const { context, packed } = this.#options;
    const counts = new Map<string, number>();
    const plugins = new Set<string>();
    const count = (reason: string, by: number) => addToCount(counts, reason, by);
    for (const [code, rows] of this.#rejectedByCode()) {
      plugins.add(this.#pluginOf(code));
      for (const [{ reasons }, times] of this.#explanationsOf(code, rows))
        for (const reason of reasons) count(reason, times);
    }
    const choosing = [...packed].filter(([, { onlyNodes }]) => onlyNodes !== undefined).map(([name]) => name);
    const notChosen = this.#rows((code) => code === CODE_NOT_CHOSEN).length;
    if (notChosen > 0) count(`node(s) didn't satisfy plugin(s) [${choosing.sort().join(' ')}]`, notChosen);
    for (const name of choosing) plugins.add(name);
    for (const row of this.#rows((code) => code === CODE_CLOSED)) {
      count(`node ${this.nameOf(row)}'s last update was refused`, 1);
      // what ends it is what ends that a node is unschedulable
      plugins.add('NodeUnschedulable');
    }
    const outside = this.#rows((code) => code === CODE_OUTSIDE).length;
    if (outside > 0) count("node(s) were another replica's", outside);
    return { message: fitError(context.cluster.nodes.count, counts), plugins: [...plugins] };
  }

  /** Why `code` rejects the row. */
  rejectionBy(code: number, row: number): Rejection {
    return { plugin: this.#pluginOf(code), ...this.#explainOwn(code, row) };
  }

  #rejection(row: number): Rejection {
    const code = this.#codeOf(row);
    return { plugin: this.#pluginOf(code), ...this.#explain(code, row) };
  }

  #codeOf(row: number): number {
    const { arena, memory } = this.#options;
    return arena.u8[memory.code + row]!;
  }

  #pluginOf(code: number): string {
    return this.#options.context.profile.filters[(code >> CODE_REASON_BITS) - 1]!;
  }

  #explain(code: number, row: number): NodeRejection {
    const { nominated, explained } = this.#options;
    if (!nominated.closes(row)) return this.#explainOwn(code, row);
    const known = explained.get(row);
    if (known?.code === code) return known.explanation;
    // what the row lacks is lacking among the pods that are nominated to it
    const explanation = nominated.asClosed(row, () => this.#explainOwn(code, row));
    explained.set(row, { code, explanation });
    return explanation;
  }

  #explainOwn(code: number, row: number): NodeRejection {
    return this.#options.packed.get(this.#pluginOf(code))!.explain!(row, reasonOf(code));
  }

  /** Why the rows of one code are rejected, with how many it is: mostly they share their explanations. */
  #explanationsOf(code: number, rows: readonly number[]): Map<NodeRejection, number> {
    const times = new Map<NodeRejection, number>();
    const { packed, nominated } = this.#options;
    const own = packed.get(this.#pluginOf(code))!;
    const reason = reasonOf(code);
    // rows that share theirs mostly follow one another: these are counted at once
    let last: NodeRejection | undefined;
    let run = 0;
    const countRun = () => last && times.set(last, (times.get(last) ?? 0) + run);
    for (const row of rows) {
      const explanation = nominated.closes(row) ? this.#explain(code, row) : own.explain!(row, reason);
      if (explanation !== last) {
        countRun();
        [last, run] = [explanation, 0];
      }
      run++;
    }
    countRun();
    return times;
  }

  /** By the names of their nodes. */
  #rejectedRows(): number[] {
    const { arena, memory, context } = this.#options;
    const { u8 } = arena;
    return context.cluster.nodes.columns.rowsByRank.filter((row) => isRejection(u8[memory.code + row]!));
  }

  #rejectedByCode(): Map<number, number[]> {
    const { arena, memory, context } = this.#options;
    const rowsByCode = new Map<number, number[]>();
    const count = context.cluster.nodes.columns.rows;
    for (let row = 0; row < count; row++) {
      const code = arena.u8[memory.code + row]!;
      if (isRejection(code)) append(rowsByCode, code, row);
    }
    return rowsByCode;
  }

  #feasible(): number[] {
    return this.#rows((code) => code === CODE_FEASIBLE);
  }

  #rows(wanted: (code: number) => boolean): number[] {
    const { arena, memory, context } = this.#options;
    const rows: number[] = [];
    const count = context.cluster.nodes.columns.rows;
    for (let row = 0; row < count; row++) if (wanted(arena.u8[memory.code + row]!)) rows.push(row);
    return rows;
  }
}

/** The filter's own reason, 0 to 3. */
function reasonOf(code: number): number {
  return code & ((1 << CODE_REASON_BITS) - 1);
}

function isRejection(code: number): boolean {
  return code >= 1 << CODE_REASON_BITS && code < CODE_CUT && code !== CODE_ABSENT;
}
