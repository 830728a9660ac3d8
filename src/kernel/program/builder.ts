// Collects what a class asks for, until it is written as the kernel's program for the class.
import { CONDITION_DIFFERS, CONDITION_EQUALS, CONDITION_TABLE } from '../../../assembly/layout.ts';
import type { Columns } from '../../state/columns/columns.ts';
import type { Column } from '../../state/columns/column.ts';
import type { ResourceColumns } from '../../state/columns/node-columns.ts';
import { Effort, type EffortTotal } from './effort.ts';
import { Exclusive } from './exclusive.ts';
import { HostCodes } from './host-codes.ts';
import type { MatchParts } from './match.ts';
import type {
  Condition,
  DomainFilter,
  Domains,
  DomainScore,
  RawScore,
  ResourceScore,
  TermList,
} from './parts.ts';
import { Tally } from './tally.ts';

/** No row has this code: what a text that no node has is compared with. */
const NO_CODE = 0xffff_ffff;

/** The looks at a row that a constraint takes each time that all rows are filtered and scored. */
const FILTER_STEPS = 3;
const TABLE_STEPS = 4;
/** What a question of the host to the kernel costs besides. */
const CHECK_STEPS = 100;

/** What the class's pods ask for and take on their nodes. */
export interface Asked {
  requests: { resource: ResourceColumns; amount: number; code: number }[];
  usage: Map<Column, number>;
  exclusives: Exclusive[];
}

export class ProgramBuilder {
  readonly columns: Columns;
  readonly hostCodes = new HostCodes();
  /** What the decision takes so far. */
  readonly effort: Effort;
  readonly filters: { terms: TermList; code: number }[] = [];
  readonly asked: Asked = { requests: [], usage: new Map(), exclusives: [] };
  readonly resourceScores: (ResourceScore & { slot: number })[] = [];
  readonly normalizedScores: { raw: RawScore; weight: number; reverse: boolean; slot: number }[] = [];
  /** Filters that share a sum have the same `rule`. */
  readonly domainFilters: (DomainFilter & { tally: Tally; rule: number })[] = [];
  readonly domainScores: (DomainScore & { tallies: Tally[]; slot: number })[] = [];
  readonly ownColumns: { column: Column; values: ReadonlyMap<number, number>; otherwise: number }[] = [];
  /** Weighted scores by row, and factors of the totals. */
  readonly fixed = new Map<number, number>();
  readonly factors = new Map<number, number>();
  /** What all rows' totals have in common. */
  base = 0;
  /** Scores whose detail is written. */
  slots = 0;
  #rules = 0;

  /** @param total of the decisions that this one belongs to */
  constructor(columns: Columns, total?: EffortTotal) {
    this.columns = columns;
    this.effort = new Effort(columns.rows, total);
  }

  equals(column: Column, code: number | undefined): Condition {
    this.effort.spend(this.columns.rows);
    return { column, kind: CONDITION_EQUALS, code: code ?? NO_CODE };
  }

  differs(column: Column, code: number | undefined): Condition {
    this.effort.spend(this.columns.rows);
    return { column, kind: CONDITION_DIFFERS, code: code ?? NO_CODE };
  }

  /** Passes by the code that the column has; `passes` has an entry for each. */
  table(column: Column, passes: readonly boolean[]): Condition {
    this.effort.spend(this.columns.rows + passes.length);
    this.effort.spendTable(passes.length * 8);
    return { column, kind: CONDITION_TABLE, code: 0, passes };
  }

  /** Rejects with `code` the rows where no alternative holds. */
  filter(terms: TermList, code: number): void {
    this.filters.push({ terms, code });
  }

  /** Rejects a row with `code`, by what the host has worked out. */
  rejectRow(row: number, code: number): void {
    this.hostCodes.reject(row, code);
  }

  /** Rejects with `code` the rows that have less left of a resource. */
  requests(resource: ResourceColumns, amount: number, code: number): void {
    this.effort.spend(this.columns.rows);
    this.asked.requests.push({ resource, amount, code });
  }

  /** Adds an amount to the row where a pod is placed. */
  uses(used: Column, amount: number): void {
    const { usage } = this.asked;
    if (amount !== 0) usage.set(used, (usage.get(used) ?? 0) + amount);
  }

