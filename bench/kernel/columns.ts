// The columns that a pass reads, found in its turn: what the bare sum goes over. Each is listed once, though the pass
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
  CLUSTER_ROWS_AT,
  NORMALIZED_RAW_AT,
  NORMALIZED_SIZE,
  REQUEST_ALLOCATABLE_AT,
  REQUEST_SIZE,
  REQUEST_USED_AT,
  RESOURCE_ALLOCATABLE_AT,
  RESOURCE_SIZE,
  RESOURCE_USED_AT,
  SOFT_BY_ROW_AT,
  SOFT_COUNTS_AT,
  SOFT_DOMAINS_AT,
  SOFT_DOMAIN_AT,
  SOFT_SIZE,
  TURN_BALANCED_RESOURCES_AT,
  TURN_BALANCED_RESOURCE_COUNT_AT,
  TURN_CLUSTER_AT,
  TURN_CODE_AT,
  TURN_FIT_RESOURCES_AT,
  TURN_FIT_RESOURCE_COUNT_AT,
  TURN_FIXED_AT,
  TURN_NORMALIZED_AT,
  TURN_NORMALIZED_COUNT_AT,
  TURN_REQUESTS_AT,
  TURN_REQUEST_COUNT_AT,
  TURN_ROW_SCORE_AT,
  TURN_SOFT_AT,
  TURN_SOFT_COUNT_AT,
  TURN_SPREAD_RAW_AT,
  TURN_STATIC_CODE_AT,
} from '../../assembly/layout.ts';
import type { Arena } from '../../src/columns/arena.ts';

export interface ReadColumn {
  pointer: number;
  bytesPerEntry: 1 | 4 | 8;
  entries: number;
}

/** The columns that a pass over the turn at address `turn` reads. */
export function columnsRead({ u32 }: Arena, turn: number): ReadColumn[] {
  const word = (at: number) => u32[at / 4]!;
  const rows = word(word(turn + TURN_CLUSTER_AT) + CLUSTER_ROWS_AT);
  const columns = new Map<number, ReadColumn>();
  const add = (pointer: number, bytesPerEntry: ReadColumn['bytesPerEntry'], entries = rows) => {
    if (pointer !== 0) columns.set(pointer, { pointer, bytesPerEntry, entries });
  };
  const records = (at: number, countAt: number, size: number) =>
    Array.from({ length: word(turn + countAt) }, (_, n) => word(turn + at) + n * size);

  add(word(turn + TURN_STATIC_CODE_AT), 1);
  add(word(turn + TURN_CODE_AT), 1);
  for (const request of records(TURN_REQUESTS_AT, TURN_REQUEST_COUNT_AT, REQUEST_SIZE)) {
    add(word(request + REQUEST_ALLOCATABLE_AT), 8);
    add(word(request + REQUEST_USED_AT), 8);
  }
  for (const resource of [
    ...records(TURN_FIT_RESOURCES_AT, TURN_FIT_RESOURCE_COUNT_AT, RESOURCE_SIZE),
    ...records(TURN_BALANCED_RESOURCES_AT, TURN_BALANCED_RESOURCE_COUNT_AT, RESOURCE_SIZE),
  ]) {
    add(word(resource + RESOURCE_ALLOCATABLE_AT), 8);
    add(word(resource + RESOURCE_USED_AT), 8);
  }
  add(word(turn + TURN_FIXED_AT), 8);
  for (const record of records(TURN_NORMALIZED_AT, TURN_NORMALIZED_COUNT_AT, NORMALIZED_SIZE)) {
    add(word(record + NORMALIZED_RAW_AT), 8);
  }
  for (const soft of records(TURN_SOFT_AT, TURN_SOFT_COUNT_AT, SOFT_SIZE)) {
    add(word(soft + SOFT_DOMAIN_AT), 4);
    const byRow = word(soft + SOFT_BY_ROW_AT) !== 0;
    add(word(soft + SOFT_COUNTS_AT), 8, byRow ? rows : word(soft + SOFT_DOMAINS_AT));
  }
  add(word(turn + TURN_ROW_SCORE_AT), 8);
  add(word(turn + TURN_SPREAD_RAW_AT), 8);
  return [...columns.values()];
}
