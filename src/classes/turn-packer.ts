// Collects what a class's constraints ask for, and writes it into linear memory as the kernel reads it.
import * as layout from '../../assembly/layout.ts';
import type { Arena, Block } from '../columns/arena.ts';
import type { Column, Columns } from '../columns/columns.ts';
import type { ResourceColumns } from '../columns/node-columns.ts';
import type {
  Condition,
  TermList,
  RawScore,
  ScoredResource,
  DomainCounts,
  DomainAmounts,
  TurnMemory,
} from './turn-parts.ts';
import { Offsets } from '../columns/offsets.ts';
import { HostCodes } from './host-codes.ts';
import type { Match, MatchParts } from './match.ts';

interface SoftSpread {
  counts: DomainCounts;
  byRow: boolean;
  maxSkew: number;
}

interface HardSpread {
  counts: DomainCounts;
  maxSkew: number;
  minDomains: number;
}

/** No row has this code: what a text that no node has is compared with. */
const NO_CODE = 0xffff_ffff;
const DIRTY_ROWS = 1024;

export class TurnPacker {
  fitCode = 0;
  readonly #arena: Arena;
  readonly #columns: Columns;
  readonly #filters: { terms: TermList; code: number }[] = [];
  #ports?: { rows: ReadonlySet<number>; code: number; pointer: number };
  readonly #requests: { resource: ResourceColumns; amount: number }[] = [];
  readonly #usage = new Map<Column, number>();
  readonly #normalized: { raw: RawScore; weight: number; reverse: boolean; slot: number }[] = [];
  readonly #soft: SoftSpread[] = [];
  readonly #hard: HardSpread[] = [];
  #fit?: { strategy: number; resources: ScoredResource[]; shape?: number[]; weight: number };
  #balanced?: { resources: ScoredResource[]; weight: number };
  readonly #fixed = new Map<number, number>();
  readonly hostCodes = new HostCodes();
  readonly #own: { column: Column; values: ReadonlyMap<number, number>; otherwise: number }[] = [];
  #base = 0;
  #spreadCode = 0;
  #spreadWeight = 0;
  #softNeedsAll = false;
  readonly #attractions: DomainAmounts[] = [];
  readonly #repulsions: DomainAmounts[] = [];
  readonly #preferences: DomainAmounts[] = [];
  #attractsItself = false;
  #affinityCode = 0;
  #preferenceWeight = 0;
  #attractedPointer = 0;

  constructor(columns: Columns) {
    this.#columns = columns;
    this.#arena = columns.arena;
  }

  equals(column: Column, code: number | undefined): Condition {
    return { column, kind: layout.CONDITION_EQUALS, code: code ?? NO_CODE };
  }

  differs(column: Column, code: number | undefined): Condition {
    return { column, kind: layout.CONDITION_DIFFERS, code: code ?? NO_CODE };
  }

  /** Passes by the code that the column has; `passes` has an entry for each. */
  table(column: Column, passes: readonly boolean[]): Condition {
    return { column, kind: layout.CONDITION_TABLE, code: 0, passes };
  }

  /** Rejects with `code` the rows where no alternative holds. */
  filter(terms: TermList, code: number): void {
    this.#filters.push({ terms, code });
  }

  /** Rejects with `code` the rows where ports that the class asks for are taken: these, and those that its pods get. */
  ports(rows: ReadonlySet<number>, code: number): void {
    this.#ports = { rows, code, pointer: 0 };
  }

  /** Says, of a turn that is written, whether the class's ports are taken in the row. */
  takePorts(row: number, areTaken: boolean): void {
    this.#arena.u32[this.#ports!.pointer / 4 + row] = areTaken ? 1 : 0;
  }

  requests(resource: ResourceColumns, amount: number): void {
    this.#requests.push({ resource, amount });
  }

  uses(used: Column, amount: number): void {
    if (amount !== 0) this.#usage.set(used, (this.#usage.get(used) ?? 0) + amount);
  }

  fitScore(strategy: number, resources: ScoredResource[], shape: number[] | undefined, weight: number): void {
    this.#fit = { strategy, resources, shape, weight };
  }

