// How long a pod waits from its creation to its binding while others come one after another, as controllers make them: beside
// kube-scheduler, each on a control plane of its own, in turns.
import type { Bench, Figure, Size } from '../figure.ts';
import { timingOf } from '../measure.ts';
import { whereItRuns } from '../cluster/where-it-runs.ts';
import { orderOf, ratio, type Round } from '../cluster/rounds.ts';
import { workload } from '../workloads/workloads.ts';
import { arrivals, type Arrived } from './arrivals.ts';

const CONTESTANTS = ['coset', 'kube-scheduler'] as const;
type Contestant = (typeof CONTESTANTS)[number];

const WORKLOADS = [
  'none',
  'default-spreading',
  'zone-spreading-hard',
  'required-affinity',
  'required-anti-affinity',
];

/** Pods a second, and what is asked of coset's 99th of 100 there, in milliseconds or as a share of kube-scheduler's. */
const RATES = [
  { rate: 50, shareMost: 0.5 },
  { rate: 300, msMost: 100 },
  { rate: 700, msMost: 500 },
];
/** At the first rate, in milliseconds a pod. */
const CPU_MOST = 0.5;

const SECONDS: Readonly<Record<Size, number>> = { full: 10, smoke: 2 };
const ROUNDS: Readonly<Record<Size, number>> = { full: 3, smoke: 1 };

// what a process uses is read from /proc
export const latencyBenches: readonly Bench[] =
  process.platform === 'linux'
    ? WORKLOADS.flatMap((name) =>
        RATES.map(({ rate }, at) => ({
          ...whereItRuns(`latency/${name}/${rate}`, (size) => figures(name, at, size)),
          sizes: name === 'default-spreading' && at === 0 ? ['full', 'smoke'] : ['full'],
        })),
      )
    : [];

async function* figures(name: string, at: number, size: Size): AsyncIterable<Figure> {
  const { rate, shareMost, msMost } = RATES[at]!;
  const rounds = await measureRounds(name, rate, size);
  const prefix = `latency/${name}/${rate}`;
  for (const contestant of CONTESTANTS) {
    const of = (what: string, unit: string, value: (arrived: Arrived) => number): Figure => {
      const { median, spread } = timingOf(rounds.map((round) => value(round[contestant])));
      return { name: `${prefix}/${contestant}/${what}`, value: median, unit, spread };
    };
    const isAsked = contestant === 'coset' && size === 'full';
    yield of('p50', 'ms', ({ waits }) => share(waits, 0.5));
    yield {
      ...of('p99', 'ms', ({ waits }) => share(waits, 0.99)),
      ...(isAsked && msMost !== undefined && { asked: { atMost: msMost } }),
    };
    yield of('worst', 'ms', ({ waits }) => share(waits, 1));
    yield {
      ...of('cpu-per-pod', 'ms/pod', ({ cpuMs, waits }) => cpuMs / waits.length),
      ...(isAsked && at === 0 && { asked: { atMost: CPU_MOST } }),
    };
  }
  const { median, spread } = ratio(rounds, ['coset', 'kube-scheduler'], ({ waits }) => share(waits, 0.99));
  yield {
    name: `${prefix}/coset-to-kube-scheduler/p99`,
    value: median,
    unit: 'times',
    spread,
    ...(size === 'full' && shareMost !== undefined && { asked: { atMost: shareMost } }),
  };
}

async function measureRounds(name: string, rate: number, size: Size): Promise<Round<Contestant, Arrived>[]> {
  const rounds: Round<Contestant, Arrived>[] = [];
  const load = workload(name);
  for (let n = 0; n < ROUNDS[size]; n++) {
    const round: Partial<Record<Contestant, Arrived>> = {};
    for (const contestant of orderOf(CONTESTANTS, n))
      round[contestant] = await arrivals(
        contestant,
        load,
        { ...load.counts[size], pods: rate * SECONDS[size] },
        rate,
      );
    rounds.push(round as Round<Contestant, Arrived>);
  }
  return rounds;
}

/** What such a share of the pods has waited at the most. */
function share(waits: readonly number[], of: number): number {
  return waits.toSorted((one, two) => one - two)[Math.ceil(of * waits.length) - 1]!;
}
