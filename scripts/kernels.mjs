import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';
import { kubernetesTypes } from './kubernetes-types.mjs';
import { recordModule } from './records.mjs';
import { isStale, kernelModule, kernels, kubernetesModule, recordsModule, root } from './stale.mjs';

/**
 * Compiles assembly/ to build/kernel.scalar.wasm and build/kernel.simd.wasm where they are missing or stale, and writes the
 * modules that are made from them and from data/kubernetes.
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
  if (isStale(kernelModule)) writeKernels();
  if (isStale(recordsModule)) writeRecords();
  if (isStale(kubernetesModule)) writeFile(kubernetesModule.output, kubernetesTypes());
}

/** Writes the kernels' bytes as a module, which every runtime and bundler can import without a loader of its own. */
function writeKernels() {
  const exports = kernels.map(({ target, output }) => {
    const text = readFileSync(join(root, output)).toString('base64');
    // whoever imports one build gets that one alone
    return `export const ${target} = /* @__PURE__ */ Uint8Array.from(/* @__PURE__ */ atob('${text}'), (c) => c.charCodeAt(0));\n`;
  });
  const types = kernels.map(({ target }) => `export declare const ${target}: Uint8Array;\n`);
  writeModule(kernelModule.output, { code: exports.join(''), types: types.join('') });
}

/** Writes the offsets of the records that the kernels work on. */
function writeRecords() {
  const text = readFileSync(join(root, 'assembly/records.ts'), 'utf8');
  writeModule(recordsModule.output, recordModule(text));
}

function writeModule(output, { code, types }) {
  writeFile(output.replace(/js$/, 'd.ts'), types);
  writeFile(output, code);
}

function writeFile(path, text) {
  const unfinished = join(root, `${path}.${process.pid}`);
  writeFileSync(unfinished, text);
  renameSync(unfinished, join(root, path));
}
