import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, type RunOptions } from './commands.ts';

const certificates = '/etc/ssl/certs/ca-certificates.crt';
const standIn = 'localhost/standin/node24';
const image = 'localhost/coset:check';

/** The user and group that the image runs as. */
export const imageUser = 65532;

/** Nothing of the image can be written, no capability, few resources. */
const LOCKED_DOWN = [
  ...['--read-only', '--read-only-tmpfs=false', '--cap-drop', 'all', '--security-opt', 'no-new-privileges'],
  ...['--memory', '256m', '--pids-limit', '64', '--no-healthcheck'],
  ...['--ulimit', 'nofile=1024:4096', '--ulimit', 'nproc=4096:4096'],
];

const mounted = (mounts: Record<string, string>) =>
  Object.entries(mounts).flatMap(([inside, path]) => ['-v', `${path}:${inside}:ro`]);

export interface ImageDescription {
  Size: number;
  Labels: Record<string, string>;
  Config: object;
  Healthcheck: { Test: string[] };
  /** The digests of its layers. */
  RootFS: { Layers: string[] };
}

/** Podman with a store of its own, which `close` removes with all that is in it. */
export class Podman {
  readonly #folder = mkdtempSync(join(tmpdir(), 'coset-podman-'));

  #podman(args: string[], options?: RunOptions): string {
    const store = [
      ...['--root', join(this.#folder, 'storage'), '--runroot', join(this.#folder, 'run')],
      ...['--tmpdir', join(this.#folder, 'tmp'), '--storage-driver', 'overlay'],
      // crun, podman's first choice, refuses hosts that mix both versions of cgroups.
      ...['--runtime', 'runc', '--cgroup-manager', 'cgroupfs', '--events-backend', 'none'],
    ];
    return run('podman', [...store, ...args], options);
  }

  /** Builds the Dockerfile of the folder, unchanged, with the tar file in place of the image that it names first. */
  build(folder: string, baseTar: string): void {
    const from = /^FROM (\S+)/m.exec(readFileSync(join(folder, 'Dockerfile'), 'utf8'))?.[1];
    if (!from) throw new Error('Dockerfile: there is no FROM');
    // A proxy's certificate on this machine must count inside the build too.
    const npmrc = join(this.#folder, 'npmrc');
    writeFileSync(npmrc, `cafile=${certificates}\n`);
    this.#podman(['import', '--quiet', baseTar, standIn]);
    this.#podman(
      [
        ...['build', '--isolation', 'chroot', '--format', 'docker', '--pull=never', '--network', 'host'],
        // the same files at the same time are the same image
        ...['--timestamp', '0', '--no-cache'],
        ...['--build-context', `${from}=container-image://${standIn}`],
        ...['-v', `${certificates}:${certificates}:ro`, '-v', `${npmrc}:/usr/local/etc/npmrc:ro`],
        ...['-t', image, '-f', join(folder, 'Dockerfile'), folder],
      ],
      { show: true },
    );
  }

  /** What the image says of itself; its size is in bytes, uncompressed. */
  inspect(): ImageDescription {
    const [found] = JSON.parse(this.#podman(['image', 'inspect', image])) as [ImageDescription];
    return found;
  }

  /** Runs the image to its end as some other user, as locked down, and gives what it prints; throws when it fails. */
  runOnce(namespace: string, user: string, mounts: Record<string, string>, args: string[]): string {
    const options = ['run', '--rm', '--user', user, '--network', `ns:${namespace}`, ...LOCKED_DOWN];
    return this.#podman([...options, ...mounted(mounts), image, ...args]);
  }

  /**
   * Starts the image locked down: nothing of it can be written, no capability, few resources.
   * @param mounts host path by path in the container, all read-only
   */
  start(namespace: string, mounts: Record<string, string>, args: string[]): void {
    this.#podman([
      ...['run', '--detach', '--name', 'coset', '--network', `ns:${namespace}`],
      ...LOCKED_DOWN,
      ...mounted(mounts),
      image,
      ...args,
    ]);
  }

  /** Runs a command inside the running container; throws when it fails. */
  execute(command: readonly string[]): string {
    return this.#podman(['exec', 'coset', ...command]);
  }

  /** Runs JavaScript by the image's own Node inside the running container, and gives what it prints. */
  evaluate(script: string): string {
    return this.execute(['/usr/local/bin/node', '-e', script]);
  }

  running(): boolean {
    return this.#podman(['inspect', '--format', '{{.State.Running}}', 'coset']) === 'true';
  }

  /** What the program in the container wrote, stdout and then stderr. */
  logs(): string {
    return this.#podman(['logs', 'coset'], { withStderr: true });
  }

  /** Asks the container to end as Kubernetes would (SIGTERM, then ten seconds), and gives its exit code. */
  stop(): number {
    this.#podman(['stop', '--time', '10', 'coset']);
    return Number(this.#podman(['inspect', '--format', '{{.State.ExitCode}}', 'coset']));
  }

  close(): void {
    this.#podman(['rm', '--all', '--force', '--time', '0']);
    this.#podman(['image', 'rm', '--all', '--force']);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
