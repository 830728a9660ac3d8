// What the nodes are, to a class: the filters, masks and raw scores that read labels, taints, names, declared features and
// spec.unschedulable only. No pod and no assignment changes it, so classes that differ in other things share it.
import * as records from '../../../build/records.js';
import { CODE_ABSENT, MATCH_MAGIC } from '../../../assembly/layout.ts';
import type { Block } from '../../state/columns/arena.ts';
import type { Columns } from '../../state/columns/columns.ts';
import { Offsets } from '../../state/columns/offsets.ts';
import type { Kernel } from '../kernel.ts';
import type { Condition, RawScore, TermList } from './parts.ts';

export interface MatchParts {
  /** Rejects with `code` the rows where no alternative holds. */
  filters: readonly { terms: TermList; code: number }[];
  /** Rows where an alternative holds. */
  masks: readonly TermList[];
  raws: readonly RawScore[];
}

export class Match implements Block {
  /** The address of what the kernel is told. */
  readonly program: number;
  /** The address of the code of each row: u8[capacity]. */
  readonly codes: number;
  /** The addresses of the masks (u8[capacity]), and of the raw scores (f64[capacity]), in the order of the parts. */
  readonly masks: readonly number[];
  readonly raws: readonly number[];
  /** The correspondences that read it. */
  users = 0;
  /** It stays when nobody reads it. */
  isKept = false;
  readonly bytes: number;
  /** Gives the memory back. */
  readonly free: () => void;

  /** Writes the parts into linear memory, and has the kernel go over the rows. */
  constructor(kernel: Kernel, columns: Columns, parts: MatchParts) {
    const { arena } = kernel;
    const { capacity } = columns;
    const terms = [
      ...parts.filters.flatMap((filter) => filter.terms),
      ...parts.masks.flat(),
      ...parts.raws.flatMap((raw) => raw.terms.map(({ conditions }) => conditions)),
    ];
    const conditions = terms.flat();

    const { Filter, Mask, RawScore, Term } = records;
    const offsets = new Offsets();
    const program = offsets.reserve(records.Match.size);
    const conditionsAt = offsets.reserve(conditions.length * records.Condition.size);
    const tables = conditions.map(({ passes }) => (passes ? offsets.reserve(passes.length) : 0));
    const termsAt = offsets.reserve(terms.length * Term.size);
    const filtersAt = offsets.reserve(parts.filters.length * Filter.size);
    const masksAt = offsets.reserve(parts.masks.length * Mask.size);
    const rawsAt = offsets.reserve(parts.raws.length * RawScore.size);
    const values = parts.raws.map(({ values: known }) => offsets.reserve((known?.byCode.length ?? 0) * 8));
    const codes = offsets.reserve(capacity);
    const maskColumns = parts.masks.map(() => offsets.reserve(capacity));
    const rawColumns = parts.raws.map(() => offsets.reserve(capacity * 8));

    const bytes = offsets.size;
    const base = arena.allocate(bytes);
    const { u8, f64 } = arena;
    u8.fill(CODE_ABSENT, base + codes, base + codes + capacity);

    conditions.forEach(({ column, kind, code, passes }, n) => {
      const table = base + tables[n]!;
      passes?.forEach((pass, at) => (u8[table + at] = pass ? 1 : 0));
      const record = { column: column.pointer, kind, operand: passes ? table : code };
      records.Condition.write(arena, base + conditionsAt + n * records.Condition.size, record);
    });
    const weights = [
      ...new Array<number>(terms.length - parts.raws.reduce((sum, raw) => sum + raw.terms.length, 0)).fill(0),
      ...parts.raws.flatMap((raw) => raw.terms.map(({ weight }) => weight)),
    ];
    let firstCondition = 0;
    terms.forEach(({ length }, n) => {
      const record = { first: firstCondition, count: length, weight: weights[n]! };
      Term.write(arena, base + termsAt + n * Term.size, record);
      firstCondition += length;
    });
    let firstTerm = 0;
    const takeTerms = (count: number) => (firstTerm += count) - count;
    parts.filters.forEach(({ terms: { length }, code }, n) => {
      const record = { first: takeTerms(length), count: length, code };
      Filter.write(arena, base + filtersAt + n * Filter.size, record);
    });
    parts.masks.forEach(({ length }, n) => {
      const record = { first: takeTerms(length), count: length, out: base + maskColumns[n]! };
      Mask.write(arena, base + masksAt + n * Mask.size, record);
    });
    parts.raws.forEach((raw, n) => {
      f64.set(raw.values?.byCode ?? [], (base + values[n]!) / 8);
      RawScore.write(arena, base + rawsAt + n * RawScore.size, {
        first: takeTerms(raw.terms.length),
        count: raw.terms.length,
        out: base + rawColumns[n]!,
        column: raw.values?.column.pointer,
        values: base + values[n]!,
      });
    });
    records.Match.write(arena, base + program, {
      magic: MATCH_MAGIC,
      cluster: columns.header,
      conditions: base + conditionsAt,
      terms: base + termsAt,
      filters: base + filtersAt,
      filterCount: parts.filters.length,
      masks: base + masksAt,
      maskCount: parts.masks.length,
      raws: base + rawsAt,
      rawCount: parts.raws.length,
      code: base + codes,
    });
    kernel.match(base + program);

    this.program = base + program;
    this.codes = base + codes;
    this.masks = maskColumns.map((at) => base + at);
    this.raws = rawColumns.map((at) => base + at);
    this.bytes = bytes;
    this.free = () => arena.free(base, bytes);
  }
}

