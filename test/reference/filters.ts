// The filters that assignments can change, each as a question about one node.
import * as layout from '../../assembly/layout.ts';
import { amountOf, domainOf, isEligible, type DomainFilter, type Program } from './program.ts';

/** Says why each row is not schedulable. Every call looks at all nodes for what the filters by domains need. */
export function filterOf(program: Program): (row: number, checksAmounts: boolean) => number {
  const { memory, domainFilters } = program;
  const filters = domainFilters.map((filter) => ({ filter, isOpen: opennessOf(program, filter) }));
  return (row, checksAmounts) => {
    const ofNode = memory.u8(program.staticCode + row);
    if (ofNode === layout.CODE_ABSENT) return ofNode;
    const codes = [ofNode];
    for (const { taken, code } of program.exclusives) if (memory.u8(taken + row) !== 0) codes.push(code);
    for (const { filter, isOpen } of filters) {
      const amount = amountOf(program, filter, row);
      if (amount === undefined) codes.push(filter.absentCode);
      else if (!isOpen(amount)) codes.push(filter.code);
    }
    if (checksAmounts) codes.push(...lackingCodes(program, row));
    return firstOf(codes);
  };
}

/** The code of the filter of the smallest position, and of that one's the first. */
function firstOf(codes: readonly number[]): number {
  const position = (code: number): number => code >> layout.CODE_REASON_BITS;
  const rejections = codes.filter((code) => code !== layout.CODE_FEASIBLE);
  return rejections.reduce(
    (first, code) => (position(code) < position(first) ? code : first),
    rejections[0] ?? layout.CODE_FEASIBLE,
  );
}

/** The codes of the amounts that are asked for and that the node lacks. */
export function lackingCodes({ memory, requests }: Program, row: number): number[] {
  return requests
    .filter(
      ({ allocatable, used, amount }) =>
        amount > memory.int64Of(allocatable, row) - memory.int64Of(used, row),
    )
    .map(({ code }) => code);
}

/** Whether a domain that holds so much is open. */
function opennessOf(program: Program, filter: DomainFilter): (amount: number) => boolean {
  const { most, self } = filter;
  switch (filter.limit) {
    case layout.LIMIT_FIXED:
      return (amount) => amount <= most;
    case layout.LIMIT_SKEW: {
      const minimum = globalMinimum(program, filter);
      return (amount) => amount + self - minimum <= most;
    }
    default: {
      const begins = filter.startsAnywhere && sumOf(program, filter) === 0;
      return (amount) => amount > 0 || begins;
    }
  }
}

/** The least that a domain with an eligible node holds; 0 when there are too few such domains. */
function globalMinimum(program: Program, filter: DomainFilter): number {
  const present = new Set<number>();
  for (let row = 0; row < program.rows; row++) {
    if (hasNode(program, row) && isEligible(program, filter, row)) {
      const domain = domainOf(program, filter, row);
      if (domain !== 0) present.add(domain);
    }
  }
  if (present.size < filter.minDomains) return 0;
  const counts = [...present].map((domain) => program.memory.f64Of(filter.amounts, domain));
  // math.MaxInt32 stands for "no domain" in the reference scheduler
  return Math.min(...counts, 2 ** 31 - 1);
}

function hasNode({ memory, rank }: Program, row: number): boolean {
  return memory.u32Of(rank, row) !== layout.DEAD_RANK;
}

/** What all domains hold together, of all filters that share the sum. */
function sumOf({ memory, domainFilters }: Program, { sum }: DomainFilter): number {
  const amounts = domainFilters
    .filter((filter) => filter.sum === sum)
    .flatMap((filter) =>
      Array.from({ length: filter.domains }, (_, domain) => memory.f64Of(filter.amounts, domain)),
    );
  return amounts.reduce((total, amount) => total + amount, 0);
}
