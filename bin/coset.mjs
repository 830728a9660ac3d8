#!/usr/bin/env node
// Starts coset under a Node that is new enough: the running one, or else the one that coset depends on.
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
  const child = spawn(node, [bundle.pathname, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    process.stderr.write(`coset: cannot start Node ${oldestMajor} (${node}): ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
