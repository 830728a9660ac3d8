// Hours at work, in short: pods and nodes that come and go, each with names of its own, at a steady number of both. What the
// scheduler's process has must not grow with what has been.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveEmbedded } from '../../src/dev/embedded/server.ts';
import { startCoset } from '../../test/cluster/scheduler.ts';
import { writeConfiguration } from '../cycle/run.ts';
import type { Bench, Figure, Size } from '../figure.ts';
import { timingOf } from '../measure.ts';
import { workload } from '../workloads/workloads.ts';
import { Churn, type ChurnSize } from './churn.ts';

const SIZES: Readonly<Record<Size, ChurnSize & { seconds: number }>> = {
  full: { seconds: 600, nodes: 1000, pods: 2000, podsPerSecond: 50 },
  smoke: { seconds: 10, nodes: 50, pods: 100, podsPerSecond: 50 },
};
/** Times a second at which pods come and go. */
const TICKS_PER_SECOND = 10;

// a process's memory is read from /proc
export const churnBenches: readonly Bench[] =
  process.platform === 'linux' ? [{ name: 'churn/names', run: (size) => figures(SIZES[size], size) }] : [];

async function* figures(size: (typeof SIZES)[Size], name: Size): AsyncIterable<Figure> {
  const samples = await residentWhile(size);
  const tenth = Math.ceil(samples.length / 10);
  const middle = timingOf(samples.slice(4 * tenth, 6 * tenth)).median;
  const end = timingOf(samples.slice(-2 * tenth)).median;
  yield { name: 'churn/names/memory', value: end, unit: 'MiB' };
  const asked = name === 'full' ? { atMost: 1.1 } : undefined;
  yield { name: 'churn/names/end-to-middle', value: end / middle, unit: 'times', asked };
}

/** Runs the scheduler as it is shipped beside the churn. Returns its resident memory, in MiB, once a tick. */
async function residentWhile({ seconds, ...size }: (typeof SIZES)[Size]): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'coset-bench-'));
  const server = await serveEmbedded();
  try {
    const churn = new Churn(server, size);
    const scheduler = startCoset(writeConfiguration(folder, server, workload('none')));
    try {
      const samples: number[] = [];
      for (let tick = 0; tick < seconds * TICKS_PER_SECOND; tick++) {
        await new Promise((resolve) => setTimeout(resolve, 1000 / TICKS_PER_SECOND));
        scheduler.daemon.check();
        churn.replacePods(size.podsPerSecond / TICKS_PER_SECOND);
        if (tick % TICKS_PER_SECOND === 0) churn.replaceNode();
        samples.push(residentOf(scheduler.daemon.pid));
      }
      // a small run may be over before the first pods have their nodes
      if (seconds >= SIZES.full.seconds) churn.check();
      return samples;
    } finally {
      await scheduler.stop();
    }
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

function residentOf(pid: number): number {
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(resident) / 1024;
}
