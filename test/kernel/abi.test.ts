import { beforeEach, describe, expect, it } from 'vitest';
import * as layout from '../../assembly/layout.ts';
import { simd } from '../../build/kernels.js';
import { Cluster, Feature, Match as MatchRecord, Program } from '../../build/records.js';
import { Columns } from '../../src/state/columns/columns.ts';
import { instantiateKernel, Kernel, KernelError } from '../../src/kernel/kernel.ts';
import { ProgramBuilder } from '../../src/kernel/program/builder.ts';
import { Match } from '../../src/kernel/program/match.ts';
import type { ProgramMemory } from '../../src/kernel/program/parts.ts';
import { writeProgram } from '../../src/kernel/program/write.ts';
import { referenceExports } from '../reference/kernel.ts';
import { KERNELS } from './kernels.ts';

describe('a module that was built from another layout', () => {
  it('is refused by its version', () => {
    const other = { ...referenceExports(), abiVersion: () => layout.ABI_VERSION + 1 };
    expect(() => new Kernel(other)).toThrow(KernelError);
    expect(() => new Kernel(other)).toThrow(
      new RegExp(`layout ${layout.ABI_VERSION + 1} .*host ${layout.ABI_VERSION} .*build it again`),
    );
  });

  it('is refused by its sizes', () => {
    const exports = referenceExports();
    const sizes = exports.abiSizes() + 8;
    const other = { ...exports, abiSizes: () => sizes };
    expect(() => new Kernel(other)).toThrow(KernelError);
    expect(() => new Kernel(other)).toThrow(new RegExp(`sizes ${sizes}.*build it again`));
  });
});

describe('a module that was compiled ahead', () => {
  it('is instantiated with a memory of its own each time, as bytes are', () => {
    const compiled = new WebAssembly.Module(simd);
    const [one, two] = [instantiateKernel(compiled), instantiateKernel(compiled)];
    const pointers = [one, two, instantiateKernel(simd)].map(({ arena }) => arena.allocate(16));
    expect(new Set(pointers).size).toBe(1);
    one.arena.u32[pointers[0]! / 4] = 7;
    expect(two.arena.u32[pointers[1]! / 4]).toBe(0);
  });
});

describe.each(KERNELS)('the $name kernel', ({ load }) => {
  let kernel: Kernel;
  let columns: Columns;
  let match: Match;
  let memory: ProgramMemory;
  const put = (at: number, value: number): void => {
    kernel.arena.u32[at / 4] = value;
  };
  const outside = (): number => kernel.arena.u8.length;

  beforeEach(() => {
    kernel = load();
    columns = new Columns(kernel.arena, 1);
    const names = ['a', 'b', 'c'].map((name) => [columns.takeRow(), name] as const);
    columns.rankRows(names.map(([, name]) => name));
    const builder = new ProgramBuilder(columns);
    match = new Match(kernel, columns, builder.matchParts());
    memory = writeProgram(builder, match, 0, false);
  });

  it('takes arguments that are right', () => {
    expect(kernel.determine(memory.program)).toBe(3);
    const out = kernel.arena.allocate(32);
    expect(kernel.assign(memory.program, 2, out)).toBe(2);
  });

  it.each([
    ['absent', () => 0],
    ['at the end of the memory', () => outside() - 8],
    ['past the memory', () => outside() + 64],
    ['so large that adding to it wraps around', () => 2 ** 32 - 8],
  ])('refuses a record that is %s', (_, pointer) => {
    const message = /an address lies outside of the memory/;
    for (const call of [
      () => kernel.match(pointer()),
      () => kernel.determine(pointer()),
      () => kernel.assign(pointer(), 0, 0),
    ]) {
      expect(call).toThrow(KernelError);
      expect(call).toThrow(message);
    }
  });

  it.each([
    ['lie past the memory', () => outside(), 1],
    ['are more than the memory holds', () => memory.program, 2 ** 20],
    ['are so many that their bytes wrap around', () => memory.program, 2 ** 28],
  ])('refuses assignments that %s', (_, out, count) => {
    kernel.determine(memory.program);
    const call = () => kernel.assign(memory.program, count, out());
    expect(call).toThrow(KernelError);
    expect(call).toThrow(/assign: an address lies outside of the memory/);
  });

  it.each([
    ['past the memory', () => outside(), 1],
    ['across its end', () => outside() - 3, 8],
    ['of a length that wraps around', () => outside() - 8, 2 ** 32 - 1],
  ])('refuses to hash bytes %s', (_, pointer, length) => {
    const feature = kernel.arena.allocate(Feature.size);
    put(feature, pointer());
    put(feature + 4, length);
    const call = () => kernel.hash(feature, 1);
    expect(call).toThrow(KernelError);
    expect(call).toThrow(/hash: an address lies outside of the memory/);
  });

  it('refuses to hash more features than the memory holds', () => {
    const feature = kernel.arena.allocate(Feature.size);
    expect(() => kernel.hash(feature, 2 ** 28)).toThrow(/hash: an address lies outside of the memory/);
  });

  it.each([
    ['match', () => match.program + MatchRecord.magic],
    ['determine', () => memory.program + Program.magic],
    ['assign', () => memory.program + Program.magic],
    ['determine', () => columns.header + Cluster.magic],
    ['match', () => columns.header + Cluster.magic],
  ])('refuses %s of a record without its mark', (name, mark) => {
    put(mark(), 7);
    const call = () =>
      name === 'match'
        ? kernel.match(match.program)
        : name === 'assign'
          ? kernel.assign(memory.program, 0, 0)
          : kernel.determine(memory.program);
    expect(call).toThrow(KernelError);
    expect(call).toThrow(`kernel ${name}: a record does not begin with its mark`);
  });

  it.each([
    ['is no multiple of the block', 66],
    ['is less than the rows', 0],
  ])('refuses a capacity that %s', (_, capacity) => {
    put(columns.header + Cluster.capacity, capacity);
    const call = () => kernel.determine(memory.program);
    expect(call).toThrow(KernelError);
    expect(call).toThrow(/the number of rows does not fit the columns/);
  });

  it('refuses a changed row that does not exist', () => {
    kernel.determine(memory.program);
    put(memory.dirty, 3);
    put(memory.program + Program.dirtyCount, 1);
    const call = () => kernel.assign(memory.program, 0, 0);
    expect(call).toThrow(KernelError);
    expect(call).toThrow(/assign: a row does not exist/);
  });
});
