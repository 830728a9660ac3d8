import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export interface RunOptions {
  /** Let the command write to this process's stderr, for long work; nothing is returned then. */
  show?: boolean;
  /** Return stderr too, after stdout. */
  withStderr?: boolean;
}

/** Runs a command to its end and gives its stdout, trimmed; throws with what it printed when it fails. */
export function run(command: string, args: string[], { show, withStderr }: RunOptions = {}): string {
  const output = show ? 2 : 'pipe';
  const result = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', output, output],
  });
  // Node's types leave out that a stream which is not piped gives null.
  const [stdout, stderr] = [result.stdout as string | null, result.stderr as string | null];
  if (result.status !== 0) {
    const said = result.error?.message ?? `${stdout ?? ''}${stderr ?? ''}`.slice(-4000);
    throw new Error(`${command} ${args.join(' ')} failed:\n${said}`);
  }
  return `${stdout ?? ''}${withStderr ? (stderr ?? '') : ''}`.trim();
}

/**
 * Installs the Debian packages that are missing, each of which is there when its file is; throws with what to do where it
 * may not.
 * @param needs how the message begins
 */
export function installPackages(packages: Readonly<Record<string, string>>, needs: string): void {
  const missing = Object.keys(packages).filter((name) => !existsSync(packages[name]!));
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    throw new Error(
      `${needs} these Debian packages, or root on Debian to install them: ${missing.join(' ')}`,
    );
  process.stderr.write(`installing ${missing.join(' ')}\n`);
  run('apt-get', ['update', '-q'], { show: true });
  run('apt-get', ['install', '-qy', '--no-install-recommends', ...missing], { show: true });
}
