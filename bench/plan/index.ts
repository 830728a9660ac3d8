// The planner: decisions on all nodes without an API server, beside kube-scheduler's own algorithm in the same run.
import type { Scenario } from '../../src/model/types.ts';
import { oracle } from '../../test/oracle/oracle.ts';
import type { Bench, Figure, Size } from '../figure.ts';
import { repeat, type Timing } from '../measure.ts';
import { planConfiguration, scenarioOf, type NodeKind } from '../workloads/scenario.ts';
import { WORKLOADS, type Workload } from '../workloads/workloads.ts';
import { oracleScenario, oracleSpeed } from './oracle.ts';
import { planOnce } from './planning.ts';

/** So many pods say how fast the oracle is; at 5,000 nodes it takes seconds for them. */
const ORACLE_PODS = 500;

/** A decision inside a class must be so many times cheaper than the oracle's on all nodes. */
const TIMES_THE_ORACLE_MIN = 200;

/** So many times the oracle's decisions on all nodes, by workload. */
const DECISIONS_MIN: Readonly<Record<string, number>> = {
  none: 5000,
  'default-spreading': 2000,
  'zone-spreading-soft': 2000,
  'zone-spreading-hard': 2000,
  'required-affinity': 2000,
  'required-anti-affinity': 2000,
};

/** A decision inside a class on ten times the nodes may cost so many times as much. */
const TENFOLD_NODES_MAX = 3;

const NANOSECONDS = 1e9;

export const planBenches: readonly Bench[] = WORKLOADS.flatMap((workload) =>
  (['uniform', 'mixed'] as const).map((kind) => ({
    name: `plan/${workload.name}/${kind}`,
    run: (size: Size) => figures(workload, kind, size),
  })),
);

async function* figures(workload: Workload, kind: NodeKind, size: Size): AsyncIterable<Figure> {
  const counts = workload.counts[size];
  const scenario = scenarioOf(workload, counts, kind);
  const configuration = planConfiguration(workload);
  const name = (what: string) => `plan/${workload.name}/${kind}/${what}`;
  const placed = workload.outcome === 'none' ? 0 : counts.pods;

  let batches = 0;
  const times = repeat(size, () => {
    const planned = planOnce(scenario, configuration);
    // a figure about pods that were not placed would be about something else
    if (planned.placed !== placed) {
      throw new Error(`${scenario.name}: ${planned.placed} pods found a node, not ${placed}`);
    }
    batches = planned.batches;
    return planned.times;
  });
  const figure = (what: string, { median, spread }: Timing, per: number, unit: string): Figure => ({
    name: name(what),
    value: median / per,
    unit,
    spread,
  });
  const { read, classify, decide, determine, assign } = times;
  yield {
    ...figure('decisions', decide, 1, 'decisions/s'),
    value: (counts.pods * NANOSECONDS) / decide.median,
  };
  yield figure('read', read, 1e6, 'ms');
  yield figure('class-key', classify, counts.pods, 'ns/pod');
  yield figure('determination', determine, 1e3 * batches, 'µs/batch');
  if (workload.outcome !== 'none') yield figure('assignment', assign, counts.pods, 'ns/pod');
  const inside = workload.outcome === 'one' ? assign.median / counts.pods : undefined;
  // a smoke run has no time for so many nodes, nor for building the oracle
  if (size === 'smoke') return;
  if (workload.outcome === 'one') {
    const { nodes, initPods, pods } = counts;
    const tenfold = scenarioOf(workload, { nodes: nodes * 10, initPods: initPods * 10, pods }, kind);
    // packing so many nodes takes seconds: fewer repetitions
    const ofTenfold = repeat('smoke', () => planOnce(tenfold, configuration).times).assign;
    yield {
      ...figure('tenfold-nodes', ofTenfold, assign.median, 'times'),
      asked: { atMost: TENFOLD_NODES_MAX },
    };
  }
  yield* besideOracle(name, workload.name, scenario, counts.pods / decide.median, inside);
}

/** Ratios of speed: a decision of the whole plan, and one inside a class, against the oracle's. */
async function* besideOracle(
  name: (what: string) => string,
  workload: string,
  scenario: Scenario,
  decisionsPerNanosecond: number,
  inside: number | undefined,
): AsyncIterable<Figure> {
  const path = await oracle().catch((error: unknown) => {
    process.stderr.write(
      `bench: no kube-oracle to compare with: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return undefined;
  });
  if (path === undefined) return;
  const text = oracleScenario(scenario, ORACLE_PODS);
  for (const percentage of [100, 0]) {
    const { podsPerSecond, microsecondsPerPod } = await oracleSpeed(path, percentage, text);
    const suffix = `oracle-${percentage}`;
    const ratio = (what: string, value: number): Figure => ({
      name: name(`${what}-to-${suffix}`),
      value,
      unit: 'times',
    });
    yield { name: name(suffix), value: podsPerSecond, unit: 'decisions/s' };
    const decisions = ratio('decisions', (decisionsPerNanosecond * NANOSECONDS) / podsPerSecond);
    const atLeast = percentage === 100 ? DECISIONS_MIN[workload] : undefined;
    yield atLeast === undefined ? decisions : { ...decisions, asked: { atLeast } };
    if (inside === undefined) continue;
    const figure = ratio('inside-class', (microsecondsPerPod * 1e3) / inside);
    yield percentage === 100 ? { ...figure, asked: { atLeast: TIMES_THE_ORACLE_MIN } } : figure;
  }
}
