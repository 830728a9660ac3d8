// coset embedded: the real `coset run` on a cluster in memory that holds the openb trace.
import { spawn, type ChildProcess } from 'node:child_process';
import events from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { CycleRecord } from '../control/types.ts';
import type { Pod } from '../api/types.ts';
import { readOpenb } from '../embedded/openb.ts';
import { serveEmbedded, type Embedded } from '../embedded/server.ts';
import { systemClock } from '../kube/backoff.ts';
import { Progress } from './progress.ts';
import { toldToEnd } from './signals.ts';
import { summarise } from './summary.ts';

export interface EmbeddedCommandOptions {
  port: number;
  once?: boolean;
  /** The folder of the package, where the trace lies. */
  home: URL;
}

const POLL_MS = 50;

/**
 * Serves until it is told to end, or ends after the summary with `once`. Throws when the port is taken, and when the
 * scheduler does not start or ends by itself.
 */
export async function embedded({ port, once = false, home }: EmbeddedCommandOptions): Promise<void> {
  const { nodes, pods } = readOpenb(new URL('data/openb/', home));
  const server = await serveEmbedded({ port });
  const ending = toldToEnd();
  const folder = mkdtempSync(join(tmpdir(), 'coset-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigOf(server.url));
  say(`A Kubernetes API in memory: ${server.url}`);
  say(`  kubectl --server=${server.url} get nodes`);
  server.store.load(nodes);
  server.store.load(pods);
  say(`The openb trace: ${nodes.length} nodes and ${pods.length} pods that all wait.`);
  const scheduler = new RunningScheduler(kubeconfig);
  try {
    await Promise.race([scheduleAll(server, scheduler, ending), scheduler.ended]);
    if (!once && !ending.aborted) {
      say('\nServing on; Ctrl-C ends it.');
      await Promise.race([events.once(ending, 'abort'), scheduler.ended]);
    }
  } finally {
    await scheduler.stop();
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

/** Waits for the scheduler to come to rest, and says what it did; or until the signal. */
async function scheduleAll(
  server: Embedded,
  scheduler: RunningScheduler,
  ending: AbortSignal,
): Promise<void> {
  const control = await scheduler.control;
  say(`The scheduler's control API: ${control}/api/v1/cycles`);
  const begin = performance.now();
  if (!(await settled(server, ending))) return;
  const seconds = (performance.now() - begin) / 1000;
  const response = await fetch(`${control}/api/v1/cycles?limit=10000`);
  const { cycles } = (await response.json()) as { cycles: CycleRecord[] };
  for (const line of summarise(server.store, cycles, seconds)) say(line);
}

/** Whether every pod is bound, or known not to fit, before the signal. */
async function settled({ store }: Embedded, ending: AbortSignal): Promise<boolean> {
  const progress = new Progress(process.stdout);
  try {
    while (!ending.aborted) {
      const pods = store
        .collection('pods')
        .sorted()
        .map(({ object }) => object as Pod);
      const bound = pods.filter(({ spec }) => spec?.nodeName).length;
      const refused = pods.filter((pod) => !pod.spec?.nodeName && refusalOf(pod) !== undefined).length;
      progress.show(`${bound} of ${pods.length} pods bound, ${refused} do not fit`);
      if (bound + refused === pods.length) return true;
      await systemClock.sleep(POLL_MS, ending);
    }
    return false;
  } finally {
    progress.clear();
  }
}

/** Why a pod waits, as the scheduler wrote it. */
export function refusalOf(pod: Pod): string | undefined {
  const condition = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  return condition?.status === 'False' ? condition.message : undefined;
}

/** `coset run` as a process of its own. */
class RunningScheduler {
  /** The address of its control API. */
  readonly control: Promise<string>;
  /** Rejects when the process ends although nobody stopped it. */
  readonly ended: Promise<never>;
  readonly #child: ChildProcess;
  #stopping = false;

  constructor(kubeconfig: string) {
    const args = [process.argv[1]!, 'run', '--kubeconfig', kubeconfig, '--control', '127.0.0.1:0'];
    // a group of its own: Ctrl-C must reach the scheduler through us; a channel: it ends when we do, however that is
    const stdio = ['ignore', 'pipe', 'inherit', 'ipc'] as const;
    const child = spawn(process.execPath, args, { stdio: [...stdio], detached: true });
    this.#child = child;
    this.ended = new Promise((_, reject) => {
      child.once('exit', (code) => {
        if (!this.#stopping) reject(new Error(`the scheduler ended by itself (exit code ${code})`));
      });
    });
    this.ended.catch(() => undefined);
    const lines = createInterface({ input: child.stdout! });
    const found = new Promise<string>((resolve) => {
      lines.on('line', (line) => {
        const { level, msg, url } = JSON.parse(line) as { level: string; msg?: string; url?: string };
        if (msg === 'control') resolve(url!);
        else if (level !== 'info') process.stderr.write(`${line}\n`);
      });
    });
    this.control = Promise.race([found, this.ended]);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await exited;
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'embedded', cluster: { server } }],
    contexts: [{ name: 'embedded', context: { cluster: 'embedded', user: 'nobody' } }],
    users: [{ name: 'nobody', user: {} }],
    'current-context': 'embedded',
  });
}