  /** Rejects with `code` the rows where what the class needs for itself is taken: these, and those that its pods get. */
  exclusive(rows: Iterable<number>, code: number): Exclusive {
    const exclusive = new Exclusive(this.columns.arena, rows, code);
    this.asked.exclusives.push(exclusive);
    return exclusive;
  }

  /** Opens or closes domains. Returns what counts the pods in them. */
  domainFilter(filter: DomainFilter): Tally {
    return this.domainFiltersTogether([filter])[0]!;
  }

  /** Filters that ask together whether anything is there. */
  domainFiltersTogether(filters: readonly DomainFilter[]): Tally[] {
    const rule = this.#rules++;
    return filters.map((filter) => {
      this.effort.spendTable(filter.domains * 12);
      this.effort.spend(FILTER_STEPS * this.columns.rows + filter.domains);
      const tally = new Tally(this.columns.arena, filter);
      this.domainFilters.push({ ...filter, tally, rule });
      return tally;
    });
  }

  /** Scores by what domains hold. Returns what counts the pods in them, for each table, and the slot of its detail. */
  domainScore(score: DomainScore): { tallies: readonly Tally[]; slot: number } {
    const { arena, rows, capacity } = this.columns;
    const tallies = score.tables.map((table) => {
      this.effort.spendTable(table.byRow ? capacity * 8 : table.domains * 12);
      this.effort.spend(TABLE_STEPS * rows);
      return new Tally(arena, table, table.byRow);
    });
    const slot = this.slots++;
    this.domainScores.push({ ...score, tallies, slot });
    return { tallies, slot };
  }

  /** Returns the slot of the score's detail. */
  resourceScore(score: ResourceScore): number {
    const slot = this.slots++;
    this.resourceScores.push({ ...score, slot });
    return slot;
  }

  /** A score that is divided by its maximum over the feasible rows. Returns the slot of its detail. */
  normalized(raw: RawScore, weight: number, reverse = false): number {
    const slot = this.slots++;
    this.normalizedScores.push({ raw, weight, reverse, slot });
    return slot;
  }

  /** Sets a raw score by row, when the program is written. */
  setRaw(raw: RawScore, row: number, value: number): void {
    this.columns.arena.f64[raw.pointer! / 8 + row] = value;
  }

  /** A column of the program's own, of what the host has worked out: `values` by row, and `otherwise` in all other rows. */
  ownColumn(values: ReadonlyMap<number, number>, otherwise: number): Column {
    const column: Column = { pointer: 0, bytesPerRow: 8 };
    this.ownColumns.push({ column, values, otherwise });
    return column;
  }

  /** Adds a weighted score to a row, which no placement changes. */
  addToRow(row: number, score: number): void {
    this.fixed.set(row, (this.fixed.get(row) ?? 0) + score);
  }

  /** Has room for what is added to single rows later on. */
  keepFixed(): void {
    if (this.fixed.size === 0) this.fixed.set(0, 0);
  }

  /** A weighted score that all nodes have. */
  addToAll(score: number): void {
    this.base += score;
  }

  /** Multiplies the row's total by a factor, besides those of others. */
  multiplyRow(row: number, factor: number): void {
    this.factors.set(row, (this.factors.get(row) ?? 1) * factor);
  }

  /** The looks at a row that placing one pod takes, where no groups stand in for the rows. */
  get stepsARow(): number {
    const tables = this.domainScores.reduce((sum, score) => sum + score.tables.length, 0);
    return 1 + FILTER_STEPS * this.domainFilters.length + TABLE_STEPS * tables;
  }

  /** The steps of filtering one row again: the least that a domain holds is found for that. */
  get stepsACheck(): number {
    const domains = this.domainFilters.reduce((sum, filter) => sum + filter.domains, 0);
    return CHECK_STEPS + domains + this.stepsARow + this.asked.requests.length;
  }

  /** The lists of eligible nodes, each once. */
  masks(): TermList[] {
    const masks = new Set<TermList>();
    const add = ({ eligible }: Domains) => {
      if (eligible !== undefined) masks.add(eligible);
    };
    for (const filter of this.domainFilters) add(filter);
    for (const { tables } of this.domainScores) for (const table of tables) add(table);
    return [...masks];
  }

  /** What of it reads only what the nodes are. */
  matchParts(): MatchParts {
    return {
      filters: this.filters,
      masks: this.masks(),
      raws: this.normalizedScores.flatMap(({ raw }) => (raw.rows === undefined ? raw : [])),
    };
  }
}
