// coset embedded: the real `coset run` on a cluster in memory that holds the openb trace.
import { spawn, type ChildProcess } from 'node:child_process';
import events from 'node:events';
import { fstatSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { colours } from './colours.ts';
import type { CycleRecord } from '../control/types.ts';
import type { Pod } from '../model/types.ts';

import { readOpenb } from '../dev/embedded/openb.ts';
import { serveEmbedded, type Embedded } from '../dev/embedded/server.ts';
import { systemClock } from '../kube/clock.ts';
import { Progress } from './progress.ts';
import { toldToEnd } from './signals.ts';
import { printSummary, refusalOf, summaryOf } from './summary.ts';

export interface EmbeddedCommandOptions {
  port: number;
  once?: boolean;
  controllers: boolean;
  /** How the summary is printed; what is said beside it goes to standard error unless it is a table. */
  output: 'json' | 'table' | 'yaml';
  /** The folder of the package, where the trace lies. */
  home: URL;
}

const POLL_MS = 100;
const READER_MS = 1000;

/**
 * Serves until it is told to end, or ends after the summary with `once`. Throws when the port is taken, and when the
 * scheduler does not start or ends by itself.
 */
export async function embedded(options: EmbeddedCommandOptions): Promise<void> {
  const { port, once = false, controllers, home } = options;
  const { nodes, pods } = readOpenb(new URL('data/openb/', home));
  const server = await serveEmbedded({ port, controllers });
  const ending = toldToEnd({ whenUnread: true });
  const folder = mkdtempSync(join(tmpdir(), 'coset-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigOf(server.url));
  server.store.load(nodes);
  server.store.load(pods);
  const say = speaker(options);
  say(banner(server.url, kubeconfig, nodes.length, pods));
  const scheduler = new RunningScheduler(kubeconfig);
  try {
    await Promise.race([scheduleAll(server, scheduler, ending, options), scheduler.ended]);
    if (!once && !ending.aborted) {
      say('\nServing on; Ctrl-C ends it.');
      await Promise.race([noticeReader(ending), scheduler.ended]);
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
  options: EmbeddedCommandOptions,
): Promise<void> {
  const say = speaker(options);
  const control = await scheduler.control;
  say(`The scheduler's control API: ${control}/coset/v1/cycles`);
  const begin = performance.now();
  if (!(await isDone(server, ending))) return;
  const seconds = (performance.now() - begin) / 1000;
  const response = await fetch(`${control}/coset/v1/cycles?limit=10000`);
  const { cycles } = (await response.json()) as { cycles: CycleRecord[] };
  process.stdout.write(`${printSummary(summaryOf(server.store, cycles, seconds), options.output)}\n`);
}

/**
 * Notices that the reader of a pipe has gone, which only a write tells: now and then one of white space, which JSON and
 * YAML pass over and a terminal does not show. Returns at the signal.
 */
async function noticeReader(ending: AbortSignal): Promise<void> {
  const output = fstatSync(process.stdout.fd);
  const isPipe = output.isFIFO() || output.isSocket();
  while (isPipe && !ending.aborted) {
    process.stdout.write('\r');
    await systemClock.sleep(READER_MS, ending);
  }
  if (!ending.aborted) await events.once(ending, 'abort');
}

/** Whether every pod is bound, or known not to fit, before the signal. */
async function isDone({ store }: Embedded, ending: AbortSignal): Promise<boolean> {
  const progress = new Progress(process.stdout);
  try {
    while (!ending.aborted) {
      const pods = store.list<Pod>('pods');
      const waiting = pods.filter(({ spec }) => !spec?.nodeName);
      const bound = pods.length - waiting.length;
      const refused = waiting.filter((pod) => refusalOf(pod) !== undefined).length;
      progress.show(`${bound} of ${pods.length} pods bound, ${refused} do not fit`);
      if (bound + refused === pods.length) return true;
      await systemClock.sleep(POLL_MS, ending);
    }
    return false;
  } finally {
    progress.clear();
  }
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
    const args = [
      process.argv[1]!,
      'run',
      '--kubeconfig',
      kubeconfig,
      '--secure-port',
      '0',
      '--control',
      '127.0.0.1:0',
      '--output',
      'json',
    ];
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

/** Says a line, where it is not in the way of a summary that a program reads. */
function speaker({ output }: EmbeddedCommandOptions): (text: string) => void {
  const stream = output === 'table' ? process.stdout : process.stderr;
  return (text) => void stream.write(`${text}\n`);
}

/** Where the cluster is, what is in it, and what to try first. */
function banner(url: string, kubeconfig: string, nodes: number, pods: readonly Pod[]): string {
  const namespace = pods[0]?.metadata?.namespace ?? 'default';
  return [
    `A Kubernetes API in memory: ${colours.cyan(url)}`,
    `The openb trace: ${nodes} nodes, and ${pods.length} pods in the namespace ${colours.cyan(namespace)} that all wait.`,
    '',
    'In another terminal:',
    `  export KUBECONFIG=${kubeconfig}`,
    ...[
      `kubectl get pods -n ${namespace} -o wide`,
      'kubectl create deployment web --image=nginx --replicas=3',
      'kubectl get pods --watch',
    ].map((command) => `  ${colours.bold(command)}`),
    '',
  ].join('\n');
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
