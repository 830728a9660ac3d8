// Writes a program into linear memory, as assembly/records.ts lays it out: one block that holds the program's record, the
// lists that it names, and the columns that the kernel keeps for it.
import {
  DomainFilter,
  DomainScore,
  DomainTable,
  Exclusive,
  Normalized,
  Program,
  Request,
  ResourceScore,
  ScoredResource,
  Usage,
  type DomainTableValues,
} from '../../../build/records.js';
import { CODE_ABSENT, LIMIT_SKEW, NORMALIZE_FEWEST, PROGRAM_MAGIC } from '../../../assembly/layout.ts';
import { Offsets } from '../../state/columns/offsets.ts';
import type { ProgramBuilder } from './builder.ts';
import type { Match } from './match.ts';
import type { Domains, ProgramMemory, ScoredResource as ScoredResourcePart, TermList } from './parts.ts';

const DIRTY_ROWS = 1024;

/** A list of records in memory. */
interface Written {
  first: number;
  count: number;
}

/** Writes what was reserved, in the block that begins at `base`. */
type Writer = (base: number) => Written;

/** An empty list has an address too. */
const writeNothing: Writer = (base) => ({ first: base, count: 0 });

/** The address of the mask of eligible rows; 0 when all are. */
type MaskOf = (domains: Domains) => number;

/** Writes the program over a match of its parts. Its columns are as long as the node columns are now. */
export function writeProgram(
  builder: ProgramBuilder,
  match: Match,
  mode: number,
  withDetail: boolean,
): ProgramMemory {
  const { arena, capacity, header, rows } = builder.columns;
  const offsets = new Offsets();
  const program = offsets.reserve(Program.size);
  const writeParts = reserveParts(builder, match, offsets);
  const staticCode = offsets.reserve(capacity);
  const code = offsets.reserve(capacity);
  const dirty = offsets.reserve(DIRTY_ROWS * 4);
  const detail = offsets.reserve(withDetail ? builder.slots * capacity * 8 : 0);
  // what the pass writes before anybody reads it need not be 0
  const zeroed = offsets.size;
  const rowScore = offsets.reserve(capacity * 8);
  const total = offsets.reserve(capacity * 8);

  const bytes = offsets.size;
  const base = arena.allocate(bytes, zeroed);
  const { u8, f64 } = arena;
  u8.copyWithin(base + staticCode, match.codes, match.codes + capacity);
  // a lane may read past the last row
  f64.fill(-1, (base + total) / 8 + rows, (base + total) / 8 + capacity);
  u8.fill(CODE_ABSENT, base + code, base + code + capacity);
  Program.write(arena, base + program, {
    ...writeParts(base),
    magic: PROGRAM_MAGIC,
    cluster: header,
    staticCode: base + staticCode,
    code: base + code,
    rowScore: base + rowScore,
    total: base + total,
    mode,
    dirty: base + dirty,
    dirtyCount: 0,
    base: builder.base,
    detail: withDetail ? base + detail : 0,
  });
  return {
    program: base + program,
    staticCode: base + staticCode,
    code: base + code,
    total: base + total,
    dirty: base + dirty,
    dirtyRows: DIRTY_ROWS,
    detail: base + detail,
    bytes,
    free: () => arena.free(base, bytes),
  };
}

/** Reserves room for what the class asks for; the function that is returned writes it, and says where it is. */
function reserveParts(builder: ProgramBuilder, match: Match, offsets: Offsets) {
  const maskOf = masksIn(builder.masks(), match);
  const writeOwn = reserveOwnColumns(builder, offsets);
  const writeAsked = reserveAsked(builder, offsets);
  const writeScores = reserveResourceScores(builder, offsets);
  const writeNormalized = reserveNormalized(builder, match, offsets);
  const writeFilters = reserveDomainFilters(builder, maskOf, offsets);
  const writeDomainScores = reserveDomainScores(builder, maskOf, offsets);
  const writeFixed = reserveRows(builder.fixed, 0, builder, offsets);
  const writeFactors = reserveRows(builder.factors, 1, builder, offsets);
  return (base: number) => {
    writeOwn(base);
    const scores = writeScores(base);
    const asked = writeAsked(base);
    const normalized = writeNormalized(base);
    const filters = writeFilters(base);
    const domainScores = writeDomainScores(base);
    return {
      requests: asked.requests,
      requestCount: asked.requestCount,
      usage: asked.usage,
      usageCount: asked.usageCount,
      exclusives: asked.exclusives,
      exclusiveCount: asked.exclusiveCount,
      resourceScores: scores.first,
      resourceScoreCount: scores.count,
      normalized: normalized.first,
      normalizedCount: normalized.count,
      domainFilters: filters.first,
      domainFilterCount: filters.count,
      domainScores: domainScores.first,
      domainScoreCount: domainScores.count,
      fixed: writeFixed(base),
      factor: writeFactors(base),
    };
  };
}

