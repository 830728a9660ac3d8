// Builds the page: one HTML file that asks for nothing else, with the worker, the kernel and the styles in it.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { page, root } from './stale.mjs';

const options = {
  absWorkingDir: root,
  bundle: true,
  write: false,
  minify: true,
  format: 'iife',
  platform: 'browser',
  target: 'es2023',
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
};

const icon =
  "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><rect width='16' height='16' rx='3' fill='#e9ebea'/><path d='M0 8h16v5a3 3 0 0 1-3 3H3a3 3 0 0 1-3-3z' fill='#2f7fcb'/></svg>";

async function bundled(entryPoint, more = {}) {
  const { outputFiles } = await build({ ...options, entryPoints: [entryPoint], ...more });
  return outputFiles[0].text.trim();
}

/** Gives the page's script the worker's, as text. */
function workerText(text) {
  return {
    name: 'worker-text',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^coset:worker$/ }, ({ path }) => ({ path, namespace: 'worker-text' }));
      onLoad({ filter: /./, namespace: 'worker-text' }, () => ({ contents: text, loader: 'text' }));
    },
  };
}

const hashOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * The page may run what it brings and nothing else, and ask nobody. A worker from a blob has the policy of its page, so
 * that the one source of WebAssembly, which only the worker compiles, stands in it.
 */
function policyOf(script, style) {
  return [
    "default-src 'none'",
    `script-src ${hashOf(script)} 'wasm-unsafe-eval'`,
    `style-src ${hashOf(style)}`,
    'worker-src blob:',
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function writeFile(path, text) {
  const unfinished = join(root, `${path}.${process.pid}`);
  writeFileSync(unfinished, text);
  renameSync(unfinished, join(root, path));
}

/** Writes the page, and a module that exports its text for whoever serves it. */
export default async function buildPage() {
  const worker = await bundled('src/page/worker/worker.ts');
  const script = await bundled('src/page/ui/main.tsx', { plugins: [workerText(worker)] });
  const style = await bundled('src/page/ui/page.css');
  const parts = { POLICY: policyOf(script, style), ICON: `data:image/svg+xml,${encodeURIComponent(icon)}` };
  const template = readFileSync(join(root, 'src/page/ui/page.html'), 'utf8');
  // hashes are over what stands between the tags, to the letter
  const html = template.replaceAll(
    /%(\w+)%|<(style|script)><\/\2>/g,
    (whole, name, tag) =>
      parts[name] ?? (tag ? `<${tag}>${tag === 'style' ? style : script}</${tag}>` : whole),
  );
  mkdirSync(join(root, dirname(page.output)), { recursive: true });
  writeFile(page.module, `export const page = ${JSON.stringify(html)};\n`);
  writeFile(page.module.replace(/js$/, 'd.ts'), 'export declare const page: string;\n');
  writeFile(page.output, html);
  const kilobytes = (bytes) => `${Math.round(bytes / 1000)} KB`;
  process.stderr.write(
    `coset: ${page.output} has ${kilobytes(Buffer.byteLength(html))}, ${kilobytes(gzipSync(html).length)} as gzip\n`,
  );
}
