// What the nodes are, to a class: the filters, masks and raw scores that read labels, taints, names, declared features and
// spec.unschedulable only. No pod and no assignment changes it, so classes that differ in other things share it.
import * as records from '../../../build/records.js';
import { CODE_ABSENT, MATCH_MAGIC } from '../../../assembly/layout.ts';
import type { Arena, Block } from '../../state/columns/arena.ts';
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
    const terms = termsOf(parts);
    const offsets = new Offsets();
    const places = reserve(parts, terms, columns.capacity, offsets);
    const bytes = offsets.size;
    const base = arena.allocate(bytes);
    const codes = base + places.codes;
    arena.u8.fill(CODE_ABSENT, codes, codes + columns.capacity);
    writeTerms(terms, parts, places, base, arena);
    writeParts(parts, places, base, arena);
    this.program = base + places.program;
    records.Match.write(arena, this.program, {
      magic: MATCH_MAGIC,
      cluster: columns.header,
      conditions: base + places.conditions,
      terms: base + places.terms,
      filters: base + places.filters,
      filterCount: parts.filters.length,
      masks: base + places.masks,
      maskCount: parts.masks.length,
      raws: base + places.raws,
      rawCount: parts.raws.length,
      code: codes,
    });
    kernel.match(this.program);

    this.codes = codes;
    this.masks = places.maskColumns.map((at) => base + at);
    this.raws = places.rawColumns.map((at) => base + at);
    this.bytes = bytes;
    this.free = () => arena.free(base, bytes);
  }
}

/** All terms, in the order in which filters, masks and raw scores name theirs. */
function termsOf({ filters, masks, raws }: MatchParts): TermList {
  return [
    ...filters.flatMap((filter) => filter.terms),
    ...masks.flat(),
    ...raws.flatMap((raw) => raw.terms.map(({ conditions }) => conditions)),
  ];
}

type Places = ReturnType<typeof reserve>;

/** Where everything stands, from the beginning of the block. */
function reserve({ filters, masks, raws }: MatchParts, terms: TermList, capacity: number, offsets: Offsets) {
  const conditions = terms.flat();
  return {
    program: offsets.reserve(records.Match.size),
    conditions: offsets.reserve(conditions.length * records.Condition.size),
    tables: conditions.map(({ passes }) => (passes ? offsets.reserve(passes.length) : 0)),
    terms: offsets.reserve(terms.length * records.Term.size),
    filters: offsets.reserve(filters.length * records.Filter.size),
    masks: offsets.reserve(masks.length * records.Mask.size),
    raws: offsets.reserve(raws.length * records.RawScore.size),
    values: raws.map(({ values }) => offsets.reserve((values?.byCode.length ?? 0) * 8)),
    codes: offsets.reserve(capacity),
    maskColumns: masks.map(() => offsets.reserve(capacity)),
    rawColumns: raws.map(() => offsets.reserve(capacity * 8)),
  };
}

function writeTerms(terms: TermList, { raws }: MatchParts, places: Places, base: number, arena: Arena): void {
  const { Condition, Term } = records;
  terms.flat().forEach(({ column, kind, code, passes }, n) => {
    const table = base + places.tables[n]!;
    passes?.forEach((pass, at) => (arena.u8[table + at] = pass ? 1 : 0));
    const record = { column: column.pointer, kind, operand: passes ? table : code };
    Condition.write(arena, base + places.conditions + n * Condition.size, record);
  });
  // only the terms of raw scores, which are the last, have weights
  const weights = raws.flatMap((raw) => raw.terms.map(({ weight }) => weight));
  const unweighted = terms.length - weights.length;
  let first = 0;
  terms.forEach(({ length: count }, n) => {
    const weight = n < unweighted ? 0 : weights[n - unweighted]!;
    Term.write(arena, base + places.terms + n * Term.size, { first, count, weight });
    first += count;
  });
}

function writeParts({ filters, masks, raws }: MatchParts, places: Places, base: number, arena: Arena): void {
  const { Filter, Mask, RawScore } = records;
  let firstTerm = 0;
  const takeTerms = (count: number) => (firstTerm += count) - count;
  filters.forEach(({ terms: { length }, code }, n) => {
    const record = { first: takeTerms(length), count: length, code };
    Filter.write(arena, base + places.filters + n * Filter.size, record);
  });
  masks.forEach(({ length }, n) => {
    const record = { first: takeTerms(length), count: length, out: base + places.maskColumns[n]! };
    Mask.write(arena, base + places.masks + n * Mask.size, record);
  });
  raws.forEach(({ terms: { length }, values }, n) => {
    arena.f64.set(values?.byCode ?? [], (base + places.values[n]!) / 8);
    RawScore.write(arena, base + places.raws + n * RawScore.size, {
      first: takeTerms(length),
      count: length,
      out: base + places.rawColumns[n]!,
      column: values?.column.pointer,
      values: base + places.values[n]!,
    });
  });
}

/** So many are kept for classes to come. */
const KEPT_LIMIT = 64;
/** A match whose parts take more to write down is nobody else's. */
const TEXT_LIMIT = 4096;

/** The matches by their parts: classes that say the same of the nodes share one. */
export class Matches {
  readonly #kernel: Kernel;
  readonly #kept = new Map<string, Match>();
  #nodesVersion = -1;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /**
   * The match of the parts, or the one that was made of the same parts while the nodes had this version. Give it back when
   * it is read no longer.
   */
  take(columns: Columns, parts: MatchParts, nodesVersion: number): Match {
    if (nodesVersion !== this.#nodesVersion) for (const kept of this.#kept.keys()) this.#drop(kept);
    this.#nodesVersion = nodesVersion;
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
