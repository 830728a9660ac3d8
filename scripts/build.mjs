// Builds what is missing or stale: the WASM kernels, then dist/coset.js, the one file that holds all of coset.
import { build } from 'esbuild';
import buildKernels from './kernels.mjs';
import { bundle, isStale, root } from './stale.mjs';

await buildKernels();
if (isStale(bundle)) {
  await build({
    absWorkingDir: root,
    entryPoints: ['src/cli.ts'],
    outfile: bundle.output,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'es2022',
    // Some dependencies are CommonJS and ask for Node's own modules by require, which an ES module lacks.
    banner: {
      js: "import { createRequire as cosetRequire } from 'node:module'; const require = cosetRequire(import.meta.url);",
    },
    legalComments: 'linked',
    logLevel: 'warning',
  });
}