/** Lets a program that is in memory already check and take what was asked for here. Returns how to undo the allocation. */
export function replaceAsked(program: number, builder: ProgramBuilder): () => void {
  const { arena } = builder.columns;
  const offsets = new Offsets();
  const writeOwn = reserveOwnColumns(builder, offsets);
  const write = reserveAsked(builder, offsets);
  const base = arena.allocate(offsets.size);
  writeOwn(base);
  const { requests, requestCount, usage, usageCount, exclusives, exclusiveCount } = write(base);
  const put = (field: number, value: number) => (arena.u32[(program + field) / 4] = value);
  put(Program.requests, requests);
  put(Program.requestCount, requestCount);
  put(Program.usage, usage);
  put(Program.usageCount, usageCount);
  put(Program.exclusives, exclusives);
  put(Program.exclusiveCount, exclusiveCount);
  return () => arena.free(base, offsets.size);
}

/** What the host has worked out by row stands where the lists that name it are written. */
function reserveOwnColumns(
  { ownColumns, columns: { arena, capacity } }: ProgramBuilder,
  offsets: Offsets,
): (base: number) => void {
  const columns = ownColumns.map(() => offsets.reserve(capacity * 8));
  return (base) => {
    ownColumns.forEach(({ column, values, otherwise }, n) => {
      column.pointer = base + columns[n]!;
      const first = column.pointer / 8;
      arena.f64.fill(otherwise, first, first + capacity);
      for (const [row, value] of values) arena.f64[first + row] = value;
    });
  };
}

function reserveAsked({ asked, columns: { arena, capacity } }: ProgramBuilder, offsets: Offsets) {
  const { requests, usage, exclusives } = asked;
  const requestsAt = offsets.reserve(requests.length * Request.size);
  const usageAt = offsets.reserve(usage.size * Usage.size);
  const exclusivesAt = offsets.reserve(exclusives.length * Exclusive.size);
  const taken = exclusives.map(() => offsets.reserve(capacity));
  return (base: number) => {
    requests.forEach(({ resource: { allocatable, used }, amount, code }, n) => {
      const record = { allocatable: allocatable.pointer, used: used.pointer, amount, code };
      Request.write(arena, base + requestsAt + n * Request.size, record);
    });
    let usageNext = base + usageAt;
    for (const [{ pointer }, amount] of usage) {
      Usage.write(arena, usageNext, { used: pointer, amount });
      usageNext += Usage.size;
    }
    exclusives.forEach((exclusive, n) => {
      const record = { taken: base + taken[n]!, code: exclusive.code };
      Exclusive.write(arena, base + exclusivesAt + n * Exclusive.size, record);
      exclusive.standAt(record.taken);
    });
    return {
      requests: base + requestsAt,
      requestCount: requests.length,
      usage: base + usageAt,
      usageCount: usage.size,
      exclusives: base + exclusivesAt,
      exclusiveCount: exclusives.length,
    };
  };
}

function reserveResourceScores(
  { resourceScores, columns: { arena } }: ProgramBuilder,
  offsets: Offsets,
): Writer {
  const first = offsets.reserve(resourceScores.length * ResourceScore.size);
  const parts = resourceScores.map(({ resources, shape }) => ({
    resources: offsets.reserve(resources.length * ScoredResource.size),
    shape: offsets.reserve((shape?.length ?? 0) * 8),
  }));
  const writeResource = ({ allocatable, used, amount, weight }: ScoredResourcePart, at: number) =>
    ScoredResource.write(arena, at, { allocatable: allocatable.pointer, used: used.pointer, amount, weight });
  return (base) => {
    resourceScores.forEach(({ strategy, resources, shape, weight, slot }, n) => {
      const { resources: resourcesAt, shape: shapeAt } = parts[n]!;
      resources.forEach((resource, r) =>
        writeResource(resource, base + resourcesAt + r * ScoredResource.size),
      );
      arena.f64.set(shape ?? [], (base + shapeAt) / 8);
      ResourceScore.write(arena, base + first + n * ResourceScore.size, {
        strategy,
        resources: base + resourcesAt,
        resourceCount: resources.length,
        shape: shape && base + shapeAt,
        weight,
        slot,
      });
    });
    return { first: base + first, count: resourceScores.length };
  };
}

function reserveNormalized(
  { normalizedScores, columns: { arena, capacity } }: ProgramBuilder,
  match: Match,
  offsets: Offsets,
): Writer {
  if (normalizedScores.length === 0) return writeNothing;
  const first = offsets.reserve(normalizedScores.length * Normalized.size);
  const own = normalizedScores.map(({ raw }) => (raw.rows ? offsets.reserve(capacity * 8) : 0));
  return (base) => {
    let matched = 0;
    normalizedScores.forEach(({ raw: part, weight, reverse, slot }, n) => {
      const { rows } = part;
      const raw = rows ? base + own[n]! : match.raws[matched++]!;
      part.pointer = raw;
      for (const [row, value] of rows ?? []) arena.f64[raw / 8 + row] = value;
      const at = base + first + n * Normalized.size;
      Normalized.write(arena, at, { raw, reverse: reverse ? 1 : 0, weight, slot });
    });
    return { first: base + first, count: normalizedScores.length };
  };
}

