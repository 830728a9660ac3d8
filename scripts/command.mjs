// How the command is bundled: one file that holds all of coset.
import { build } from 'esbuild';
import { root } from './stale.mjs';

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

/**
 * Bundles the command into the file, with a second one of licences beside it.
 * @param {string} outfile
 * @param {{ write?: boolean }} [options] without writing, the files are in what this returns
 */
export function bundleCommand(outfile, { write = true } = {}) {
  return build({
    absWorkingDir: root,
    entryPoints: ['src/cli.ts'],
    outfile,
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
    metafile: true,
    write,
  });
}
