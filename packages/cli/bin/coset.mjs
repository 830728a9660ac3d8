#!/usr/bin/env -S node --max-semi-space-size=8 --initial-old-space-size=80 --heap-growing-percent=30
// Starts coset under a Node that is new enough: the running one, or else the one that coset depends on. Its heap is kept
// small, as in the image: the young generation would grow to 64 MB, and the old one to twice of what 100,000 waiting pods
// need; below 80 MB it may grow as it likes, so that a start is quick.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';

const oldestMajor = 24;
const bundle = new URL('../dist/coset.js', import.meta.url);

if (Number.parseInt(process.versions.node, 10) >= oldestMajor) {
  await import(bundle.href);
} else {
  const node = join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin/node');
  const child = spawn(node, [...process.execArgv, bundle.pathname, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    process.stderr.write(`coset: cannot start Node ${oldestMajor} (${node}): ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
