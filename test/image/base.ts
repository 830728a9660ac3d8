import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../cluster/go-build.ts';
import { run } from './commands.ts';

/**
 * A stand-in for the official Node image, as a tar file in the user's cache folder: Debian's minimal system with this
 * Node and npm, where the official image has them. With it the Dockerfile builds where no image registry is reached.
 */
export function standInBase(): string {
  const npmVersion = run('npm', ['--version']);
  const tar = join(cacheFolder('coset-image'), `debian-node-${process.versions.node}-npm-${npmVersion}.tar`);
  if (existsSync(tar)) return tar;
  process.stderr.write('making a base image from Debian packages (a minute, the first time)\n');
  const folder = mkdtempSync(join(tmpdir(), 'coset-base-'));
  try {
    const system = join(folder, 'system');
    run('mmdebstrap', [
      '--quiet',
      '--variant=apt',
      '--include=ca-certificates,libstdc++6',
      'bookworm',
      system,
    ]);
    cpSync(process.execPath, join(system, 'usr/local/bin/node'));
    run('npm', [
      'install',
      '--global',
      '--no-audit',
      '--no-fund',
      '--prefix',
      join(system, 'usr/local'),
      `npm@${npmVersion}`,
    ]);
    const unfinished = `${tar}.${process.pid}`;
    run('tar', ['-C', system, '-cf', unfinished, '.']);
    renameSync(unfinished, tar);
    return tar;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
