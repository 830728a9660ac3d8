import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { binary } from './binaries.ts';
import type { ControlPlane } from './control-plane.ts';
import { atExit, Daemon } from './processes.ts';

const ROOT = join(import.meta.dirname, '../..');

/**
 * A configuration that coset and kube-scheduler both read: the stock profile, no leader election (there is one
 * scheduler), more requests a second than the server can answer, and coset's own settings as the arguments of its plugin.
 * @param kubeconfig where the scheduler finds its kubeconfig
 * @param pluginConfig the arguments of other plugins
 */
export function configurationFile(
  controlPlane: ControlPlane,
  kubeconfig = controlPlane.cosetKubeconfigPath,
  pluginConfig: readonly object[] = [],
): string {
  const path = join(controlPlane.folder, 'scheduler.yaml');
  writeFileSync(
    path,
    `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
clientConnection:
  kubeconfig: ${JSON.stringify(kubeconfig)}
  qps: 10000
  burst: 10000
leaderElection:
  leaderElect: false
profiles:
  - schedulerName: default-scheduler
    pluginConfig:
      - name: EquivalenceClasses
        args:
          order: grouped
          ties: first
${pluginConfig.map((one) => `      - ${JSON.stringify(one)}\n`).join('')}`,
  );
  return path;
}

/** A scheduler under test; `stop` gives its exit code. */
export interface Scheduler {
  daemon: Daemon;
  stop(): Promise<number | null>;
}

/** Starts a program that schedules. */
export function startScheduler(command: string, args: string[]): Scheduler {
  const daemon = new Daemon(command, args);
  const forget = atExit(() => daemon.kill());
  return {
    daemon,
    stop: async () => {
      const code = await daemon.stop();
      forget();
      return code;
    },
  };
}

/** Starts kube-scheduler with a configuration file. It serves nothing, since a port would have to be free. */
export async function startKubeScheduler(
  configuration: string,
  more: readonly string[] = [],
): Promise<Scheduler> {
  const args = ['--config', configuration, '--secure-port', '0', ...more];
  return startScheduler(await binary('kube-scheduler'), args);
}

/** Serves the control API on a free port, to everybody on this machine. */
const LOOPBACK = ['--secure-port', '0', '--control', '127.0.0.1:0'];

/** Starts `coset run` with a configuration file, as the image does. */
export function startCoset(configuration: string, serving: readonly string[] = LOOPBACK): Scheduler {
  return startCosetWith(['run', '--config', configuration, ...serving]);
}

/** Starts what the image does with these arguments. */
export function startCosetWith(more: readonly string[]): Scheduler {
  return startScheduler(process.execPath, [...cosetArgs(), ...more]);
}

/** Runs what the image does with these arguments, to its end. */
export function runCoset(more: readonly string[]): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...cosetArgs(), ...more], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), text: stdout || stderr }),
    );
  });
}

function cosetArgs(): string[] {
  const [, ...args] = entryPoint();
  const bundle = join(ROOT, 'packages/cli/dist/coset.js');
  return args.map((arg) => (arg === '/app/coset.js' ? bundle : arg));
}

/** What the image runs, with the flags of its Node. */
function entryPoint(): string[] {
  const [, list] = /^ENTRYPOINT (\[.*\])$/m.exec(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'))!;
  return JSON.parse(list!) as string[];
}
