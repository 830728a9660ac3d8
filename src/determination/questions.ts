// Filters whose answer costs much are asked when all others have spoken, about the rows that are left.
import { CODE_CUT, CODE_FEASIBLE, CODE_REASON_BITS } from '../../assembly/layout.ts';
import type { Arena } from '../state/columns/arena.ts';
import type { Packed, Question, Remedy } from '../plugins/plugin.ts';
import type { NodeColumns } from '../state/columns/node-columns.ts';
import type { HostCodes } from '../kernel/program/host-codes.ts';
import type { Refusal } from './refusal.ts';
import type { ProgramMemory } from '../kernel/program/parts.ts';

interface Asked {
  plugin: string;
  /** The number of its filter, from 1 in the order of the profile. */
  filterNumber: number;
  question: Question;
  /** The code of each row that it was asked about. */
  codes: Map<number, number>;
}

export interface QuestionsOptions {
  arena: Arena;
  nodes: NodeColumns;
  memory: ProgramMemory;
  hostCodes: HostCodes;
}

export class Questions {
  readonly #options: QuestionsOptions;
  readonly #asked: Asked[] = [];

  constructor(packed: ReadonlyMap<string, Packed>, filters: readonly string[], options: QuestionsOptions) {
    this.#options = options;
    for (const [plugin, { question }] of packed) {
      if (question === undefined) continue;
      this.#asked.push({ plugin, filterNumber: filters.indexOf(plugin) + 1, question, codes: new Map() });
    }
    this.#asked.sort((one, two) => one.filterNumber - two.filterNumber);
  }

  /** Whether there is anything to ask. */
  get isEmpty(): boolean {
    return this.#asked.length === 0;
  }

  /**
   * Asks about the rows that are left, about each once. The codes in memory must be those of every row.
   * Returns whether the batch must be determined with the answers.
   */
  ask(): boolean {
    const { arena, nodes, memory, hostCodes } = this.#options;
    let isNews = false;
    for (let row = 0, rows = nodes.columns.rows; row < rows; row++) {
      const code = arena.u8[memory.code + row]!;
      for (const asked of this.#asked) {
        if (!isLeftTo(asked.filterNumber, code)) continue;
        isNews ||= !asked.codes.has(row);
        const answer = this.#answer(asked, row);
        if (answer === CODE_FEASIBLE) continue;
        isNews = true;
        hostCodes.reject(row, answer);
        hostCodes.applyTo(row, arena.u8, memory.staticCode);
        break;
      }
    }
    return isNews;
  }

  /** The row's code with the answers, where it is `code` without them. */
  codeOf(row: number, code: number): number {
    for (const asked of this.#asked) {
      if (!isLeftTo(asked.filterNumber, code)) continue;
      const answer = this.#answer(asked, row);
      if (answer !== CODE_FEASIBLE) return answer;
    }
    return code;
  }

  /** The error on a row that nothing else rejects; of several that of the first node by name. */
  error(): Refusal | undefined {
    const { arena, nodes, memory } = this.#options;
    const errors: { node: string; plugin: string; message: string }[] = [];
    for (const { plugin, question, codes } of this.#asked) {
      for (const [row, code] of codes) {
        if (code === CODE_FEASIBLE || arena.u8[memory.code + row] !== code) continue;
        const message = question.errorOn(row);
        if (message !== undefined) errors.push({ node: nodes.node(row)!.name, plugin, message });
      }
    }
    const [first] = errors.sort((one, two) => (one.node < two.node ? -1 : 1));
    if (first === undefined) return undefined;
    const { plugin, message } = first;
    return { message: `running "${plugin}" filter plugin: ${message}`, plugins: [plugin], isError: true };
  }

  /** What can be done for a class that found no node, as far as is known now. */
  remedy(): Remedy | undefined {
    for (const { question } of this.#asked) {
      const remedy = question.remedy();
      if (remedy !== undefined) return remedy;
    }
    return undefined;
  }

  #answer({ question, codes }: Asked, row: number): number {
    let code = codes.get(row);
    if (code === undefined) codes.set(row, (code = question.ask(row)));
    return code;
  }
}

/** Whether no filter before the one of this number rejects a row that has the code. */
function isLeftTo(filterNumber: number, code: number): boolean {
  return code === CODE_FEASIBLE || (code < CODE_CUT && code >> CODE_REASON_BITS > filterNumber);
}
