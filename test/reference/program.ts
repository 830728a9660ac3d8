// A program's records, read out of memory as the objects that filters and scores are written on.
import * as records from '../../build/records.js';
import type { ReferenceMemory } from './memory.ts';

/** Columns are addresses: the entries of a row are read where they are needed, since assignments change them. */
export interface Request {
  allocatable: number;
  used: number;
  amount: bigint;
  code: number;
}

export interface Resource {
  allocatable: number;
  used: number;
  amount: bigint;
  weight: bigint;
}

export interface ResourceScore {
  strategy: number;
  resources: Resource[];
  shape: number;
  weight: number;
  slot: number;
}

export interface Normalized {
  raw: number;
  reverse: boolean;
  weight: number;
  slot: number;
}

/** What the domains of a topology key hold. */
export interface Domains {
  /** Column of domain codes; 0 where the node has no such label. */
  domain: number;
  domains: number;
  amounts: number;
  /** u8 by row: whose pods are counted; 0 when all are. */
  eligible: number;
  /** What a pod of the class adds. */
  self: number;
}

export interface DomainFilter extends Domains {
  limit: number;
  code: number;
  absentCode: number;
  most: number;
  minDomains: number;
  sum: number;
  startsAnywhere: boolean;
}

export interface DomainTable extends Domains {
  byRow: boolean;
  offset: number;
  /** State: the terms that matched so far. */
  matchesAt: number;
  selfMatches: number;
}

export interface DomainScore {
  normalizer: number;
  tables: DomainTable[];
  requiresAll: boolean;
  weight: number;
  slot: number;
}

export interface Program {
  at: number;
  memory: ReferenceMemory;
  rows: number;
  capacity: number;
  rank: number;
  random: number;
  mode: number;
  staticCode: number;
  code: number;
  total: number;
  detail: number;
  requests: Request[];
  usage: { used: number; amount: number }[];
  exclusives: { taken: number; code: number }[];
  resourceScores: ResourceScore[];
  normalized: Normalized[];
  domainFilters: DomainFilter[];
  domainScores: DomainScore[];
  fixed: number;
  factor: number;
  base: number;
}

/** The program at `at`, which stays valid until the host changes its records. */
export function readProgram(memory: ReferenceMemory, at: number): Program {
  const { Program, Cluster, Request, Usage, Exclusive, Normalized, DomainFilter, DomainScore } = records;
  const word = (offset: number): number => memory.u32(at + offset);
  const list = <T>(
    first: number,
    count: number,
    { size }: { size: number },
    read: (record: number) => T,
  ): T[] => listOf(word(first), word(count), size, read);
  const cluster = word(Program.cluster);
  return {
    at,
    memory,
    rows: memory.u32(cluster + Cluster.rows),
    capacity: memory.u32(cluster + Cluster.capacity),
    rank: memory.u32(cluster + Cluster.rank),
    random: cluster + Cluster.random,
    mode: word(Program.mode),
    staticCode: word(Program.staticCode),
    code: word(Program.code),
    total: word(Program.total),
    detail: word(Program.detail),
    requests: list(Program.requests, Program.requestCount, Request, (record) => ({
      allocatable: memory.u32(record + Request.allocatable),
      used: memory.u32(record + Request.used),
      amount: BigInt(memory.f64(record + Request.amount)),
      code: memory.u32(record + Request.code),
    })),
    usage: list(Program.usage, Program.usageCount, Usage, (record) => ({
      used: memory.u32(record + Usage.used),
      amount: memory.f64(record + Usage.amount),
    })),
    exclusives: list(Program.exclusives, Program.exclusiveCount, Exclusive, (record) => ({
      taken: memory.u32(record + Exclusive.taken),
      code: memory.u32(record + Exclusive.code),
    })),
    resourceScores: list(
      Program.resourceScores,
      Program.resourceScoreCount,
      records.ResourceScore,
      (record) => readResourceScore(memory, record),
    ),
    normalized: list(Program.normalized, Program.normalizedCount, Normalized, (record) => ({
      raw: memory.u32(record + Normalized.raw),
      reverse: memory.u32(record + Normalized.reverse) !== 0,
      weight: memory.f64(record + Normalized.weight),
      slot: memory.u32(record + Normalized.slot),
    })),
    domainFilters: list(Program.domainFilters, Program.domainFilterCount, DomainFilter, (record) =>
      readDomainFilter(memory, record),
    ),
    domainScores: list(Program.domainScores, Program.domainScoreCount, DomainScore, (record) =>
      readDomainScore(memory, record),
    ),
    fixed: word(Program.fixed),
    factor: word(Program.factor),
    base: memory.f64(at + Program.base),
  };
}

