// Builds dist/lib, the package that others import: code, declarations and the kernels.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode, encode } from '@jridgewell/sourcemap-codec';
import { build } from 'esbuild';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import buildKernels from './kernels.mjs';
import { isStale, library, root } from './stale.mjs';

const SOURCES = 'src/library';
const FOLDER = 'dist/lib';
const entries = readdirSync(join(root, SOURCES)).map((file) => `${SOURCES}/${file}`);
const external = ['hono', 'hono/*', 'node:*'];

/** What several parts have in common stands in a file of its own, so that they can be used together. */
async function buildCode() {
  await build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir: FOLDER,
    bundle: true,
    splitting: true,
    chunkNames: 'shared-[hash]',
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2022',
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    external,
    legalComments: 'linked',
    logLevel: 'warning',
  });
}

/** Maps say the file and the line of coset's own sources, for stack traces: with columns and names they are larger than the code. */
function shortenMap(path) {
  const map = JSON.parse(readFileSync(path, 'utf8'));
  const isOwn = map.sources.map((source) => !source.includes('node_modules'));
  const lines = decode(map.mappings).map((segments) => {
    let before = [];
    return segments.flatMap(([column, source, line]) => {
      const at = source !== undefined && isOwn[source] ? [source, line] : [];
      if (at[0] === before[0] && at[1] === before[1]) return [];
      before = at;
      return [at.length === 0 ? [column] : [column, ...at, 0]];
    });
  });
  writeFileSync(path, JSON.stringify({ ...map, names: [], mappings: encode(lines) }));
}

async function buildDeclarations() {
  const bundle = await rollup({
    input: Object.fromEntries(entries.map((file) => [file.slice(SOURCES.length + 1, -'.ts'.length), file])),
    plugins: [dts({ tsconfig: join(root, 'tsconfig.json') })],
    // it would have every type that is told of by another one exported too
    onwarn: (warning, say) => {
      if (!warning.message.includes('no public re-export')) say(warning);
    },
    external: ['hono', /^node:/],
  });
  await bundle.write({
    dir: join(root, FOLDER),
    format: 'es',
    chunkFileNames: 'shared-[hash].d.ts',
    entryFileNames: '[name].d.ts',
  });
  await bundle.close();
}

/** Where the types of the host know no modules, it is an object. */
const MODULE_TYPE = `declare const module: typeof globalThis extends {
  WebAssembly: { Module: abstract new (...args: never) => infer T };
}
  ? T
  : object;
export default module;
`;

async function buildLibrary() {
  rmSync(join(root, FOLDER), { recursive: true, force: true });
  mkdirSync(join(root, FOLDER), { recursive: true });
  await buildCode();
  for (const file of readdirSync(join(root, FOLDER)))
    if (file.endsWith('.map')) shortenMap(join(root, FOLDER, file));
  for (const [from, to] of Object.entries({ scalar: 'kernel', simd: 'kernel.simd' })) {
    copyFileSync(join(root, `build/kernel.${from}.wasm`), join(root, FOLDER, `${to}.wasm`));
    writeFileSync(join(root, FOLDER, `${to}.wasm.d.ts`), MODULE_TYPE);
  }
  await buildDeclarations();
}

await buildKernels();
if (isStale(library)) await buildLibrary();
