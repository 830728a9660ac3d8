// go-log.json holds the bits of math.Log(n), written by math.Float64bits(math.Log(float64(n))) of Go 1.26 on amd64, for
// a sample of the integers from 2 to 5,002: among them all whose logarithm V8's Math.log gives with another last bit.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NORMALIZE_FEWEST } from '../../assembly/layout.ts';
import { Cluster, DomainScore, DomainTable, Program } from '../../build/records.js';
import { ProgramBuilder } from '../../src/kernel/program/builder.ts';
import { Match } from '../../src/kernel/program/match.ts';
import { writeProgram } from '../../src/kernel/program/write.ts';
import { Columns } from '../../src/state/columns/columns.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import { goLog } from '../reference/number.ts';
import { KERNELS } from './kernels.ts';

const sample = JSON.parse(readFileSync(join(import.meta.dirname, 'go-log.json'), 'utf8')) as Record<
  string,
  string
>;
const numbers = Object.keys(sample).map(Number);

function bitsOf(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}

/** The weight that a spread constraint by node has when `n - 2` nodes are scored: the logarithm of n. */
function logarithms(kernel: Kernel): Record<string, string> {
  const columns = new Columns(kernel.arena, 1);
  const domain = columns.addCoded();
  const names = Array.from({ length: Math.max(...numbers) - 2 }, (_, row) => String(row).padStart(5, '0'));
  for (const name of names) domain.set(columns.takeRow(), name);
  columns.rankRows(names);
  const builder = new ProgramBuilder(columns);
  const table = { domain: domain.column, domains: domain.values.length, self: 1, byRow: true };
  builder.domainScore({ normalizer: NORMALIZE_FEWEST, tables: [table], weight: 1 });
  const { program } = writeProgram(builder, new Match(kernel, columns, builder.matchParts()), 0, false);
  const { u32, f64 } = kernel.arena;
  const score = u32[(program + Program.domainScores) / 4]!;
  const record = u32[(score + DomainScore.tables) / 4]!;
  return Object.fromEntries(
    numbers.map((n) => {
      u32[(columns.header + Cluster.rows) / 4] = n - 2;
      expect(kernel.determine(program)).toBe(n - 2);
      return [n, bitsOf(f64[(record + DomainTable.weight) / 8]!)];
    }),
  );
}

describe("Go's logarithm", () => {
  it('differs from V8’s on some of the sample, so that the sample can tell them apart', () => {
    expect(numbers.filter((n) => bitsOf(Math.log(n)) !== sample[n]).length).toBeGreaterThan(0);
  });

  it('is that of the reference kernel', () => {
    expect(Object.fromEntries(numbers.map((n) => [n, bitsOf(goLog(n))]))).toEqual(sample);
  });

  it.each(KERNELS.filter(({ name }) => name !== 'reference'))('is that of the $name kernel', ({ load }) => {
    expect(logarithms(load())).toEqual(sample);
  });
});
