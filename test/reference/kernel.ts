// A third kernel, in plain TypeScript over the same memory: a second opinion that is written to be read, not to be fast.
// It makes a full pass over all nodes before every choice and keeps nothing from one choice to the next.
import * as layout from '../../assembly/layout.ts';
import { Kernel, type KernelExports } from '../../src/kernel/kernel.ts';
import { assign, determine } from './assign.ts';
import { filterOf } from './filters.ts';
import { xxh64 } from './hash.ts';
import { match } from './match.ts';
import { ReferenceMemory } from './memory.ts';
import { readTurn } from './turn.ts';

export function referenceKernel(): Kernel {
  return new Kernel(referenceExports());
}

/** What a WebAssembly build exports, in plain TypeScript. */
export function referenceExports(): KernelExports {
  const memory = new ReferenceMemory();

  const errorInCluster = (cluster: number): number => {
    if (cluster === 0 || !memory.holds(cluster, layout.CLUSTER_SIZE)) return layout.ERROR_POINTER;
    if (memory.u32(cluster + layout.CLUSTER_MAGIC_AT) !== layout.CLUSTER_MAGIC) return layout.ERROR_MAGIC;
    const rows = memory.u32(cluster + layout.CLUSTER_ROWS_AT);
    const capacity = memory.u32(cluster + layout.CLUSTER_CAPACITY_AT);
    return capacity % layout.ROW_BLOCK === 0 && rows <= capacity ? 0 : layout.ERROR_CAPACITY;
  };
  const errorIn = (
    record: number,
    size: number,
    magicAt: number,
    magic: number,
    clusterAt: number,
  ): number => {
    if (record === 0 || !memory.holds(record, size)) return layout.ERROR_POINTER;
    if (memory.u32(record + magicAt) !== magic) return layout.ERROR_MAGIC;
    return errorInCluster(memory.u32(record + clusterAt));
  };
  const errorInTurn = (turn: number): number =>
    errorIn(turn, layout.TURN_SIZE, layout.TURN_MAGIC_AT, layout.TURN_MAGIC, layout.TURN_CLUSTER_AT);

  return {
    memory,
    abiVersion: () => layout.ABI_VERSION,
    abiSizes: () => (layout.TURN_SIZE << 16) | (layout.MATCH_SIZE << 8) | layout.CLUSTER_SIZE,
    hash(features, count) {
      if (!memory.holds(features, count * layout.FEATURE_SIZE)) return layout.ERROR_POINTER;
      for (let n = 0; n < count; n++) {
        const record = features + n * layout.FEATURE_SIZE;
        const pointer = memory.u32(record);
        const length = memory.u32(record + 4);
        if (!memory.holds(pointer, length)) return layout.ERROR_POINTER;
        memory.setU64(record + 8, xxh64(memory.bytes(pointer, length)));
      }
      return 0;
    },
    match(program) {
      const { MATCH_SIZE, MATCH_MAGIC_AT, MATCH_MAGIC, MATCH_CLUSTER_AT } = layout;
      const error = errorIn(program, MATCH_SIZE, MATCH_MAGIC_AT, MATCH_MAGIC, MATCH_CLUSTER_AT);
      if (error === 0) match(memory, program);
      return error;
    },
    determine: (turn) => errorInTurn(turn) || determine(readTurn(memory, turn)),
    assign(turn, count, out) {
      const error = errorInTurn(turn);
      if (error !== 0) return error;
      if (!memory.holds(out, count * 16)) return layout.ERROR_POINTER;
      const view = readTurn(memory, turn);
      const dirty = memory.u32(turn + layout.TURN_DIRTY_AT);
      const dirtyCount = memory.u32(turn + layout.TURN_DIRTY_COUNT_AT);
      for (let n = 0; n < dirtyCount; n++) {
        if (memory.u32Of(dirty, n) >= view.rows) return layout.ERROR_ROW;
      }
      return assign(view, count, out);
    },
    // nothing stands in for the rows here: their codes and totals are always found
    settle: (turn) => errorInTurn(turn) || memory.u32(turn + layout.TURN_FEASIBLE_AT),
    check(turn, row) {
      const error = errorInTurn(turn);
      if (error !== 0) return error;
      const view = readTurn(memory, turn);
      return row < view.rows ? filterOf(view)(row, true) : layout.ERROR_ROW;
    },
  };
}
