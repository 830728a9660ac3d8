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

/** The Debian packages that the check needs, each with a file that shows it is there. */
const packages: Record<string, string> = {
  podman: '/usr/bin/podman',
  runc: '/usr/sbin/runc',
  mmdebstrap: '/usr/bin/mmdebstrap',
  iproute2: '/usr/sbin/ip',
  'ca-certificates': '/etc/ssl/certs/ca-certificates.crt',
};

/** Installs the Debian packages that are missing; throws with what to do where it may not. */
export function installPackages(): void {
  if (process.getuid?.() !== 0) throw new Error('image:check needs root: it makes a network and a container');
  const missing = Object.keys(packages).filter((name) => !existsSync(packages[name] as string));
  if (missing.length === 0) return;
  if (!existsSync('/usr/bin/apt-get'))
    throw new Error(`image:check needs these Debian packages: ${missing.join(' ')}`);
  process.stderr.write(`installing ${missing.join(' ')}\n`);
  run('apt-get', ['update', '-q'], { show: true });
  run('apt-get', ['install', '-qy', '--no-install-recommends', ...missing], { show: true });
}
