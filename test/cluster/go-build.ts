import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The user's cache folder for what this project builds once and uses for long. */
export function cacheFolder(name: string): string {
  const folder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** A program to build from a Go module. */
export interface GoProgram {
  /** Where the program goes; one that stands there already is taken as it is. */
  output: string;
  /** The folder of the go.mod that pins every version. */
  module: string;
  /** The import path of the program's main package. */
  package: string;
  ldflags?: string;
}

/**
 * Builds the program unless it is there, and says so on stderr, since it takes minutes the first time.
 * Rejects when there is no Go, or with the compiler's exit code; what the compiler says goes to stderr.
 */
export async function goBuild(program: GoProgram): Promise<string> {
  if (existsSync(program.output)) return program.output;
  process.stderr.write(`building ${program.output} (minutes, the first time)\n`);
  const started = performance.now();
  const args = [
    'build',
    '-mod=readonly',
    '-ldflags',
    `-s -w ${program.ldflags ?? ''}`,
    '-o',
    program.output,
    program.package,
  ];
  const code = await new Promise<number | null>((resolve, reject) => {
    const go = spawn('go', args, { cwd: program.module, stdio: ['ignore', 2, 2] });
    go.on('error', (error) => {
      reject(new Error(`Go 1.26 or newer is needed to build ${program.output}: ${error.message}`));
    });
    go.on('exit', resolve);
  });
  if (code !== 0) throw new Error(`go build ${program.package} failed with exit code ${code}`);
  process.stderr.write(`built ${program.output} in ${Math.round((performance.now() - started) / 1000)} s\n`);
  return program.output;
}
