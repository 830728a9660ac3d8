import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder; every path below is relative to it. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What the build makes, in build order, and what each is made from. */
const kernelInputs = ['assembly', 'asconfig.json', 'package-lock.json'];
export const kernels = [
  { target: 'scalar', output: 'build/kernel.scalar.wasm', inputs: kernelInputs },
  { target: 'simd', output: 'build/kernel.simd.wasm', inputs: kernelInputs },
];
export const kernelModule = {
  output: 'build/kernels.js',
  inputs: [...kernels.map(({ output }) => output), 'scripts/kernels.mjs'],
};
export const recordsModule = {
  output: 'build/records.js',
  inputs: ['assembly/records.ts', 'scripts/records.mjs'],
};
export const kubernetesModule = {
  output: 'build/kubernetes.d.ts',
  inputs: ['data/kubernetes/schemas.json.gz', 'scripts/kubernetes-types.mjs'],
};
export const bundle = {
  output: 'packages/cli/dist/coset.js',
  inputs: [
    ...['src', 'packages/h2', 'data', 'assembly/layout.ts', kernelModule.output, recordsModule.output],
    ...['package-lock.json', 'scripts/build.mjs', 'scripts/command.mjs'],
  ],
};
export const edgeBundle = {
  output: 'dist/edge/index.js',
  inputs: [...bundle.inputs, 'scripts/edge-build.mjs'],
};

/** The page in a browser: one file, and a module that exports its text. */
export const page = {
  output: 'dist/page/index.html',
  module: 'dist/page/index.js',
  inputs: [
    ...['src', 'assembly/layout.ts', kernelModule.output, recordsModule.output],
    ...['package-lock.json', 'scripts/page.mjs'],
  ],
};

export const library = {
  output: 'dist/lib/index.d.ts',
  inputs: [
    ...['src', 'assembly/layout.ts', kernelModule.output, recordsModule.output, kubernetesModule.output],
    ...['package-lock.json', 'scripts/library.mjs'],
  ],
};

/** Modification time, in milliseconds, of the newest file among `paths`, folders searched to their bottom. */
function newest(paths) {
  return Math.max(
    ...paths.map((path) => {
      const stat = statSync(path);
      return stat.isDirectory() ? newest(readdirSync(path).map((name) => join(path, name))) : stat.mtimeMs;
    }),
    0,
  );
}

/** Whether `output` is missing or older than one of its inputs. */
export function isStale({ output, inputs }) {
  const path = join(root, output);
  if (!existsSync(path)) return true;
  return (
    inputs.some((input) => !existsSync(join(root, input))) ||
    statSync(path).mtimeMs < newest(inputs.map((input) => join(root, input)))
  );
}