  balancedScore(resources: ScoredResource[], weight: number): void {
    this.#balanced = { resources, weight };
  }

  /** Adds a weighted score to a row, which no assignment changes. */
  addToRow(row: number, score: number): void {
    this.#fixed.set(row, (this.#fixed.get(row) ?? 0) + score);
  }

  /** Rejects a row with `code`, by what the host has worked out. */
  rejectRow(row: number, code: number): void {
    this.hostCodes.reject(row, code);
  }

  /** A weighted score that all nodes have. */
  addToAll(score: number): void {
    this.#base += score;
  }

  normalized(raw: RawScore, weight: number, reverse: boolean, slot: number): void {
    this.#normalized.push({ raw, weight, reverse, slot });
  }

  /** Sets a raw score by row, when the turn is written. */
  setRaw(raw: RawScore, row: number, value: number): void {
    this.#arena.f64[raw.pointer! / 8 + row] = value;
  }

  /** A column of the turn's own, of what the host has worked out: `values` by row, and `otherwise` in all other rows. */
  ownColumn(values: ReadonlyMap<number, number>, otherwise: number): Column {
    const column: Column = { pointer: 0, bytesPerRow: 8 };
    this.#own.push({ column, values, otherwise });
    return column;
  }

  /** A soft spread constraint over `counts`, whose addresses are set when the turn is written. */
  softSpread(
    counts: DomainCounts,
    { byRow, maxSkew }: Omit<SoftSpread, 'counts'>,
    needsAll: boolean,
    weight: number,
  ): void {
    this.#soft.push({ counts, byRow, maxSkew });
    this.#softNeedsAll = needsAll;
    this.#spreadWeight = weight;
  }

  /** A hard spread constraint over `counts`, whose addresses are set when the turn is written. */
  hardSpread(counts: DomainCounts, { maxSkew, minDomains }: Omit<HardSpread, 'counts'>, code: number): void {
    this.#hard.push({ counts, maxSkew, minDomains });
    this.#spreadCode = code;
  }

  /** Domains of several keys at once where there must be a pod; the first pod of a class that attracts itself needs none. */
  attractions(tables: readonly DomainAmounts[], attractsItself: boolean, code: number): void {
    this.#attractions.push(...tables);
    this.#attractsItself = attractsItself;
    this.#affinityCode = code;
  }

  /** Domains that are closed while their amount is above 0. */
  repulsion(amounts: DomainAmounts, code: number): void {
    this.#repulsions.push(amounts);
    this.#affinityCode = code;
  }

  /** Domains whose amounts add up to a score. */
  preference(amounts: DomainAmounts, weight: number): void {
    this.#preferences.push(amounts);
    this.#preferenceWeight = weight;
  }

  /** Adds an amount, by so many terms, to the row's domain. */
  addAmount(amounts: DomainAmounts, row: number, amount: number, matches: number): void {
    const { f64, u32 } = this.#arena;
    const domain = u32[amounts.domain.pointer / 4 + row]!;
    if (domain === 0) return;
    f64[amounts.amountsPointer! / 8 + domain]! += amount;
    f64[(amounts.recordPointer! + layout.AMOUNT_MATCHES_AT) / 8]! += matches;
  }

