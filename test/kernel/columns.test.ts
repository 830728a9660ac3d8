import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEAD_RANK, ROW_BLOCK } from '../../assembly/layout.ts';
import { Cluster } from '../../build/records.js';
import { Columns } from '../../src/state/columns/columns.ts';
import { KERNELS } from './kernels.ts';

describe.each(KERNELS)("columns in the $name kernel's memory", ({ load }) => {
  const make = (): Columns => new Columns(load().arena, 1);
  const headerOf = ({ arena, header }: Columns, at: number): number => arena.u32[(header + at) / 4]!;

  it('keep their values when they grow, and the header follows', () => {
    const columns = make();
    const amounts = columns.add(8);
    const words = columns.add(4);
    for (let n = 0; n < 1000; n++) {
      const row = columns.takeRow();
      columns.setF64(amounts, row, n + 0.5);
      columns.setU32(words, row, 2 * n);
    }
    const rows = Array.from({ length: 1000 }, (_, row) => row);
    expect(rows.map((row) => columns.getF64(amounts, row))).toEqual(rows.map((row) => row + 0.5));
    expect(rows.map((row) => columns.getU32(words, row))).toEqual(rows.map((row) => 2 * row));
    expect(headerOf(columns, Cluster.rows)).toBe(1000);
    expect(headerOf(columns, Cluster.capacity)).toBe(columns.capacity);
    expect(headerOf(columns, Cluster.rank)).toBe(columns.rank.pointer);
    expect(columns.capacity % ROW_BLOCK).toBe(0);
    expect(columns.getU32(columns.rank, columns.capacity - 1)).toBe(DEAD_RANK);
  });

  it('reuse a row that was given back, cleared', () => {
    const columns = make();
    const amounts = columns.add(8);
    columns.takeRow();
    const row = columns.takeRow();
    columns.takeRow();
    columns.setF64(amounts, row, columns.getF64(amounts, row) + 7);
    columns.giveRow(row);
    expect(columns.getU32(columns.rank, row)).toBe(DEAD_RANK);
    expect(columns.getF64(amounts, row)).toBe(0);
    expect(columns.takeRow()).toBe(row);
    expect(columns.rows).toBe(3);
  });

  it('rank rows by name, past those without a node', () => {
    const columns = make();
    for (let n = 0; n < 4; n++) columns.takeRow();
    columns.giveRow(1);
    columns.rankRows(['c', undefined, 'a', 'b']);
    expect([0, 1, 2, 3].map((row) => columns.getU32(columns.rank, row))).toEqual([2, DEAD_RANK, 0, 1]);
    expect(headerOf(columns, Cluster.ordered)).toBe(0);
    columns.rankRows(['a', undefined, 'b', 'c']);
    expect([0, 1, 2, 3].map((row) => columns.getU32(columns.rank, row))).toEqual([0, DEAD_RANK, 1, 2]);
    expect(headerOf(columns, Cluster.ordered)).toBe(1);
  });

  it('code equal texts equally, and 0 only what is absent', () => {
    const columns = make();
    const coded = columns.addCoded();
    const texts = ['x', '', undefined, 'x', 'y', ''];
    const rows = texts.map(() => columns.takeRow());
    texts.forEach((text, n) => coded.set(rows[n]!, text));
    const codes = rows.map((row) => columns.getU32(coded.column, row));
    expect(codes[0]).toBe(codes[3]);
    expect(codes[1]).toBe(codes[5]);
    expect(codes[2]).toBe(0);
    expect(new Set(codes).size).toBe(4);
    expect([0, 1, 4].map((n) => coded.values[codes[n]!])).toEqual(['x', '', 'y']);
  });

  it('forget texts that came and went, and keep those of the rows', () => {
    const step = fc.record({
      row: fc.nat(19),
      text: fc.option(fc.nat(2000).map(String), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 400, maxLength: 2000, size: 'max' }), (steps) => {
        const columns = make();
        const coded = columns.addCoded();
        const texts: (string | undefined)[] = Array.from({ length: 20 }, () => undefined);
        texts.forEach(() => columns.takeRow());
        for (const { row, text } of steps) {
          coded.set(row, text);
          texts[row] = text;
          const code = columns.getU32(coded.column, row);
          expect(coded.codes.get(text ?? '')).toBe(text === undefined ? undefined : code);
        }
        const read = texts.map((_, row) => coded.values[columns.getU32(coded.column, row)]);
        expect(read).toEqual(texts.map((text) => text ?? ''));
        const live = new Set(texts.filter((text) => text !== undefined));
        expect(coded.values.length).toBeLessThanOrEqual(1 + live.size + Math.max(64, live.size) + 1);
        expect([...coded.codes].map(([text, code]) => [code, text])).toEqual(
          [...coded.values.entries()].slice(1),
        );
      }),
      { seed: 11, numRuns: 20 },
    );
  });

  it('give a row back without its texts', () => {
    const columns = make();
    const coded = columns.addCoded();
    for (let n = 0; n < 10_000; n++) {
      const row = columns.takeRow();
      coded.set(row, `node-${n}`);
      columns.giveRow(row);
    }
    expect(coded.values.length).toBeLessThan(100);
    expect(columns.rows).toBe(1);
  });

  it('give the memory of a column back that is dropped', () => {
    const columns = make();
    const before = columns.arena.usedBytes;
    const column = columns.add(8);
    const coded = columns.addCoded();
    columns.drop(column);
    columns.dropCoded(coded);
    expect(columns.arena.usedBytes).toBe(before);
  });

  it('behave as rows in a table do', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ take: fc.nat(1000) }) },
      { weight: 1, arbitrary: fc.record({ give: fc.nat() }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
        const columns = make();
        const column = columns.add(8);
        const table = new Map<number, number>();
        for (const action of steps) {
          if ('take' in action) {
            const row = columns.takeRow();
            expect(table.has(row)).toBe(false);
            expect(columns.getF64(column, row)).toBe(0);
            columns.setF64(column, row, action.take);
            table.set(row, action.take);
          } else if (table.size > 0) {
            const row = [...table.keys()][action.give % table.size]!;
            columns.giveRow(row);
            table.delete(row);
          }
        }
        for (const [row, value] of table) expect(columns.getF64(column, row)).toBe(value);
        expect(columns.rows).toBeLessThanOrEqual(columns.capacity);
      }),
      { seed: 7, numRuns: 30 },
    );
  });
});
