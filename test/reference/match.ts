// What a node is, against what a class asks: static codes, masks and raw scores, row by row.
import * as layout from '../../assembly/layout.ts';
import * as records from '../../build/records.js';
import type { ReferenceMemory } from './memory.ts';

/** Computes the match at `match` for every row in use. */
export function match(memory: ReferenceMemory, match: number): void {
  const { Cluster, Condition, Filter, Mask, Match, RawScore, Term } = records;
  const word = (at: number): number => memory.u32(match + at);
  const cluster = word(Match.cluster);
  const rows = memory.u32(cluster + Cluster.rows);
  const rank = memory.u32(cluster + Cluster.rank);
  const conditions = word(Match.conditions);
  const terms = word(Match.terms);
  // the count of a list stands behind its address
  const list = (at: number, { size }: { size: number }): number[] =>
    Array.from({ length: word(at + 4) }, (_, n) => word(at) + n * size);

  const conditionHolds = (condition: number, row: number): boolean => {
    const code = memory.u32Of(memory.u32(condition + Condition.column), row);
    const operand = memory.u32(condition + Condition.operand);
    switch (memory.u32(condition + Condition.kind)) {
      case layout.CONDITION_EQUALS:
        return code === operand;
      case layout.CONDITION_DIFFERS:
        return code !== operand;
      default:
        return memory.u8(operand + code) !== 0;
    }
  };
  const termHolds = (term: number, row: number): boolean => {
    const first = memory.u32(term + Term.first);
    const count = memory.u32(term + Term.count);
    return Array.from({ length: count }, (_, n) => conditions + (first + n) * Condition.size).every(
      (condition) => conditionHolds(condition, row),
    );
  };
  const termsOf = (record: number): number[] =>
    Array.from({ length: memory.u32(record + 4) }, (_, n) => terms + (memory.u32(record) + n) * Term.size);
  const someHolds = (record: number, row: number): boolean =>
    termsOf(record).some((term) => termHolds(term, row));

  for (let row = 0; row < rows; row++) {
    const lives = memory.u32Of(rank, row) !== layout.DEAD_RANK;
    const rejections = list(Match.filters, Filter)
      .filter((filter) => !someHolds(filter, row))
      .map((filter) => memory.u32(filter + Filter.code));
    const code = rejections.length === 0 ? layout.CODE_FEASIBLE : Math.min(...rejections);
    memory.setU8(word(Match.code) + row, lives ? code : layout.CODE_ABSENT);
    for (const mask of list(Match.masks, Mask)) {
      memory.setU8(memory.u32(mask + Mask.out) + row, lives && someHolds(mask, row) ? 1 : 0);
    }
    for (const raw of list(Match.raws, RawScore)) {
      const column = memory.u32(raw + RawScore.column);
      const base =
        column === 0 ? 0 : memory.f64Of(memory.u32(raw + RawScore.values), memory.u32Of(column, row));
      const weights = termsOf(raw).map((term) => (termHolds(term, row) ? memory.f64(term + Term.weight) : 0));
      memory.setF64(
        memory.u32(raw + RawScore.out) + 8 * row,
        weights.reduce((sum, weight) => sum + weight, base),
      );
    }
  }
}
