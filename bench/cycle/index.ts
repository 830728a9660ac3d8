// The whole scheduler, the way through an API included: lists, watches, bindings and events over loopback HTTP.
import type { Bench, Figure, Size } from '../figure.ts';
import { timingOf } from '../measure.ts';
import { shares } from '../shares.ts';
import { countsThroughApi, workload as named, WORKLOADS, type Workload } from '../workloads/workloads.ts';
import { runOnce, type Measured } from './run.ts';

const ROUNDS: Readonly<Record<Size, number>> = { full: 3, smoke: 1 };

const UNCONSTRAINED = named('none');

// a process's use of CPU and memory is read from /proc
export const cycleBenches: readonly Bench[] =
  process.platform === 'linux'
    ? WORKLOADS.filter(({ objects }) => objects === undefined).map((workload) => ({
        name: `cycle/${workload.name}`,
        run: (size) => figures(workload, size),
      }))
    : [];

async function* figures(workload: Workload, size: Size): AsyncIterable<Figure> {
  const rounds: { it: Measured; none: Measured }[] = [];
  for (let n = 0; n < ROUNDS[size]; n++) {
    const it = await runOnce(workload, countsThroughApi(workload, size));
    // in turns, so that a disturbance hits both
    const none =
      workload === UNCONSTRAINED ? it : await runOnce(UNCONSTRAINED, countsThroughApi(UNCONSTRAINED, size));
    rounds.push({ it, none });
  }
  const figure = (what: string, unit: string, of: (round: (typeof rounds)[number]) => number): Figure => {
    const { median, spread } = timingOf(rounds.map(of));
    return { name: `cycle/${workload.name}/${what}`, value: median, unit, spread };
  };
  const cpu = figure('cpu-per-pod', 'ms/pod', ({ it }) => it.cpuPerPod);
  yield figure('pods-per-second', 'pods/s', ({ it }) => it.podsPerSecond);
  yield figure('from-start', 'pods/s', ({ it }) => it.fromStart);
  yield cpu;
  yield figure('peak-memory', 'MiB', ({ it }) => it.peakMemory);
  if (workload !== UNCONSTRAINED) {
    yield figure('rate-to-none', 'times', ({ it, none }) => it.podsPerSecond / none.podsPerSecond);
    yield figure('cpu-to-none', 'times', ({ it, none }) => it.cpuPerPod / none.cpuPerPod);
  }
  yield* shares(`cycle/${workload.name}`, workload, countsThroughApi(workload, size), cpu.value, size);
}