  /** Adds pods that attract to the row's domain. */
  addAttraction(amounts: DomainAmounts, row: number, pods: number): void {
    if (this.#arena.u32[amounts.domain.pointer / 4 + row] === 0) return;
    this.addAmount(amounts, row, pods, pods);
    this.#arena.f64[this.#attractedPointer / 8]! += pods;
  }

  /** The terms by which amounts have been added so far. */
  matchesOf(amounts: DomainAmounts): number {
    return this.#arena.f64[(amounts.recordPointer! + layout.AMOUNT_MATCHES_AT) / 8]!;
  }

  /** Counts `by` pods in the row, where the row's pods are counted. */
  count(counts: DomainCounts, row: number, by: number, byRow: boolean): void {
    const { f64, u32, u8 } = this.#arena;
    if (!byRow && counts.eligiblePointer !== 0 && u8[counts.eligiblePointer! + row] === 0) return;
    const index = byRow ? row : u32[counts.domain.pointer / 4 + row]!;
    f64[counts.countsPointer! / 8 + index]! += by;
  }

  /** What of it reads only what the nodes are. */
  matchParts(): MatchParts {
    return {
      filters: this.#filters,
      masks: [...this.#masks()],
      raws: this.#normalized.flatMap(({ raw }) => (raw.rows === undefined ? raw : [])),
    };
  }

  /** Writes the turn over a match of its parts. Its columns are as long as the node columns are now. */
  write(match: Match, mode: number, withDetail: boolean): TurnMemory {
    const capacity = this.#columns.capacity;
    const reserve = new Offsets();
    const turn = reserve.bytes(layout.TURN_SIZE);
    const normalizedAt = reserve.bytes(this.#normalized.length * layout.NORMALIZED_SIZE);
    const portsAt = this.#reservePorts(reserve);
    const requestsAt = reserve.bytes(this.#requests.length * layout.REQUEST_SIZE);
    const usageAt = reserve.bytes(this.#usage.size * layout.USAGE_SIZE);
    const fitAt = reserve.bytes((this.#fit?.resources.length ?? 0) * layout.RESOURCE_SIZE);
    const shapeAt = reserve.bytes((this.#fit?.shape?.length ?? 0) * 8);
    const balancedAt = reserve.bytes((this.#balanced?.resources.length ?? 0) * layout.RESOURCE_SIZE);
    const softAt = reserve.bytes(this.#soft.length * layout.SOFT_SIZE);
    const hardAt = reserve.bytes(this.#hard.length * layout.HARD_SIZE);
    const softTables = this.#soft.map(({ byRow, counts }) => ({
      counts: reserve.bytes((byRow ? capacity : counts.domains) * 8),
      present: reserve.bytes(byRow ? 0 : counts.domains * 4),
    }));
    const hardTables = this.#hard.map(({ counts }) => ({
      counts: reserve.bytes(counts.domains * 8),
      nodes: reserve.bytes(counts.domains * 4),
    }));
    const amountLists = [this.#attractions, this.#repulsions, this.#preferences];
    const amountsAt = amountLists.map((list) => reserve.bytes(list.length * layout.AMOUNT_SIZE));
    const amountTables = amountLists.map((list) => list.map(({ domains }) => reserve.bytes(domains * 8)));
    const preferenceRaw = reserve.bytes(this.#preferences.length > 0 ? capacity * 8 : 0);
    const ownRaws = this.#normalized.map(({ raw }) => (raw.rows ? reserve.bytes(capacity * 8) : 0));
    const own = this.#own.map(() => reserve.bytes(capacity * 8));
    const fixed = reserve.bytes(this.#fixed.size > 0 ? capacity * 8 : 0);
    const staticCode = reserve.bytes(capacity);
    const code = reserve.bytes(capacity);
    const spreadRaw = reserve.bytes(this.#soft.length > 0 ? capacity * 8 : 0);
    const dirty = reserve.bytes(DIRTY_ROWS * 4);
    const detail = reserve.bytes(withDetail ? layout.DETAIL_SLOTS * capacity * 8 : 0);

    // what the pass writes before anybody reads it need not be 0
    const zeroed = reserve.size;
    const rowScore = reserve.bytes(capacity * 8);
    const total = reserve.bytes(capacity * 8);

    const bytes = reserve.size;
    const base = this.#arena.allocate(bytes, zeroed);
    const { u8, u32, f64 } = this.#arena;
    const put = (at: number, ...words: number[]) => {
      for (let n = 0; n < words.length; n++) u32[(base + at) / 4 + n] = words[n]!;
    };
    const putNumber = (at: number, value: number) => (f64[(base + at) / 8] = value);
    u8.copyWithin(base + staticCode, match.codes, match.codes + capacity);
    // a lane may read past the last row
    f64.fill(-1, (base + total) / 8 + this.#columns.rows, (base + total) / 8 + capacity);
    u8.fill(layout.CODE_ABSENT, base + code, base + code + capacity);

    this.#writeOwn(base, own);
    const masks = new Map([...this.#masks()].map((terms, n) => [terms, match.masks[n]!]));
    for (const { counts } of [...this.#soft, ...this.#hard])
      counts.eligiblePointer = counts.eligible && masks.get(counts.eligible);
    let matched = 0;
    this.#normalized.forEach(({ raw, weight, reverse, slot }, n) => {
      const out = raw.rows ? base + ownRaws[n]! : match.raws[matched++]!;
      const record = normalizedAt + n * layout.NORMALIZED_SIZE;
      put(record, out, reverse ? 1 : 0);
      putNumber(record + layout.NORMALIZED_WEIGHT_AT, weight);
      put(record + layout.NORMALIZED_SLOT_AT, slot);
      raw.pointer = out;
      for (const [row, value] of raw.rows ?? []) f64[out / 8 + row] = value;
    });
    this.#writePorts(base + turn, base + portsAt);
    this.#writeRequests(base + requestsAt, base + usageAt);
    const putResources = (at: number, resources: readonly ScoredResource[]) =>
      resources.forEach(({ allocatable, used, amount, weight }, n) => {
        const record = at + n * layout.RESOURCE_SIZE;
        put(record, allocatable.pointer, used.pointer);
        putNumber(record + layout.RESOURCE_AMOUNT_AT, amount);
        putNumber(record + layout.RESOURCE_WEIGHT_AT, weight);
      });
    putResources(fitAt, this.#fit?.resources ?? []);
    putResources(balancedAt, this.#balanced?.resources ?? []);
    this.#fit?.shape?.forEach((score, n) => putNumber(shapeAt + n * 8, score));
    for (const [row, score] of this.#fixed) putNumber(fixed + row * 8, score);
    const putCounts = (record: number, counts: DomainCounts, table: number, companion: number) => {
      counts.countsPointer = base + table;
      counts.eligiblePointer ??= 0;
      put(record, counts.domain.pointer, counts.domains, base + table, base + companion);
      put(record + layout.SOFT_SELF_AT, counts.self ? 1 : 0, counts.eligiblePointer);
    };
    this.#soft.forEach(({ counts, byRow, maxSkew }, n) => {
      const record = softAt + n * layout.SOFT_SIZE;
      putCounts(record, counts, softTables[n]!.counts, softTables[n]!.present);
      put(record + layout.SOFT_BY_ROW_AT, byRow ? 1 : 0);
      putNumber(record + layout.SOFT_SKEW_AT, maxSkew - 1);
    });
    this.#hard.forEach(({ counts, maxSkew, minDomains }, n) => {
      const record = hardAt + n * layout.HARD_SIZE;
      putCounts(record, counts, hardTables[n]!.counts, hardTables[n]!.nodes);
      put(record + layout.HARD_MAX_SKEW_AT, maxSkew, minDomains);
    });

    amountLists.forEach((list, l) => {
      list.forEach((amounts, n) => {
        const record = amountsAt[l]! + n * layout.AMOUNT_SIZE;
        const table = base + amountTables[l]![n]!;
        amounts.recordPointer = base + record;
        amounts.amountsPointer = table;
        put(record, amounts.domain.pointer, amounts.domains, table, amounts.reason);
        putNumber(record + layout.AMOUNT_SELF_AT, amounts.self);
        putNumber(record + layout.AMOUNT_SELF_MATCHES_AT, amounts.selfMatches);
      });
    });
    this.#attractedPointer = base + turn + layout.TURN_ATTRACTED_AT;

    put(turn + layout.TURN_MAGIC_AT, layout.TURN_MAGIC, this.#columns.header, base + staticCode, base + code);
    put(turn + layout.TURN_ROW_SCORE_AT, base + rowScore, base + total);
    put(turn + layout.TURN_MODE_AT, mode, base + dirty, 0);
    put(turn + layout.TURN_FIT_CODE_AT, this.fitCode, base + requestsAt, this.#requests.length);
    put(turn + layout.TURN_USAGE_AT, base + usageAt, this.#usage.size);
    put(turn + layout.TURN_FIT_STRATEGY_AT, this.#fit?.strategy ?? layout.STRATEGY_NONE);
    put(turn + layout.TURN_FIT_RESOURCES_AT, base + fitAt, this.#fit?.resources.length ?? 0, base + shapeAt);
    put(turn + layout.TURN_BALANCED_RESOURCES_AT, base + balancedAt, this.#balanced?.resources.length ?? 0);
    put(turn + layout.TURN_FIXED_AT, this.#fixed.size > 0 ? base + fixed : 0);
    put(turn + layout.TURN_NORMALIZED_AT, base + normalizedAt, this.#normalized.length);
    put(turn + layout.TURN_SPREAD_CODE_AT, this.#spreadCode, base + softAt, this.#soft.length);
    put(turn + layout.TURN_HARD_AT, base + hardAt, this.#hard.length);
    put(turn + layout.TURN_SPREAD_RAW_AT, base + spreadRaw, this.#softNeedsAll ? 1 : 0);
    putNumber(turn + layout.TURN_FIT_WEIGHT_AT, this.#fit?.weight ?? 0);
    putNumber(turn + layout.TURN_BALANCED_WEIGHT_AT, this.#balanced?.weight ?? 0);
    putNumber(turn + layout.TURN_SPREAD_WEIGHT_AT, this.#spreadWeight);
    putNumber(turn + layout.TURN_BASE_AT, this.#base);
    const [attractionsAt, repulsionsAt, preferencesAt] = amountsAt.map((at) => base + at) as [
      number,
      number,
      number,
    ];
    put(turn + layout.TURN_AFFINITY_CODE_AT, this.#affinityCode, attractionsAt, this.#attractions.length);
    put(turn + layout.TURN_ATTRACTS_ITSELF_AT, this.#attractsItself ? 1 : 0);
    put(turn + layout.TURN_REPULSIONS_AT, repulsionsAt, this.#repulsions.length);
    put(turn + layout.TURN_PREFERENCES_AT, preferencesAt, this.#preferences.length, base + preferenceRaw);
    putNumber(turn + layout.TURN_PREFERENCE_WEIGHT_AT, this.#preferenceWeight);
    put(turn + layout.TURN_DETAIL_AT, withDetail ? base + detail : 0);
    return {
      turn: base + turn,
      staticCode: base + staticCode,
      code: base + code,
      total: base + total,
      dirty: base + dirty,
      dirtyRows: DIRTY_ROWS,
      detail: base + detail,
      bytes,
      free: () => this.#arena.free(base, bytes),
    };
  }

  /** Lets a turn that is in memory already check and count what was packed here. Returns how to undo the allocation. */
  replaceRequests(turn: number): () => void {
    const reserve = new Offsets();
    const requestsAt = reserve.bytes(this.#requests.length * layout.REQUEST_SIZE);
    const usageAt = reserve.bytes(this.#usage.size * layout.USAGE_SIZE);
    const portsAt = this.#reservePorts(reserve);
    const own = this.#own.map(() => reserve.bytes(this.#columns.capacity * 8));
    const base = this.#arena.allocate(reserve.size);
    this.#writeOwn(base, own);
    this.#writeRequests(base + requestsAt, base + usageAt);
    this.#writePorts(turn, base + portsAt);
    const { u32 } = this.#arena;
    u32[(turn + layout.TURN_REQUESTS_AT) / 4] = base + requestsAt;
    u32[(turn + layout.TURN_REQUEST_COUNT_AT) / 4] = this.#requests.length;
    u32[(turn + layout.TURN_USAGE_AT) / 4] = base + usageAt;
    u32[(turn + layout.TURN_USAGE_COUNT_AT) / 4] = this.#usage.size;
    return () => this.#arena.free(base, reserve.size);
  }

  /** Gives a turn that is in memory the room to form groups of nodes. */
  addGroups(turn: number): Block {
    const { capacity } = this.#columns;
    const reserve = new Offsets();
    const header = reserve.bytes(layout.GROUPS_SIZE);
    const links = [1, 2, 3, 4].map(() => reserve.bytes(capacity * 4));
    // one record more than the limit: a new group is written there before it is known to be new
    const records = reserve.bytes((layout.GROUP_LIMIT + 1) * layout.GROUP_SIZE);
    const tableSize = 2 ** Math.ceil(Math.log2(layout.GROUP_LIMIT * 2));
    const table = reserve.bytes(tableSize * 4);
    const open = reserve.bytes(layout.GROUP_LIMIT * 4);
    const base = this.#arena.allocate(reserve.size);
    const { u32 } = this.#arena;
    const put = (at: number, value: number) => (u32[(base + header + at) / 4] = value);
    put(layout.GROUPS_LIMIT_AT, layout.GROUP_LIMIT);
    const columns = [
      layout.GROUPS_OF_ROW_AT,
      layout.GROUPS_CHILD_AT,
      layout.GROUPS_NEXT_AT,
      layout.GROUPS_PREVIOUS_AT,
    ];
    columns.forEach((at, n) => put(at, base + links[n]!));
    put(layout.GROUPS_RECORDS_AT, base + records);
    put(layout.GROUPS_TABLE_AT, base + table);
    put(layout.GROUPS_TABLE_SIZE_AT, tableSize);
    put(layout.GROUPS_OPEN_AT, base + open);
    u32[(turn + layout.TURN_GROUPS_AT) / 4] = base + header;
    return { bytes: reserve.size, free: () => this.#arena.free(base, reserve.size) };
  }

  #writeOwn(base: number, offsets: readonly number[]): void {
    const { f64 } = this.#arena;
    this.#own.forEach(({ column, values, otherwise }, n) => {
      column.pointer = base + offsets[n]!;
      const first = column.pointer / 8;
      f64.fill(otherwise, first, first + this.#columns.capacity);
      for (const [row, value] of values) f64[first + row] = value;
    });
  }

  #writeRequests(requests: number, usage: number): void {
    const { u32, f64 } = this.#arena;
    this.#requests.forEach(({ resource, amount }, n) => {
      const record = requests + n * layout.REQUEST_SIZE;
      u32[(record + layout.REQUEST_ALLOCATABLE_AT) / 4] = resource.allocatable.pointer;
      u32[(record + layout.REQUEST_USED_AT) / 4] = resource.used.pointer;
      f64[(record + layout.REQUEST_AMOUNT_AT) / 8] = amount;
    });
    [...this.#usage].forEach(([used, amount], n) => {
      const record = usage + n * layout.USAGE_SIZE;
      u32[(record + layout.USAGE_USED_AT) / 4] = used.pointer;
      f64[(record + layout.USAGE_AMOUNT_AT) / 8] = amount;
    });
  }

  /** A record, and a column of the turn's own: whether the class's ports are taken in a row. */
  #reservePorts(reserve: Offsets): number {
    if (this.#ports === undefined) return 0;
    const record = reserve.bytes(layout.PORT_SIZE);
    reserve.bytes(this.#columns.capacity * 4);
    return record;
  }

  #writePorts(turn: number, record: number): void {
    const { u32 } = this.#arena;
    u32.set(
      [this.#ports?.code ?? 0, record, this.#ports === undefined ? 0 : 1],
      (turn + layout.TURN_PORT_CODE_AT) / 4,
    );
    if (this.#ports === undefined) return;
    this.#ports.pointer = record + layout.PORT_SIZE;
    u32.set([this.#ports.pointer, 1, 1], record / 4);
    for (const row of this.#ports.rows) this.takePorts(row, true);
  }

  /** The nodes whose pods are counted, each list once. */
  #masks(): Set<TermList> {
    const masks = new Set<TermList>();
    for (const { counts } of [...this.#soft, ...this.#hard])
      if (counts.eligible !== undefined) masks.add(counts.eligible);
    return masks;
  }
}
