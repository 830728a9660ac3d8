// A turn's records, read out of memory as the objects that filters and scores are written on.
import * as layout from '../../assembly/layout.ts';
import type { ReferenceMemory } from './memory.ts';

/** Columns are addresses: the entries of a row are read where they are needed, since assignments change them. */
export interface Resource {
  allocatable: number;
  used: number;
  amount: bigint;
  weight: bigint;
}

export interface Normalized {
  raw: number;
  reverse: boolean;
  weight: number;
  slot: number;
}

export interface Spread {
  /** Column of domain codes; 0 where the node has no such label. */
  domain: number;
  domains: number;
  /** By domain, or by row where `byRow` says so. */
  counts: number;
  self: boolean;
  /** u8 by row: whose pods are counted; 0 when all are. */
  eligible: number;
  byRow: boolean;
}

export interface SoftSpread extends Spread {
  /** maxSkew - 1. */
  skew: number;
}

export interface HardSpread extends Spread {
  maxSkew: number;
  minDomains: number;
}

/** What pods amount to, by the domains of a topology key. */
export interface Amount {
  domain: number;
  domains: number;
  amounts: number;
  reason: number;
  /** What a pod of the class adds. */
  self: number;
  /** State: terms that matched so far. */
  matchesAt: number;
  selfMatches: number;
}

export interface Turn {
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
  ports: { used: number; conflicts: number; takes: number }[];
  portCode: number;
  requests: Resource[];
  fitCode: number;
  usage: { used: number; amount: number }[];
  strategy: number;
  fitResources: Resource[];
  shape: number;
  balancedResources: Resource[];
  fixed: number;
  normalized: Normalized[];
  soft: SoftSpread[];
  softNeedsAll: boolean;
  hard: HardSpread[];
  spreadCode: number;
  affinityCode: number;
  attractions: Amount[];
  attractsItself: boolean;
  repulsions: Amount[];
  preferences: Amount[];
  weights: { fit: number; balanced: number; spread: number; preference: number };
  base: number;
}

