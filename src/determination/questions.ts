// Filters whose answer costs much are asked when all others have spoken, about the rows that are left.
import { CODE_CUT, CODE_FEASIBLE, CODE_REASON_BITS } from '../../assembly/layout.ts';
import type { Arena } from '../state/columns/arena.ts';
import type { Packed, Question, Remedy } from '../plugins/plugin.ts';
import type { NodeColumns } from '../state/columns/node-columns.ts';
import type { HostCodes } from '../kernel/program/host-codes.ts';
import type { Refusal } from './refusal.ts';
import type { ProgramMemory } from '../kernel/program/parts.ts';

/** Of a row that nobody was asked about. */
const NOT_ASKED = 255;

interface Asked {
  plugin: string;
  /** The number of its filter, from 1 in the order of the profile. */
  filterNumber: number;
  question: Question;
  /** The code of each row. */
  codes: Uint8Array;
  /** The rows on which no node can be decided. */
  errors: Set<number>;
}

/** The rows' codes by the filters that no assignment changes. */
export interface OwnCodes {
  ownCodeOf(row: number): number;
  setOwnCode(row: number, code: number): void;
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
  /** Rows that may be left, and that not everything may have been asked about. */
  #due: Set<number> | 'all' = 'all';

  constructor(packed: ReadonlyMap<string, Packed>, filters: readonly string[], options: QuestionsOptions) {
    this.#options = options;
    for (const [plugin, { question }] of packed) {
      if (question === undefined) continue;
      const codes = new Uint8Array(options.nodes.columns.rows).fill(NOT_ASKED);
      const filterNumber = filters.indexOf(plugin) + 1;
      this.#asked.push({ plugin, filterNumber, question, codes, errors: new Set() });
    }
    this.#asked.sort((one, two) => one.filterNumber - two.filterNumber);
  }

  /** Whether there may be a row to ask about. */
  get isDue(): boolean {
    return this.#asked.length > 0 && (this.#due === 'all' || this.#due.size > 0);
  }

  /** These rows may have come to be left; or any. */
  note(rows: readonly number[] | 'all'): void {
    if (this.#asked.length === 0) return;
    if (rows === 'all') this.#due = 'all';
    else if (this.#due !== 'all') for (const row of rows) this.#due.add(row);
  }

  /** Forgets the answers that may be others by now. Returns their rows, which are not rejected for them any more. */
  forgetTouched(own: OwnCodes): number[] {
    const rows: number[] = [];
    for (const asked of this.#asked) {
      for (const row of asked.question.touched?.() ?? []) {
        const code = asked.codes[row]!;
        if (code === NOT_ASKED) continue;
        asked.codes[row] = NOT_ASKED;
        asked.errors.delete(row);
        if (code !== CODE_FEASIBLE) this.#reject(asked, row, CODE_FEASIBLE, own);
        rows.push(row);
      }
    }
    return rows;
  }

  /**
   * Asks about the rows that are left, about each once. The codes in memory must be those of every row. Returns the rows
   * whose codes are others with the answers; 'all' where the answers may have scored any.
   */
  ask(own: OwnCodes): readonly number[] | 'all' {
    const due = this.#due;
    this.#due = new Set();
    const { arena, nodes, memory } = this.#options;
    const rejected: number[] = [];
    let hasScored = false;
    const look = (row: number) => {
      const code = arena.u8[memory.code + row]!;
      for (const asked of this.#asked) {
        if (!isLeftTo(asked.filterNumber, code)) continue;
        hasScored ||= asked.question.scores && asked.codes[row] === NOT_ASKED;
        const answer = this.#answer(asked, row);
        if (answer === CODE_FEASIBLE) continue;
        this.#reject(asked, row, answer, own);
        rejected.push(row);
        break;
      }
    };
    if (due === 'all') for (let row = 0, { rows } = nodes.columns; row < rows; row++) look(row);
    else for (const row of due) look(row);
    return hasScored ? 'all' : rejected;
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
    for (const asked of this.#asked) {
      for (const row of asked.errors) {
        if (arena.u8[memory.code + row] !== asked.codes[row]) continue;
        const message = asked.question.errorOn(row)!;
        errors.push({ node: nodes.node(row)!.name, plugin: asked.plugin, message });
      }
    }
    const [first] = errors.sort((one, two) => (one.node < two.node ? -1 : 1));
    if (first === undefined) return undefined;
    const { plugin, message } = first;
    return {
      message: `running "${plugin}" filter plugin: ${message}`,
      plugins: [plugin],
      isError: true,
      isOfMaster: true,
    };
  }

  /** What can be done for a class that found no node, as far as is known now. */
  remedy(): Remedy | undefined {
    for (const { question } of this.#asked) {
      const remedy = question.remedy();
      if (remedy !== undefined) return remedy;
    }
    return undefined;
  }

  #answer({ question, codes, errors }: Asked, row: number): number {
    let code = codes[row]!;
    if (code !== NOT_ASKED) return code;
    codes[row] = code = question.ask(row);
    if (code !== CODE_FEASIBLE && question.errorOn(row) !== undefined) errors.add(row);
    return code;
  }

  #reject({ filterNumber }: Asked, row: number, code: number, own: OwnCodes): void {
    const { hostCodes } = this.#options;
    own.setOwnCode(row, hostCodes.replace(row, filterNumber, code, own.ownCodeOf(row)));
  }
}

/** Whether no filter before the one of this number rejects a row that has the code. */
function isLeftTo(filterNumber: number, code: number): boolean {
  return code === CODE_FEASIBLE || (code < CODE_CUT && code >> CODE_REASON_BITS > filterNumber);
}
