// What a node is, against what a class asks: static codes, masks and raw scores, row by row.
import * as layout from '../../assembly/layout.ts';
import type { ReferenceMemory } from './memory.ts';

/** Computes the match at `match` for every row in use. */
export function match(memory: ReferenceMemory, match: number): void {
  const word = (at: number): number => memory.u32(match + at);
  const cluster = word(layout.MATCH_CLUSTER_AT);
  const rows = memory.u32(cluster + layout.CLUSTER_ROWS_AT);
  const rank = memory.u32(cluster + layout.CLUSTER_RANK_AT);
  const conditions = word(layout.MATCH_CONDITIONS_AT);
  const terms = word(layout.MATCH_TERMS_AT);
  const records = (at: number, size: number): number[] =>
    Array.from({ length: word(at + 4) }, (_, n) => word(at) + n * size);

  const conditionHolds = (condition: number, row: number): boolean => {
    const code = memory.u32Of(memory.u32(condition), row);
    const operand = memory.u32(condition + 8);
    switch (memory.u32(condition + 4)) {
      case layout.CONDITION_EQUALS:
        return code === operand;
      case layout.CONDITION_DIFFERS:
        return code !== operand;
      default:
        return memory.u8(operand + code) !== 0;
    }
  };
  const termHolds = (term: number, row: number): boolean => {
    const first = memory.u32(term);
    const count = memory.u32(term + 4);
    return Array.from({ length: count }, (_, n) => conditions + (first + n) * layout.CONDITION_SIZE).every(
      (condition) => conditionHolds(condition, row),
    );
  };
  const termsOf = (record: number): number[] =>
    Array.from(
      { length: memory.u32(record + 4) },
      (_, n) => terms + (memory.u32(record) + n) * layout.TERM_SIZE,
    );
  const someHolds = (record: number, row: number): boolean =>
    termsOf(record).some((term) => termHolds(term, row));

  for (let row = 0; row < rows; row++) {
    const lives = memory.u32Of(rank, row) !== layout.DEAD_RANK;
    const rejections = records(layout.MATCH_FILTERS_AT, layout.FILTER_SIZE)
      .filter((filter) => !someHolds(filter, row))
      .map((filter) => memory.u32(filter + 8));
    const code = rejections.length === 0 ? layout.CODE_FEASIBLE : Math.min(...rejections);
    memory.setU8(word(layout.MATCH_CODE_AT) + row, lives ? code : layout.CODE_ABSENT);
    for (const mask of records(layout.MATCH_MASKS_AT, layout.MASK_SIZE)) {
      memory.setU8(memory.u32(mask + 8) + row, lives && someHolds(mask, row) ? 1 : 0);
    }
    for (const raw of records(layout.MATCH_RAWS_AT, layout.RAW_SIZE)) {
      const column = memory.u32(raw + 12);
      const base = column === 0 ? 0 : memory.f64Of(memory.u32(raw + 16), memory.u32Of(column, row));
      const weights = termsOf(raw).map((term) => (termHolds(term, row) ? memory.f64(term + 8) : 0));
      memory.setF64(
        memory.u32(raw + 8) + 8 * row,
        weights.reduce((sum, weight) => sum + weight, base),
      );
    }
  }
}
