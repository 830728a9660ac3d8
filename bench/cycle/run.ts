// One run of the scheduler as it is shipped, in a process of its own, against the API in memory in this one.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pod } from '../../src/model/types.ts';
import type { Change } from '../../src/dev/embedded/store/collection.ts';
import { serveEmbedded, type Embedded } from '../../src/dev/embedded/server.ts';
import { until } from '../../test/cluster/processes.ts';
import { startCoset } from '../../test/cluster/scheduler.ts';
import { usageOf } from '../process-usage.ts';
import { configurationFile, scenarioOf } from '../workloads/scenario.ts';
import { servedNode, servedPod } from '../workloads/served.ts';
import type { Counts, Workload } from '../workloads/workloads.ts';

/** What a run measures. */
export interface Measured {
  /** From the first pod that has its outcome to the last. */
  podsPerSecond: number;
  /** From the start of the process to the last outcome. */
  fromStart: number;
  /** Of the process from its start to the last outcome, in milliseconds. */
  cpuPerPod: number;
  /** In MiB, up to the last outcome. */
  peakMemory: number;
}

const TIMEOUT_SECONDS = 300;

/** Creates everything, then starts the scheduler, and waits until every pod has the outcome that the workload says. */
export async function runOnce(workload: Workload, counts: Counts): Promise<Measured> {
  const { nodes, pods, objects, pending } = scenarioOf(workload, counts, 'uniform');
  const folder = mkdtempSync(join(tmpdir(), 'coset-bench-'));
  const server = await serveEmbedded();
  try {
    server.store.load(objects);
    server.store.load(nodes.map(servedNode));
    server.store.load([...pods, ...pending].map((pod, n) => servedPod(pod, n)));
    const outcome = workload.outcome === 'none' ? isRefused : isBound;
    const outcomes = new Outcomes(server, outcome, pending.length);
    const configuration = writeConfiguration(folder, server, workload);
    const begin = performance.now();
    const scheduler = startCoset(configuration);
    const { daemon } = scheduler;
    try {
      const usage = outcomes.all.then(() => usageOf(daemon.pid));
      await until(`${workload.name}: an outcome for every pod`, TIMEOUT_SECONDS, () => {
        daemon.check();
        return outcomes.count === pending.length ? true : undefined;
      });
      const { cpuMs, peakMemory } = await usage;
      const { first, last, count } = outcomes;
      return {
        podsPerSecond: ((count - 1) / (last - first)) * 1000,
        fromStart: (count / (last - begin)) * 1000,
        cpuPerPod: cpuMs / count,
        peakMemory,
      };
    } finally {
      await scheduler.stop();
    }
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

/** Counts the pods that come to an outcome, with the times of the first and the last. */
class Outcomes {
  /** When the last pod came to its outcome. */
  readonly all: Promise<void>;
  count = 0;
  first = 0;
  last = 0;

  constructor({ store }: Embedded, isOutcome: (pod: Pod) => boolean, pods: number) {
    this.all = new Promise((resolve) => {
      store.collection('pods').subscribe(({ before, after }: Change) => {
        if (after === undefined || !isOutcome(after.object) || (before && isOutcome(before.object))) return;
        this.last = performance.now();
        if (this.count++ === 0) this.first = this.last;
        if (this.count === pods) resolve();
      });
    });
  }
}

function isBound({ spec }: Pod): boolean {
  return spec?.nodeName !== undefined;
}

function isRefused({ status }: Pod): boolean {
  return (
    status?.conditions?.some(({ type, status: is }) => type === 'PodScheduled' && is === 'False') ?? false
  );
}

/** Writes the scheduler's configuration, with the way to the server, into the folder. Returns its path. */
export function writeConfiguration(folder: string, { url }: Embedded, workload: Workload): string {
  const write = (name: string, content: object) => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(content));
    return path;
  };
  const kubeconfig = write('kubeconfig', {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'bench', cluster: { server: url } }],
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
    users: [{ name: 'bench', user: {} }],
    'current-context': 'bench',
  });
  return write('config.json', { ...configurationFile(workload), clientConnection: { kubeconfig } });
}
