// The whole way through a real API server, side by side with kube-scheduler and with a client that only binds.
import type { Scenario } from '../../src/model/types.ts';
import type { Bench, Figure, Size } from '../figure.ts';
import { timingOf, type Timing } from '../measure.ts';
import { shares } from '../shares.ts';
import { scenarioOf } from '../workloads/scenario.ts';
import { countsThroughApi, workload, type Workload } from '../workloads/workloads.ts';
import { CONTESTANTS, type Contestant } from './contestants.ts';
import { measuredRun, type Measured } from './measured-run.ts';
import { pendingMemory, startUp } from './loads.ts';
import { orderOf, ratio, type Round } from './rounds.ts';
import { whereItRuns } from './where-it-runs.ts';

const ROUNDS: Readonly<Record<Size, number>> = { full: 5, smoke: 1 };

/** How many times kube-scheduler's pods a second are asked for. */
const TIMES_KUBE_SCHEDULER_MIN = {
  none: 2,
  'default-spreading': 3.5,
  'zone-spreading-hard': 5,
  'required-affinity': 5,
  'required-anti-affinity': 5,
  mixed: 6,
};
/** Of the bare client's pods a second, and of its CPU. */
const BARE_CLIENT_RATE_MIN = 0.85;
const BARE_CLIENT_CPU_MAX = 1.5;
/** Of the pods a second of the client that only binds. */
const BINDING_CLIENT_RATE_MIN = 0.9;

// what a process uses is read from /proc
export const clusterBenches: readonly Bench[] =
  process.platform === 'linux'
    ? [
        ...Object.entries(TIMES_KUBE_SCHEDULER_MIN).map(([name, times]) => ({
          ...whereItRuns(`cluster/${name}`, (size) => figures(workload(name), size, times)),
          // that one has the pods of all the others
          sizes: name === 'mixed' ? (['full', 'smoke'] as const) : (['full'] as const),
        })),
        whereItRuns('cluster/pending-memory', pendingMemory),
        whereItRuns('cluster/start-up', startUp),
      ]
    : [];

async function* figures(load: Workload, size: Size, timesMin: number): AsyncIterable<Figure> {
  const counts = countsThroughApi(load, size);
  const rounds = await measureRounds(scenarioOf(load, counts, 'uniform'), ROUNDS[size]);
  const name = (what: string) => `cluster/${load.name}/${what}`;
  const figure = (what: string, unit: string, { median, spread }: Timing): Figure => ({
    name: name(what),
    value: median,
    unit,
    spread,
  });
  for (const contestant of CONTESTANTS) {
    const of = (what: string, unit: string, value: (measured: Measured) => number) =>
      figure(`${contestant}/${what}`, unit, timingOf(rounds.map((round) => value(round[contestant]))));
    yield of('pods-per-second', 'pods/s', ({ rate }) => rate);
    yield of('from-start', 'pods/s', ({ fromStart }) => fromStart);
    yield of('with-events', 'pods/s', ({ withEvents }) => withEvents);
    yield of('cpu-per-pod', 'ms/pod', ({ cpu }) => cpu);
    yield of('cpu-per-pod-with-events', 'ms/pod', ({ cpuWithEvents }) => cpuWithEvents);
    yield of('peak-memory', 'MiB', ({ peakMemory }) => peakMemory);
  }
  const cosetCpu = timingOf(rounds.map(({ coset }) => coset.cpuWithEvents)).median;
  yield* shares(`cluster/${load.name}`, load, counts, cosetCpu, size);
  const compared = (
    other: Contestant,
    what: string,
    value: (measured: Measured) => number,
    asked?: Asked,
  ) => ({
    ...figure(`coset-to-${other}/${what}`, 'times', ratio(rounds, ['coset', other], value)),
    // a small run says nothing about it
    ...(size === 'full' && asked && { asked }),
  });
  const times = { atLeast: timesMin };
  yield compared('kube-scheduler', 'rate', ({ rate }) => rate, times);
  yield compared('kube-scheduler', 'from-start', ({ fromStart }) => fromStart, times);
  yield compared('kube-scheduler', 'with-events', ({ withEvents }) => withEvents);
  yield compared('kube-scheduler', 'peak-memory', ({ peakMemory }) => peakMemory, { atMost: 1 });
  const share = { atLeast: BARE_CLIENT_RATE_MIN };
  yield compared('bare-client', 'rate', ({ rate }) => rate, share);
  yield compared('bare-client', 'from-start', ({ fromStart }) => fromStart, share);
  yield compared('bare-client', 'with-events', ({ withEvents }) => withEvents, share);
  yield compared('binding-client', 'rate', ({ rate }) => rate, { atLeast: BINDING_CLIENT_RATE_MIN });
  yield compared('binding-client', 'from-start', ({ fromStart }) => fromStart);
  const cpuShare = { atMost: BARE_CLIENT_CPU_MAX };
  yield compared('bare-client', 'cpu', ({ cpu }) => cpu, cpuShare);
  yield compared('bare-client', 'cpu-with-events', ({ cpuWithEvents }) => cpuWithEvents, cpuShare);
}

type Asked = NonNullable<Figure['asked']>;

async function measureRounds(scenario: Scenario, count: number): Promise<Round<Contestant, Measured>[]> {
  const rounds: Round<Contestant, Measured>[] = [];
  for (let n = 0; n < count; n++) {
    const round: Partial<Record<Contestant, Measured>> = {};
    for (const contestant of orderOf(CONTESTANTS, n)) {
      const measured = await measuredRun(contestant, scenario);
      process.stderr.write(`bench: ${contestant}: ${JSON.stringify(measured)}\n`);
      round[contestant] = measured;
    }
    rounds.push(round as Round<Contestant, Measured>);
  }
  return rounds;
}