function reserveDomainFilters(
  { domainFilters, columns: { arena } }: ProgramBuilder,
  maskOf: MaskOf,
  offsets: Offsets,
): Writer {
  if (domainFilters.length === 0) return writeNothing;
  const first = offsets.reserve(domainFilters.length * DomainFilter.size);
  const tables = domainFilters.map(({ domains, limit }) => ({
    amounts: offsets.reserve(domains * 8),
    nodes: offsets.reserve(limit === LIMIT_SKEW ? domains * 4 : 0),
  }));
  // filters of one rule share the sum of what they hold
  const rules = Math.max(0, ...domainFilters.map(({ rule }) => rule + 1));
  const sums = offsets.reserve(rules * 8);
  return (base) => {
    domainFilters.forEach((filter, n) => {
      const { tally, rule } = filter;
      const amounts = base + tables[n]!.amounts;
      const sum = base + sums + rule * 8;
      const eligible = maskOf(filter);
      tally.standAt({ amounts, eligible, sum, matches: 0 });
      DomainFilter.write(arena, base + first + n * DomainFilter.size, {
        domain: filter.domain.pointer,
        domains: filter.domains,
        amounts,
        limit: filter.limit,
        code: filter.code,
        absentCode: filter.absentCode,
        eligible,
        nodes: filter.limit === LIMIT_SKEW ? base + tables[n]!.nodes : 0,
        most: filter.most ?? 0,
        self: filter.self,
        minDomains: filter.minDomains ?? 0,
        sum,
        startsAnywhere: filter.startsAnywhere ? 1 : 0,
      });
    });
    return { first: base + first, count: domainFilters.length };
  };
}

function reserveDomainScores(
  { domainScores, columns: { arena, capacity } }: ProgramBuilder,
  maskOf: MaskOf,
  offsets: Offsets,
): Writer {
  if (domainScores.length === 0) return writeNothing;
  const first = offsets.reserve(domainScores.length * DomainScore.size);
  const parts = domainScores.map(({ normalizer, tables }) => ({
    records: offsets.reserve(tables.length * DomainTable.size),
    raw: offsets.reserve(capacity * 8),
    tables: tables.map(({ byRow, domains }) => ({
      amounts: offsets.reserve((byRow ? capacity : domains) * 8),
      present: byRow || normalizer !== NORMALIZE_FEWEST ? undefined : offsets.reserve(domains * 4),
    })),
  }));
  return (base) => {
    domainScores.forEach(({ normalizer, tables, tallies, requiresAll, weight, slot }, n) => {
      const { records, raw, tables: columns } = parts[n]!;
      tables.forEach((table, t) => {
        const record = base + records + t * DomainTable.size;
        const { amounts, present } = columns[t]!;
        const eligible = maskOf(table);
        const values: DomainTableValues = {
          domain: table.domain.pointer,
          domains: table.domains,
          amounts: base + amounts,
          present: present && base + present,
          eligible,
          byRow: table.byRow ? 1 : 0,
          self: table.self,
          offset: table.offset ?? 0,
          weight: 1,
          matches: 0,
          selfMatches: table.selfMatches ?? table.self,
        };
        DomainTable.write(arena, record, values);
        tallies[t]!.standAt({
          amounts: values.amounts,
          eligible,
          sum: 0,
          matches: record + DomainTable.matches,
        });
      });
      DomainScore.write(arena, base + first + n * DomainScore.size, {
        normalizer,
        tables: base + records,
        tableCount: tables.length,
        requiresAll: requiresAll ? 1 : 0,
        weight,
        raw: base + raw,
        slot,
      });
    });
    return { first: base + first, count: domainScores.length };
  };
}

/** A column of what some rows have; 0 when none has. */
function reserveRows(
  values: ReadonlyMap<number, number>,
  otherwise: number,
  { columns: { arena, capacity } }: ProgramBuilder,
  offsets: Offsets,
): (base: number) => number {
  if (values.size === 0) return () => 0;
  const column = offsets.reserve(capacity * 8);
  return (base) => {
    const first = (base + column) / 8;
    if (otherwise !== 0) arena.f64.fill(otherwise, first, first + capacity);
    for (const [row, value] of values) arena.f64[first + row] = value;
    return base + column;
  };
}

function masksIn(masks: readonly TermList[], match: Match): MaskOf {
  const addresses = new Map(masks.map((terms, n) => [terms, match.masks[n]!]));
  return ({ eligible }) => (eligible === undefined ? 0 : addresses.get(eligible)!);
}
