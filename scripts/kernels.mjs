import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';
import { isStale, kernels, root } from './stale.mjs';

/**
 * Compiles assembly/ to build/kernel.scalar.wasm and build/kernel.simd.wasm where they are missing or stale.
 * Each file appears by a rename: a test run beside this one never reads half a file.
 */
export default async function buildKernels() {
  mkdirSync(join(root, 'build'), { recursive: true });
  for (const kernel of kernels.filter(isStale)) {
    const unfinished = `${kernel.output}.${process.pid}`;
    const { error, stderr } = await asc.main([
      ...['assembly/index.ts', '--baseDir', root, '--config', 'asconfig.json'],
      ...['--target', kernel.target, '--outFile', unfinished],
    ]);
    if (error) {
      throw new Error(
        `asc cannot compile the ${kernel.target} kernel:\n${stderr.toString() || error.message}`,
      );
    }
    renameSync(join(root, unfinished), join(root, kernel.output));
  }
}
