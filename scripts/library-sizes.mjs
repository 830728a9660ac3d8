// node scripts/library-sizes.mjs: writes the sizes of the library's parts into docs/LIBRARY.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import './library.mjs';
import { page, root } from './stale.mjs';

const DOCUMENT = join(root, 'docs/LIBRARY.md');
const SECTION = /(<!-- written by `npm run library:sizes` -->\n)[^]*(<!-- the end of what it writes -->)/;

/** The parts, each with what is imported. */
const PARTS = {
  coset: ['index'],
  'coset/devices': ['devices'],
  'coset/yaml': ['yaml'],
  'coset/plugins': ['plugins'],
  'coset/embedded': ['embedded'],
  'coset/edge': ['edge'],
  'coset/control': ['control'],
  'coset, with devices, yaml and plugins': ['index', 'devices', 'yaml', 'plugins'],
};

async function bundled(files) {
  const contents = files.map((file) => `export * from './${file}.js';`).join('');
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(root, 'dist/lib') },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    external: ['hono', 'hono/*', 'node:*'],
    legalComments: 'none',
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0].contents;
}

/** Bytes and bytes in gzip, by part. */
export async function measuredSizes() {
  const sizes = {};
  const add = (name, bytes) => {
    sizes[name] = { bytes: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
  };
  for (const [name, files] of Object.entries(PARTS)) add(name, await bundled(files));
  for (const name of ['kernel.simd.wasm', 'kernel.wasm'])
    add(`coset/${name}`, readFileSync(join(root, 'dist/lib', name)));
  add('the page, one file', readFileSync(join(root, page.output)));
  return sizes;
}

/** What the document says. */
export function writtenSizes() {
  const [section] = SECTION.exec(readFileSync(DOCUMENT, 'utf8'));
  const rows = section.matchAll(/^\| ([^|]+?) +\| +([\d,]+) \| +([\d,]+) \|$/gm);
  const number = (text) => Number(text.replaceAll(',', ''));
  return Object.fromEntries(
    [...rows].map(([, name, bytes, gzip]) => [name, { bytes: number(bytes), gzip: number(gzip) }]),
  );
}

async function writeSizes() {
  const rows = Object.entries(await measuredSizes()).map(([name, { bytes, gzip }]) => [
    name,
    ...[bytes, gzip].map((count) => count.toLocaleString('en-US')),
  ]);
  const all = [['part', 'minified', 'gzip'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column].length)));
  const line = ([name, ...counts]) =>
    `| ${[name.padEnd(widths[0]), ...counts.map((text, n) => text.padStart(widths[n + 1]))].join(' | ')} |`;
  const rule = `| ${'-'.repeat(widths[0])} | ${'-'.repeat(widths[1] - 1)}: | ${'-'.repeat(widths[2] - 1)}: |`;
  const [head, ...body] = all.map(line);
  const table = ['', head, rule, ...body, '', ''].join('\n');
  writeFileSync(DOCUMENT, readFileSync(DOCUMENT, 'utf8').replace(SECTION, `$1${table}$2`));
}

if (process.argv[1] === import.meta.filename) await writeSizes();
