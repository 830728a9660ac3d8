// A third kernel, in plain TypeScript over the same memory: a second opinion that is written to be read, not to be fast.
// It makes a full pass over all nodes before every choice and keeps nothing from one choice to the next.
import * as layout from '../../assembly/layout.ts';
import { Cluster, Feature, Match, Placement, Program } from '../../build/records.js';
import { Kernel, recordSizes, type KernelExports } from '../../src/kernel/kernel.ts';
import { assign, determine } from './assign.ts';
import { filterOf } from './filters.ts';
import { xxh64 } from './hash.ts';
import { match } from './match.ts';
import { ReferenceMemory } from './memory.ts';
import { readProgram } from './program.ts';

export function referenceKernel(): Kernel {
  return new Kernel(referenceExports());
}

/** What a WebAssembly build exports, in plain TypeScript. */
export function referenceExports(): KernelExports {
  const memory = new ReferenceMemory();

  const errorInCluster = (cluster: number): number => {
    if (cluster === 0 || !memory.holds(cluster, Cluster.size)) return layout.ERROR_POINTER;
    if (memory.u32(cluster + Cluster.magic) !== layout.CLUSTER_MAGIC) return layout.ERROR_MAGIC;
    const rows = memory.u32(cluster + Cluster.rows);
    const capacity = memory.u32(cluster + Cluster.capacity);
    return capacity % layout.ROW_BLOCK === 0 && rows <= capacity ? 0 : layout.ERROR_CAPACITY;
  };
  const errorIn = (
    at: number,
    record: { size: number; magic: number; cluster: number },
    magic: number,
  ): number => {
    if (at === 0 || !memory.holds(at, record.size)) return layout.ERROR_POINTER;
    if (memory.u32(at + record.magic) !== magic) return layout.ERROR_MAGIC;
    return errorInCluster(memory.u32(at + record.cluster));
  };
  const errorInProgram = (program: number): number => errorIn(program, Program, layout.PROGRAM_MAGIC);

  return {
    memory,
    abiVersion: () => layout.ABI_VERSION,
    abiSizes: () => recordSizes,
    hash(features, count) {
      if (!memory.holds(features, count * Feature.size)) return layout.ERROR_POINTER;
      for (let n = 0; n < count; n++) {
        const record = features + n * Feature.size;
        const pointer = memory.u32(record + Feature.pointer);
        const length = memory.u32(record + Feature.length);
        if (!memory.holds(pointer, length)) return layout.ERROR_POINTER;
        memory.setU64(record + Feature.hash, xxh64(memory.bytes(pointer, length)));
      }
      return 0;
    },
    match(program) {
      const error = errorIn(program, Match, layout.MATCH_MAGIC);
      if (error === 0) match(memory, program);
      return error;
    },
    determine: (program) => errorInProgram(program) || determine(readProgram(memory, program)),
    assign(program, count, out) {
      const error = errorInProgram(program);
      if (error !== 0) return error;
      if (!memory.holds(out, count * Placement.size)) return layout.ERROR_POINTER;
      const view = readProgram(memory, program);
      const dirty = memory.u32(program + Program.dirty);
      const dirtyCount = memory.u32(program + Program.dirtyCount);
      for (let n = 0; n < dirtyCount; n++) {
        if (memory.u32Of(dirty, n) >= view.rows) return layout.ERROR_ROW;
      }
      return assign(view, count, out);
    },
    // nothing stands in for the rows here: their codes and totals are always found
    inspect: (program) => errorInProgram(program) || memory.u32(program + Program.feasible),
    check(program, row) {
      const error = errorInProgram(program);
      if (error !== 0) return error;
      const view = readProgram(memory, program);
      return row < view.rows ? filterOf(view)(row, true) : layout.ERROR_ROW;
    },
  };
}
