// The columns that a pass reads, found in its program: what the bare sum goes over. Each is listed once, though the pass
// reads some of them (the codes, the allocatable amounts) in several of its loops.
//
// For the default profile under default spreading, bytes a node:
//   allocatable and used of pods, cpu and memory     6 x 8    the fit; cpu and memory again in both scores
//   cpu and memory as scores count them              2 x 8    LeastAllocated, BalancedAllocation
//   codes by the filters, static and all             2 x 1
//   domains by hostname and by zone                  2 x 4
//   pods counted on each node                            8    by zone there is a table of a few entries
//   row scores, raw spread scores                    2 x 8    written by one loop, read by the next
import {
  Cluster,
  DomainScore,
  DomainTable,
  Normalized,
  Program,
  Request,
  ResourceScore,
  ScoredResource,
} from '../../build/records.js';
import type { Arena } from '../../src/state/columns/arena.ts';

export interface ReadColumn {
  pointer: number;
  bytesPerEntry: 1 | 4 | 8;
  entries: number;
}

/** The columns that a pass over the program at address `program` reads. */
export function columnsRead({ u32 }: Arena, program: number): ReadColumn[] {
  const word = (at: number) => u32[at / 4]!;
  const rows = word(word(program + Program.cluster) + Cluster.rows);
  const columns = new Map<number, ReadColumn>();
  const add = (pointer: number, bytesPerEntry: ReadColumn['bytesPerEntry'], entries = rows) => {
    if (pointer !== 0) columns.set(pointer, { pointer, bytesPerEntry, entries });
  };
  const list = (first: number, count: number, { size }: { size: number }) =>
    Array.from({ length: word(count) }, (_, n) => word(first) + n * size);
  const listOf = (first: number, count: number, record: { size: number }) =>
    list(program + first, program + count, record);

  add(word(program + Program.staticCode), 1);
  add(word(program + Program.code), 1);
  for (const request of listOf(Program.requests, Program.requestCount, Request)) {
    add(word(request + Request.allocatable), 8);
    add(word(request + Request.used), 8);
  }
  for (const score of listOf(Program.resourceScores, Program.resourceScoreCount, ResourceScore)) {
    const { resources, resourceCount } = ResourceScore;
    for (const resource of list(score + resources, score + resourceCount, ScoredResource)) {
      add(word(resource + ScoredResource.allocatable), 8);
      add(word(resource + ScoredResource.used), 8);
    }
  }
  add(word(program + Program.fixed), 8);
  for (const score of listOf(Program.normalized, Program.normalizedCount, Normalized)) {
    add(word(score + Normalized.raw), 8);
  }
  for (const score of listOf(Program.domainScores, Program.domainScoreCount, DomainScore)) {
    for (const table of list(score + DomainScore.tables, score + DomainScore.tableCount, DomainTable)) {
      add(word(table + DomainTable.domain), 4);
      const byRow = word(table + DomainTable.byRow) !== 0;
      add(word(table + DomainTable.amounts), 8, byRow ? rows : word(table + DomainTable.domains));
    }
    add(word(score + DomainScore.raw), 8);
  }
  add(word(program + Program.rowScore), 8);
  return [...columns.values()];
}
