// What coset's own code takes relative to code that is not coset's, measured in the same moment: ratios that hardly
// depend on the machine, nor on what else it does, so that they can say of a change that it made something slower.
import type { Pod, Scenario } from '../../src/model/types.ts';
import type { Configuration } from '../../src/config/types.ts';
import { loadKernel } from '../../src/kernel/builds.ts';
import { compileSum, sumsOver } from '../kernel/bare-sum.ts';
import { columnsRead } from '../kernel/columns.ts';
import { correspondenceOf, passOf } from '../kernel/pass.ts';
import type { Bench, Figure } from '../figure.ts';
import { least, time } from '../measure.ts';
import { planOnce } from '../plan/planning.ts';
import { planConfiguration, scenarioOf } from '../workloads/scenario.ts';
import { workload as named, WORKLOADS, type Workload } from '../workloads/workloads.ts';

/** The same at every size. Small, so that most repetitions are not interrupted by whatever else the machine does. */
const COUNTS = { nodes: 500, initPods: 100, pods: 300 };
const PASSES_PER_REPETITION = 200;

export const ratioBenches: readonly Bench[] = [
  { name: 'ratios/pass', run: passRatio },
  ...WORKLOADS.map((workload) => ({ name: `ratios/${workload.name}`, run: () => planRatios(workload) })),
];

/** A pass over all nodes, to the bare sum over the columns that it reads. */
async function* passRatio(): AsyncIterable<Figure> {
  const spreading = named('default-spreading');
  const { kernel, memory, program } = passOf(
    'simd',
    scenarioOf(spreading, COUNTS, 'mixed'),
    planConfiguration(spreading),
  );
  const columns = columnsRead(kernel.arena, program);
  const { bare } = sumsOver(await compileSum(), memory, kernel.arena, columns);
  const times = (call: () => number) =>
    time(() => {
      for (let n = 0; n < PASSES_PER_REPETITION; n++) call();
    });
  const { pass, sum } = least(() => ({ pass: times(() => kernel.determine(program)), sum: times(bare) }));
  yield ratio('ratios/pass', pass / sum);
}

/** Planning and its dearest parts, each for all pods together, to parsing the pods' JSON. */
function* planRatios(workload: Workload): Iterable<Figure> {
  const scenario = scenarioOf(workload, COUNTS, 'mixed');
  const configuration = planConfiguration(workload);
  const text = JSON.stringify(scenario.pending);
  const name = (what: string) => `ratios/${workload.name}/${what}`;
  const { classify, decide, determine, assign, parsing, choose } = least(() => {
    let pending: Pod[] = [];
    const parsing = time(() => (pending = JSON.parse(text) as Pod[]));
    const { times } = planOnce({ ...scenario, pending }, configuration);
    return { ...times, parsing, choose: workload.outcome === 'one' ? choosing(scenario, configuration) : 0 };
  });
  yield ratio(name('class-key'), classify / parsing);
  yield ratio(name('decisions'), decide / parsing);
  yield ratio(name('determination'), determine / parsing);
  if (workload.outcome !== 'none') yield ratio(name('assignment'), assign / parsing);
  if (workload.outcome === 'one') yield ratio(name('choice'), choose / parsing);
}

/** How long the nodes for all pods of one class take, without what is then done with each. */
function choosing(scenario: Scenario, configuration: Configuration): number {
  const correspondence = correspondenceOf(loadKernel(), scenario, configuration);
  return time(() => correspondence.assign(scenario.pending.length));
}

function ratio(name: string, value: number): Figure {
  return { name, value, unit: 'times' };
}
