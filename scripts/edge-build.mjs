// Builds dist/edge: the service in one file that imports nothing, and the kernel beside it for hosts that compile it ahead.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { edgeBundle, isStale, root } from './stale.mjs';

export default async function buildEdge() {
  if (!isStale(edgeBundle)) return;
  await build({
    absWorkingDir: root,
    entryPoints: ['src/edge/index.ts'],
    outfile: edgeBundle.output,
    bundle: true,
    minify: true,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    format: 'esm',
    target: 'es2022',
    sourcemap: true,
    legalComments: 'linked',
    logLevel: 'warning',
  });
  copyFileSync(join(root, 'build/kernel.simd.wasm'), join(root, 'dist/edge/kernel.simd.wasm'));
}
