// Kubernetes' own benchmark of schedulers on a real API server: each workload of each case by its name, coset and
// kube-scheduler on a control plane of their own one after the other.
import { orderOf } from '../cluster/rounds.ts';
import { whereItRuns } from '../cluster/where-it-runs.ts';
import type { Bench, Figure, Size } from '../figure.ts';
import { WORKLOADS, type Workload } from './cases.ts';
import { leftOut } from './left-out.ts';
import { CONTESTANTS, runWorkload, type Contestant, type Measured } from './run.ts';
import { smoke } from './smoke.ts';

// what a process uses is read from /proc
export const schedulerPerfBenches: readonly Bench[] =
  process.platform === 'linux'
    ? [
        { ...whereItRuns('scheduler-perf/smoke', smoke), sizes: ['smoke'] },
        ...WORKLOADS.map((workload, at): Bench => ({
          ...whereItRuns(`scheduler-perf/${workload.name}`, (size) => figures(workload, at, size)),
          sizes: isLargest(workload) ? ['full'] : [],
          keptIn: `scheduler-perf/${workload.name.replaceAll('/', '_')}`,
        })),
      ]
    : [];

/** The first one where several are as large. */
function isLargest(workload: Workload): boolean {
  const alike = WORKLOADS.filter(({ caseName }) => caseName === workload.caseName);
  return alike.reduce((one, other) => (other.size > one.size ? other : one)) === workload;
}

/** A small run is of coset alone. */
async function* figures(workload: Workload, at: number, size: Size): AsyncIterable<Figure> {
  const reason = leftOut(workload);
  if (reason !== undefined) {
    process.stderr.write(`bench: ${workload.name} is left out: ${reason}\n`);
    return;
  }
  const measured = new Map<Contestant, Measured>();
  for (const contestant of size === 'smoke' ? (['coset'] as const) : orderOf(CONTESTANTS, at)) {
    const one = await runWorkload(contestant, workload);
    process.stderr.write(`bench: ${contestant}: ${JSON.stringify(one)}\n`);
    measured.set(contestant, one);
  }
  const name = (what: string) => `scheduler-perf/${workload.name}/${what}`;
  for (const [contestant, one] of measured) {
    const { pods, throughput, seconds, cpuMs, peakMemory, load } = one;
    const of = (what: string, value: number, unit: string) => ({
      name: name(`${contestant}/${what}`),
      value,
      unit,
    });
    yield of('pods', pods, 'pods');
    yield of('throughput', throughput, 'pods/s');
    yield of('seconds', seconds, 's');
    yield of('cpu-per-pod', cpuMs / Math.max(pods, 1), 'ms/pod');
    yield of('peak-memory', peakMemory, 'MiB');
    yield of('load', load, 'processes');
  }
  yield* compared(workload, measured, name);
}

function* compared(
  { threshold }: Workload,
  measured: ReadonlyMap<Contestant, Measured>,
  name: (what: string) => string,
): Iterable<Figure> {
  const [coset, other] = CONTESTANTS.map((contestant) => measured.get(contestant));
  if (other !== undefined) {
    const value = coset!.throughput / other.throughput;
    yield { name: name('coset-to-kube-scheduler/throughput'), value, unit: 'times' };
  }
  if (threshold !== undefined) {
    yield { name: name('threshold'), value: threshold, unit: 'pods/s' };
    const value = coset!.throughput / threshold;
    yield { name: name('coset-to-threshold'), value, unit: 'times', asked: { atLeast: 1 } };
  }
}
