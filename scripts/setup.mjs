// node scripts/setup.mjs [MODULE [ARGUMENT...]]
// Brings a clone up to date (dependencies, WASM, bundle), then runs MODULE under the Node that the project pins.
// It is what `npm start` and `npm test` call first, so it needs Node 20 and nothing that is installed.
import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bundle,
  edgeBundle,
  isStale,
  kernelModule,
  kernels,
  kubernetesModule,
  page,
  recordsModule,
  root,
} from './stale.mjs';

const pinnedNode = join(root, 'node_modules/node/bin/node');

function packagesOf(lockFile) {
  return JSON.parse(readFileSync(join(root, lockFile), 'utf8')).packages;
}

/** Whether node_modules holds what the lock file asks for; optional packages are of other platforms. */
function isInstalled() {
  if (!existsSync(pinnedNode) || !existsSync(join(root, 'node_modules/.package-lock.json'))) return false;
  const installed = packagesOf('node_modules/.package-lock.json');
  return Object.entries(packagesOf('package-lock.json')).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  );
}

/** Runs a step of the set-up; what it prints goes to stderr, so that stdout stays the program's own. */
function step(title, command, args) {
  process.stderr.write(`coset: ${title}\n`);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  process.stderr.write(`coset: ${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}\n`);
  process.exit(1);
}

if (!isInstalled())
  step('installing the dependencies (npm ci)', 'npm', ['ci', '--loglevel=error', '--no-audit', '--no-fund']);
if ([...kernels, kernelModule, recordsModule, kubernetesModule, bundle, edgeBundle, page].some(isStale)) {
  step('building the WASM kernels, the command, dist/edge and the page', pinnedNode, ['scripts/build.mjs']);
}

const [module, ...args] = process.argv.slice(2);
if (module) {
  const child = spawn(pinnedNode, [join(root, module), ...args], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both processes; this one stays until the child has ended in its own way.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
