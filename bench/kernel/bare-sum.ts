// The least that a pass over columns can cost: reading each of them once, and adding up what it holds.
import { instantiateSync } from '@assemblyscript/loader';
import type { Arena, LinearMemory } from '../../src/state/columns/arena.ts';
import type { ReadColumn } from './columns.ts';

const LANES_BYTES = 16;
const RECORD_BYTES = 12;

/** Compiles sum.ts with the kernel's options. Rejects with what the compiler says. */
export async function compileSum(): Promise<Uint8Array<ArrayBuffer>> {
  // the compiler takes a second to load, which the benches that need none are spared
  const { default: asc } = await import('assemblyscript/asc');
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  const options = ['--runtime', 'stub', '--optimizeLevel', '3', '--converge', '--use', 'abort='];
  const complaints: string[] = [];
  const { error } = await asc.main(
    [
      'sum.ts',
      ...['--baseDir', import.meta.dirname, '--outFile', 'sum.wasm'],
      ...['--enable', 'simd', '--importMemory', '--noExportMemory', ...options],
    ],
    {
      stderr: { write: (text) => void complaints.push(text.toString()) },
      writeFile(_, contents) {
        bytes = Uint8Array.from(contents as Uint8Array);
      },
    },
  );
  if (error !== null || bytes === undefined) {
    throw new Error(`asc cannot compile bench/kernel/sum.ts:\n${complaints.join('') || String(error)}`);
  }
  return bytes;
}

/** Functions that sum the columns in the kernel's own memory, by a module that was compiled from sum.ts. */
export function sumsOver(
  module: Uint8Array<ArrayBuffer>,
  memory: LinearMemory,
  arena: Arena,
  columns: readonly ReadColumn[],
): { bare: () => number; unrolled: () => number } {
  const { exports } = instantiateSync<{ sum(columns: number, count: number, unrolled: boolean): number }>(
    module,
    {
      env: { memory },
    },
  );
  const records = arena.allocate(columns.length * RECORD_BYTES);
  columns.forEach(({ pointer, bytesPerEntry, entries }, n) => {
    // the blocks are padded to whole lanes
    const bytes = Math.ceil((entries * bytesPerEntry) / LANES_BYTES) * LANES_BYTES;
    arena.u32.set([pointer, bytesPerEntry, bytes], (records + n * RECORD_BYTES) / 4);
  });
  return {
    bare: () => exports.sum(records, columns.length, false),
    unrolled: () => exports.sum(records, columns.length, true),
  };
}