/** The turn at `at`, which stays valid until the host changes its records. */
export function readTurn(memory: ReferenceMemory, at: number): Turn {
  const word = (offset: number): number => memory.u32(at + offset);
  const number = (offset: number): number => memory.f64(at + offset);
  const list = <T>(first: number, count: number, size: number, read: (record: number) => T): T[] =>
    Array.from({ length: word(count) }, (_, n) => read(word(first) + n * size));
  const amounts = (first: number, count: number): Amount[] =>
    list(first, count, layout.AMOUNT_SIZE, (record) => readAmount(memory, record));
  const cluster = word(layout.TURN_CLUSTER_AT);
  return {
    at,
    memory,
    rows: memory.u32(cluster + layout.CLUSTER_ROWS_AT),
    capacity: memory.u32(cluster + layout.CLUSTER_CAPACITY_AT),
    rank: memory.u32(cluster + layout.CLUSTER_RANK_AT),
    random: cluster + layout.CLUSTER_RANDOM_AT,
    mode: word(layout.TURN_MODE_AT),
    staticCode: word(layout.TURN_STATIC_CODE_AT),
    code: word(layout.TURN_CODE_AT),
    total: word(layout.TURN_TOTAL_AT),
    detail: word(layout.TURN_DETAIL_AT),
    ports: list(layout.TURN_PORTS_AT, layout.TURN_PORT_COUNT_AT, layout.PORT_SIZE, (record) => ({
      used: memory.u32(record + layout.PORT_USED_AT),
      conflicts: memory.u32(record + layout.PORT_CONFLICTS_AT),
      takes: memory.u32(record + layout.PORT_TAKES_AT),
    })),
    portCode: word(layout.TURN_PORT_CODE_AT),
    requests: list(layout.TURN_REQUESTS_AT, layout.TURN_REQUEST_COUNT_AT, layout.REQUEST_SIZE, (record) => ({
      allocatable: memory.u32(record + layout.REQUEST_ALLOCATABLE_AT),
      used: memory.u32(record + layout.REQUEST_USED_AT),
      amount: BigInt(memory.f64(record + layout.REQUEST_AMOUNT_AT)),
      weight: 0n,
    })),
    fitCode: word(layout.TURN_FIT_CODE_AT),
    usage: list(layout.TURN_USAGE_AT, layout.TURN_USAGE_COUNT_AT, layout.USAGE_SIZE, (record) => ({
      used: memory.u32(record + layout.USAGE_USED_AT),
      amount: memory.f64(record + layout.USAGE_AMOUNT_AT),
    })),
    strategy: word(layout.TURN_FIT_STRATEGY_AT),
    fitResources: list(
      layout.TURN_FIT_RESOURCES_AT,
      layout.TURN_FIT_RESOURCE_COUNT_AT,
      layout.RESOURCE_SIZE,
      (record) => readResource(memory, record),
    ),
    shape: word(layout.TURN_FIT_SHAPE_AT),
    balancedResources: list(
      layout.TURN_BALANCED_RESOURCES_AT,
      layout.TURN_BALANCED_RESOURCE_COUNT_AT,
      layout.RESOURCE_SIZE,
      (record) => readResource(memory, record),
    ),
    fixed: word(layout.TURN_FIXED_AT),
    normalized: list(
      layout.TURN_NORMALIZED_AT,
      layout.TURN_NORMALIZED_COUNT_AT,
      layout.NORMALIZED_SIZE,
      (record) => ({
        raw: memory.u32(record + layout.NORMALIZED_RAW_AT),
        reverse: memory.u32(record + layout.NORMALIZED_REVERSE_AT) !== 0,
        weight: memory.f64(record + layout.NORMALIZED_WEIGHT_AT),
        slot: memory.u32(record + layout.NORMALIZED_SLOT_AT),
      }),
    ),
    soft: list(layout.TURN_SOFT_AT, layout.TURN_SOFT_COUNT_AT, layout.SOFT_SIZE, (record) => ({
      domain: memory.u32(record + layout.SOFT_DOMAIN_AT),
      domains: memory.u32(record + layout.SOFT_DOMAINS_AT),
      counts: memory.u32(record + layout.SOFT_COUNTS_AT),
      self: memory.u32(record + layout.SOFT_SELF_AT) !== 0,
      eligible: memory.u32(record + layout.SOFT_ELIGIBLE_AT),
      byRow: memory.u32(record + layout.SOFT_BY_ROW_AT) !== 0,
      skew: memory.f64(record + layout.SOFT_SKEW_AT),
    })),
    softNeedsAll: word(layout.TURN_SOFT_REQUIRES_ALL_AT) !== 0,
    hard: list(layout.TURN_HARD_AT, layout.TURN_HARD_COUNT_AT, layout.HARD_SIZE, (record) => ({
      domain: memory.u32(record + layout.HARD_DOMAIN_AT),
      domains: memory.u32(record + layout.HARD_DOMAINS_AT),
      counts: memory.u32(record + layout.HARD_COUNTS_AT),
      self: memory.u32(record + layout.HARD_SELF_AT) !== 0,
      eligible: memory.u32(record + layout.HARD_ELIGIBLE_AT),
      byRow: false,
      maxSkew: memory.u32(record + layout.HARD_MAX_SKEW_AT),
      minDomains: memory.u32(record + layout.HARD_MIN_DOMAINS_AT),
    })),
    spreadCode: word(layout.TURN_SPREAD_CODE_AT),
    affinityCode: word(layout.TURN_AFFINITY_CODE_AT),
    attractions: amounts(layout.TURN_ATTRACTIONS_AT, layout.TURN_ATTRACTION_COUNT_AT),
    attractsItself: word(layout.TURN_ATTRACTS_ITSELF_AT) !== 0,
    repulsions: amounts(layout.TURN_REPULSIONS_AT, layout.TURN_REPULSION_COUNT_AT),
    preferences: amounts(layout.TURN_PREFERENCES_AT, layout.TURN_PREFERENCE_COUNT_AT),
    weights: {
      fit: number(layout.TURN_FIT_WEIGHT_AT),
      balanced: number(layout.TURN_BALANCED_WEIGHT_AT),
      spread: number(layout.TURN_SPREAD_WEIGHT_AT),
      preference: number(layout.TURN_PREFERENCE_WEIGHT_AT),
    },
    base: number(layout.TURN_BASE_AT),
  };
}

function readResource(memory: ReferenceMemory, record: number): Resource {
  return {
    allocatable: memory.u32(record + layout.RESOURCE_ALLOCATABLE_AT),
    used: memory.u32(record + layout.RESOURCE_USED_AT),
    amount: BigInt(memory.f64(record + layout.RESOURCE_AMOUNT_AT)),
    weight: BigInt(memory.f64(record + layout.RESOURCE_WEIGHT_AT)),
  };
}

function readAmount(memory: ReferenceMemory, record: number): Amount {
  return {
    domain: memory.u32(record + layout.AMOUNT_DOMAIN_AT),
    domains: memory.u32(record + layout.AMOUNT_DOMAINS_AT),
    amounts: memory.u32(record + layout.AMOUNT_AMOUNTS_AT),
    reason: memory.u32(record + layout.AMOUNT_REASON_AT),
    self: memory.f64(record + layout.AMOUNT_SELF_AT),
    matchesAt: record + layout.AMOUNT_MATCHES_AT,
    selfMatches: memory.f64(record + layout.AMOUNT_SELF_MATCHES_AT),
  };
}

/** The domain of a row, 0 when it has none. */
export function domainOf({ memory }: Turn, { domain }: Spread | Amount, row: number): number {
  return memory.u32Of(domain, row);
}

/** Whether the pods of a row are counted. */
export function isEligible({ memory }: Turn, { eligible }: Spread, row: number): boolean {
  return eligible === 0 || memory.u8(eligible + row) !== 0;
}

/** The matching pods in the row's domain. */
export function countOf(turn: Turn, spread: Spread, row: number): number {
  return turn.memory.f64Of(spread.counts, spread.byRow ? row : domainOf(turn, spread, row));
}

/** What the pods in the row's domain amount to; 0 where the row has none. */
export function amountOf(turn: Turn, amount: Amount, row: number): number {
  const domain = domainOf(turn, amount, row);
  return domain === 0 ? 0 : turn.memory.f64Of(amount.amounts, domain);
}