function listOf<T>(first: number, count: number, size: number, read: (record: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => read(first + n * size));
}

function readResourceScore(memory: ReferenceMemory, at: number): ResourceScore {
  const { ResourceScore, ScoredResource } = records;
  return {
    strategy: memory.u32(at + ResourceScore.strategy),
    resources: listOf(
      memory.u32(at + ResourceScore.resources),
      memory.u32(at + ResourceScore.resourceCount),
      ScoredResource.size,
      (record) => ({
        allocatable: memory.u32(record + ScoredResource.allocatable),
        used: memory.u32(record + ScoredResource.used),
        amount: BigInt(memory.f64(record + ScoredResource.amount)),
        weight: BigInt(memory.f64(record + ScoredResource.weight)),
      }),
    ),
    shape: memory.u32(at + ResourceScore.shape),
    weight: memory.f64(at + ResourceScore.weight),
    slot: memory.u32(at + ResourceScore.slot),
  };
}

function readDomainFilter(memory: ReferenceMemory, at: number): DomainFilter {
  const { DomainFilter } = records;
  return {
    domain: memory.u32(at + DomainFilter.domain),
    domains: memory.u32(at + DomainFilter.domains),
    amounts: memory.u32(at + DomainFilter.amounts),
    eligible: memory.u32(at + DomainFilter.eligible),
    self: memory.f64(at + DomainFilter.self),
    limit: memory.u32(at + DomainFilter.limit),
    code: memory.u32(at + DomainFilter.code),
    absentCode: memory.u32(at + DomainFilter.absentCode),
    most: memory.f64(at + DomainFilter.most),
    minDomains: memory.u32(at + DomainFilter.minDomains),
    sum: memory.u32(at + DomainFilter.sum),
    startsAnywhere: memory.u32(at + DomainFilter.startsAnywhere) !== 0,
  };
}

function readDomainScore(memory: ReferenceMemory, at: number): DomainScore {
  const { DomainScore, DomainTable } = records;
  return {
    normalizer: memory.u32(at + DomainScore.normalizer),
    tables: listOf(
      memory.u32(at + DomainScore.tables),
      memory.u32(at + DomainScore.tableCount),
      DomainTable.size,
      (record) => readDomainTable(memory, record),
    ),
    requiresAll: memory.u32(at + DomainScore.requiresAll) !== 0,
    weight: memory.f64(at + DomainScore.weight),
    slot: memory.u32(at + DomainScore.slot),
  };
}

function readDomainTable(memory: ReferenceMemory, at: number): DomainTable {
  const { DomainTable } = records;
  return {
    domain: memory.u32(at + DomainTable.domain),
    domains: memory.u32(at + DomainTable.domains),
    amounts: memory.u32(at + DomainTable.amounts),
    eligible: memory.u32(at + DomainTable.eligible),
    byRow: memory.u32(at + DomainTable.byRow) !== 0,
    self: memory.f64(at + DomainTable.self),
    offset: memory.f64(at + DomainTable.offset),
    matchesAt: at + DomainTable.matches,
    selfMatches: memory.f64(at + DomainTable.selfMatches),
  };
}

/** The domain of a row, 0 when it has none. */
export function domainOf({ memory }: Program, { domain }: Domains, row: number): number {
  return memory.u32Of(domain, row);
}

/** Whether the pods of a row are counted. */
export function isEligible({ memory }: Program, { eligible }: Domains, row: number): boolean {
  return eligible === 0 || memory.u8(eligible + row) !== 0;
}

/** What the row's domain holds; undefined where the row has none. */
export function amountOf(
  program: Program,
  domains: Domains & { byRow?: boolean },
  row: number,
): number | undefined {
  const domain = domainOf(program, domains, row);
  return domain === 0 ? undefined : program.memory.f64Of(domains.amounts, domains.byRow ? row : domain);
}
