// Builds what is missing or stale: the WASM kernels, dist/edge, the command (one file that holds all of coset, and its data),
// and the page in dist/page.
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import buildEdge from './edge-build.mjs';
import buildKernels from './kernels.mjs';
import buildPage from './page.mjs';
import { bundle, isStale, page, root } from './stale.mjs';

/**
 * Leaves out what nobody uses of the Kubernetes client: hundreds of generated classes, of which a kubeconfig takes none.
 * Its package does not say that its modules do nothing but define things.
 */
const usedOnly = {
  name: 'used-only',
  setup({ onResolve, resolve }) {
    const filter = /^@kubernetes\/client-node$|^\./;
    onResolve({ filter }, async ({ path, pluginData, ...options }) => {
      const isClient = path.startsWith('@') || options.importer.includes('@kubernetes/client-node');
      if (!isClient || pluginData === usedOnly) return undefined;
      const resolved = await resolve(path, { ...options, pluginData: usedOnly });
      return { ...resolved, sideEffects: false };
    });
  },
};

await buildKernels();
await buildEdge();
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
    plugins: [usedOnly],
    logLevel: 'warning',
  });
  for (const name of ['data', 'LICENSE'])
    if (existsSync(join(root, name)))
      cpSync(join(root, name), join(root, 'packages/cli', name), { recursive: true });
}
if (isStale(page)) await buildPage();
