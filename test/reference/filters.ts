// The filters that assignments can change, each as a question about one node.
import * as layout from '../../assembly/layout.ts';
import { amountOf, countOf, domainOf, isEligible, type HardSpread, type Turn } from './turn.ts';

/** What a hard spread constraint knows of the whole cluster. */
interface Domains {
  constraint: HardSpread;
  minimum: number;
}

/** Says why each row is not schedulable. Every call looks at all nodes for what the spread constraints need. */
export function filterOf(turn: Turn): (row: number, checksFit: boolean) => number {
  const { memory } = turn;
  const domains = turn.hard.map((constraint) => ({ constraint, minimum: globalMinimum(turn, constraint) }));
  const isFirst = turn.attractsItself && attractedPods(turn) === 0;
  return (row, checksFit) => {
    const ofNode = memory.u8(turn.staticCode + row);
    if (ofNode === layout.CODE_ABSENT) return ofNode;
    const codes = [ofNode];
    if (checksFit && turn.fitCode !== 0 && !fits(turn, row)) codes.push(turn.fitCode);
    const conflicts = turn.ports.some(({ used, conflicts: mask }) => (memory.u32Of(used, row) & mask) !== 0);
    if (conflicts) codes.push(turn.portCode);
    codes.push(spreadCode(turn, domains, row));
    if (turn.affinityCode !== 0) codes.push(affinityCode(turn, isFirst, row));
    const rejections = codes.filter((code) => code !== layout.CODE_FEASIBLE);
    return rejections.length === 0 ? layout.CODE_FEASIBLE : Math.min(...rejections);
  };
}

/** Whether the node has what is asked for left. */
export function fits({ memory, requests }: Turn, row: number): boolean {
  return requests.every(
    ({ allocatable, used, amount }) => amount <= memory.int64Of(allocatable, row) - memory.int64Of(used, row),
  );
}

/** The least number of matching pods in a domain that has an eligible node; 0 when there are too few such domains. */
function globalMinimum(turn: Turn, constraint: HardSpread): number {
  const present = new Set<number>();
  for (let row = 0; row < turn.rows; row++) {
    if (hasNode(turn, row) && isEligible(turn, constraint, row)) {
      const domain = domainOf(turn, constraint, row);
      if (domain !== 0) present.add(domain);
    }
  }
  if (present.size < constraint.minDomains) return 0;
  const counts = [...present].map((domain) => turn.memory.f64Of(constraint.counts, domain));
  // math.MaxInt32 stands for "no domain" in the reference scheduler
  return Math.min(...counts, 2 ** 31 - 1);
}

function hasNode({ memory, rank }: Turn, row: number): boolean {
  return memory.u32Of(rank, row) !== layout.DEAD_RANK;
}

function spreadCode(turn: Turn, domains: readonly Domains[], row: number): number {
  for (const { constraint, minimum } of domains) {
    if (domainOf(turn, constraint, row) === 0) return turn.spreadCode + layout.REASON_NO_LABEL;
    const skew = countOf(turn, constraint, row) + (constraint.self ? 1 : 0) - minimum;
    if (skew > constraint.maxSkew) return turn.spreadCode + layout.REASON_SKEW;
  }
  return layout.CODE_FEASIBLE;
}

/** How many pods match all affinity terms, counted once for each term and domain. */
function attractedPods({ memory, attractions }: Turn): number {
  const counts = attractions.flatMap(({ amounts, domains }) =>
    Array.from({ length: domains }, (_, domain) => memory.f64Of(amounts, domain)),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

function affinityCode(turn: Turn, isFirst: boolean, row: number): number {
  const { attractions, repulsions } = turn;
  const hasKeys = attractions.every((term) => domainOf(turn, term, row) !== 0);
  const isAttracted = attractions.every((term) => amountOf(turn, term, row) > 0);
  if (attractions.length > 0 && !(hasKeys && (isAttracted || isFirst))) {
    return turn.affinityCode + layout.REASON_AFFINITY;
  }
  const repelling = repulsions.find((term) => amountOf(turn, term, row) > 0);
  return repelling === undefined ? layout.CODE_FEASIBLE : turn.affinityCode + repelling.reason;
}