/** So many are kept for classes to come. */
const KEPT_LIMIT = 64;
/** A match whose parts take more to write down is nobody else's. */
const TEXT_LIMIT = 4096;

/** The matches by their parts: classes that say the same of the nodes share one. */
export class Matches {
  readonly #kernel: Kernel;
  readonly #kept = new Map<string, Match>();
  #epoch = -1;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /**
   * The match of the parts, or the one that was made of the same parts while the nodes had this epoch. Give it back when
   * it is read no longer.
   */
  take(columns: Columns, parts: MatchParts, epoch: number): Match {
    if (epoch !== this.#epoch) for (const kept of this.#kept.keys()) this.#drop(kept);
    this.#epoch = epoch;
    const text = textOf(parts);
    const isShared = text.length <= TEXT_LIMIT;
    let match = isShared ? this.#kept.get(text) : undefined;
    if (match === undefined) {
      match = new Match(this.#kernel, columns, parts);
      if (isShared) this.#keep(text, match);
    }
    match.users++;
    return match;
  }

  giveBack(match: Match): void {
    match.users--;
    if (match.users === 0 && !match.isKept) match.free();
  }

  /** Drops those that nobody reads. */
  dropUnread(): void {
    for (const [key, { users }] of this.#kept) if (users === 0) this.#drop(key);
  }

  #keep(key: string, match: Match): void {
    match.isKept = true;
    this.#kept.set(key, match);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_LIMIT) this.#drop(oldest!);
  }

  #drop(key: string): void {
    const match = this.#kept.get(key)!;
    this.#kept.delete(key);
    match.isKept = false;
    if (match.users === 0) match.free();
  }
}

/** Equal for equal parts; of longer ones than TEXT_LIMIT only the beginning. */
function textOf({ filters, masks, raws }: MatchParts): string {
  let text = '';
  const write = (conditions: readonly Condition[]) => {
    for (const { column, kind, code, passes } of conditions) {
      if (text.length > TEXT_LIMIT) return;
      text += `${column.pointer} ${kind} ${code}`;
      if (passes !== undefined) for (const pass of passes) text += pass ? '+' : '-';
      text += ',';
    }
    text += ';';
  };
  for (const { terms, code } of filters) {
    text += `filter ${code}:`;
    for (const conditions of terms) write(conditions);
  }
  for (const terms of masks) {
    text += 'mask:';
    for (const conditions of terms) write(conditions);
  }
  for (const { terms, values } of raws) {
    text += `raw ${values?.column.pointer} ${values?.byCode.join()}:`;
    for (const { weight, conditions } of terms) {
      text += `${weight} `;
      write(conditions);
    }
  }
  return text;
}
