// The planner: decisions on all nodes without an API server, beside kube-scheduler's own algorithm in the same run.
import type { Scenario } from '../../src/api/types.ts';
import type { Configuration } from '../../src/config/types.ts';
import { oracle } from '../../test/oracle/oracle.ts';
import type { Bench, Figure, Size } from '../figure.ts';
import { repeat, time, type Timing } from '../measure.ts';
import { planConfiguration, scenarioOf, type NodeKind } from '../workloads/scenario.ts';
import { WORKLOADS, type Workload } from '../workloads/workloads.ts';
import { oracleScenario, oracleSpeed } from './oracle.ts';
import { Planning } from './planning.ts';

/** So many pods say how fast the oracle is; at 5,000 nodes it takes seconds for them. */
const ORACLE_PODS = 500;

/** A decision inside a class must be so many times cheaper than the oracle's on all nodes. */
const TIMES_THE_ORACLE_MIN = 200;

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

  const whole = repeat(size, () => wholePlan(scenario, configuration, placed));
  yield rate(name('decisions'), whole.decide, counts.pods);
  yield { name: name('read'), value: whole.read.median / 1e6, unit: 'ms', spread: whole.read.spread };

  let inside: number | undefined;
  if (workload.outcome === 'one') {
    const parts = repeat(size, () => insideClass(scenario, configuration, placed));
    yield perPod(name('class-key'), parts.classify, counts.pods);
    const { median, spread } = parts.determine;
    yield { name: name('determination'), value: median / 1e3, unit: 'µs', spread };
    yield perPod(name('assignment'), parts.assign, counts.pods);
    yield perPod(name('assuming'), parts.assume, counts.pods);
    inside = (parts.assign.median + parts.assume.median) / counts.pods;
  } else {
    const { classify } = repeat(size, () => classesOnly(scenario, configuration));
    yield perPod(name('class-key'), classify, counts.pods);
  }
  // building it takes minutes, which a smoke run must not
  if (size === 'full') yield* besideOracle(name, scenario, counts.pods / whole.decide.median, inside);
}

/** Ratios of speed: a decision of the whole plan, and one inside a class, against the oracle's. */
async function* besideOracle(
  name: (what: string) => string,
  scenario: Scenario,
  decisionsPerNanosecond: number,
  inside: number | undefined,
): AsyncIterable<Figure> {
  const path = await oracle();
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
    yield ratio('decisions', (decisionsPerNanosecond * NANOSECONDS) / podsPerSecond);
    if (inside === undefined) continue;
    const figure = ratio('inside-class', (microsecondsPerPod * 1e3) / inside);
    yield percentage === 100 ? { ...figure, asked: { atLeast: TIMES_THE_ORACLE_MIN } } : figure;
  }
}

function wholePlan(scenario: Scenario, configuration: Configuration, expected: number) {
  const planning = new Planning(scenario, configuration);
  let placed = 0;
  const timed = { read: time(() => planning.read()), decide: time(() => (placed = planning.decide())) };
  checkPlaced(scenario, placed, expected);
  return timed;
}

function insideClass(scenario: Scenario, configuration: Configuration, expected: number) {
  const planning = new Planning(scenario, configuration);
  planning.read();
  const classify = time(() => planning.classify());
  let inside!: ReturnType<Planning['determine']>;
  const determine = time(() => (inside = planning.determine()));
  let assignments!: ReturnType<typeof inside.assign>;
  const assign = time(() => (assignments = inside.assign()));
  const assume = time(() => inside.assume(assignments));
  checkPlaced(scenario, assignments.length, expected);
  return { classify, determine, assign, assume };
}

function classesOnly(scenario: Scenario, configuration: Configuration) {
  const planning = new Planning(scenario, configuration);
  planning.read();
  return { classify: time(() => planning.classify()) };
}

/** A figure about pods that were not placed would be about something else. */
function checkPlaced({ name }: Scenario, placed: number, expected: number): void {
  if (placed !== expected) throw new Error(`${name ?? ''}: ${placed} pods found a node, not ${expected}`);
}

function rate(name: string, { median, spread }: Timing, pods: number): Figure {
  return { name, value: (pods / median) * NANOSECONDS, unit: 'decisions/s', spread };
}

function perPod(name: string, { median, spread }: Timing, pods: number): Figure {
  return { name, value: median / pods, unit: 'ns/pod', spread };
}
