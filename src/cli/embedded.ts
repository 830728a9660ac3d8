// coset embedded: the real `coset run` on a cluster in memory that holds the openb trace.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { CycleRecord } from '../control/types.ts';
import type { Pod } from '../api/types.ts';
import { readOpenb } from '../embedded/openb.ts';
import { serveEmbedded, type Embedded } from '../embedded/server.ts';
import { Progress } from './progress.ts';
import { summarise } from './summary.ts';

export interface EmbeddedCommandOptions {
  port: number;
  once?: boolean;
  /** The folder of the package, where the trace lies. */
  home: URL;
}

const POLL_MS = 50;

/** Serves until SIGINT, or ends after the summary with `once`. Throws when the scheduler does not start or ends early. */
export async function embedded({ port, once = false, home }: EmbeddedCommandOptions): Promise<void> {
  const { nodes, pods } = readOpenb(new URL('data/openb/', home));
  const server = await serveEmbedded({ port });
  const folder = mkdtempSync(join(tmpdir(), 'coset-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigOf(server.url));
  const say = (text: string) => process.stdout.write(`${text}\n`);
  say(`A Kubernetes API in memory: ${server.url}`);
  say(`  kubectl --server=${server.url} get nodes`);
  server.store.load(nodes);
  server.store.load(pods);
  say(`The openb trace: ${nodes.length} nodes and ${pods.length} pods that all wait.`);
  const scheduler = new RunningScheduler(kubeconfig);
  const interrupted = new Promise<void>((resolve) => process.once('SIGINT', resolve));
  try {
    const control = await scheduler.control;
    say(`The scheduler's control API: ${control}/api/v1/cycles`);
    const begin = performance.now();
    await Promise.race([settled(server, scheduler), interrupted]);
    const seconds = (performance.now() - begin) / 1000;
    const { cycles } = (await (await fetch(`${control}/api/v1/cycles?limit=10000`)).json()) as {
      cycles: CycleRecord[];
    };
    for (const line of summarise(server.store, cycles, seconds)) say(line);
    if (!once) {
      say('\nServing on; Ctrl-C ends it.');
      await Promise.race([interrupted, scheduler.ended]);
    }
  } finally {
    await scheduler.stop();
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

/** Resolves when every pod is bound, or is known not to fit. */
async function settled({ store }: Embedded, scheduler: RunningScheduler): Promise<void> {
  const progress = new Progress(process.stdout);
  for (;;) {
    const pods = store
      .collection('pods')
      .sorted()
      .map(({ object }) => object as Pod);
    const bound = pods.filter(({ spec }) => spec?.nodeName).length;
    const refused = pods.filter((pod) => !pod.spec?.nodeName && refusalOf(pod) !== undefined).length;
    progress.show(`${bound} of ${pods.length} pods bound, ${refused} do not fit`);
    if (bound + refused === pods.length) break;
    await Promise.race([delay(POLL_MS), scheduler.ended]);
  }
  progress.clear();
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
    // a group of its own: Ctrl-C must reach the scheduler only after the summary
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
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
        const { msg, url } = JSON.parse(line) as { msg?: string; url?: string };
        if (msg === 'control') resolve(url!);
      });
    });
    this.control = Promise.race([found, this.ended]);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#child.exitCode !== null) return;
    const exited = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await exited;
  }
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
