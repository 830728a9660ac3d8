// The kernel by itself: a full filter and score pass for a class under default spreading, against the bare sum over the
// columns that it reads, the scalar build, and ten times the nodes.
import type { Bench, Figure, Size } from '../figure.ts';
import { repeat, time } from '../measure.ts';
import { planConfiguration, scenarioOf, type NodeKind } from '../workloads/scenario.ts';
import { workload } from '../workloads/workloads.ts';
import { compileSum, sumsOver } from './bare-sum.ts';
import { columnsRead } from './columns.ts';
import { passOf, type Pass } from './pass.ts';

/** Each repetition goes over this many rows, pass after pass: milliseconds, and enough for the engine to optimise all. */
const ROWS_PER_REPETITION = 1_000_000;

const TIMES_THE_SUM_MAX = 6;

export const kernelBenches: readonly Bench[] = (['uniform', 'mixed'] as const).map((kind) => ({
  name: `kernel/${kind}`,
  run: (size) => figures(kind, size),
}));

async function* figures(kind: NodeKind, size: Size): AsyncIterable<Figure> {
  const spreading = workload('default-spreading');
  const configuration = planConfiguration(spreading);
  const { nodes, initPods } = spreading.counts[size];
  const scenario = (times: number) =>
    scenarioOf(spreading, { nodes: nodes * times, initPods: initPods * times, pods: 1 }, kind);

  const one = passOf('simd', scenario(1), configuration);
  const lanes = passTime(one, nodes);
  const scalar = passTime(passOf('scalar', scenario(1), configuration), nodes);
  const tenfold = passTime(passOf('simd', scenario(10), configuration), nodes * 10);
  const { arena } = one.kernel;
  const columns = columnsRead(arena, one.program);
  const sums = sumsOver(await compileSum(), one.memory, arena, columns);
  const sum = rowTime(sums.bare, nodes);
  const unrolledSum = rowTime(sums.unrolled, nodes);
  const timings = repeat(size, () => {
    const [pass, bare, unrolled, plain, ofTenfold] = [lanes(), sum(), unrolledSum(), scalar(), tenfold()];
    return {
      pass,
      sum: bare,
      'unrolled-sum': unrolled,
      'scalar-pass': plain,
      'pass-of-tenfold-nodes': ofTenfold,
      'pass-to-sum': pass / bare,
      'pass-to-unrolled-sum': pass / unrolled,
      'scalar-to-simd': plain / pass,
      'tenfold-nodes': (10 * ofTenfold) / pass,
    };
  });

  const figure = (name: keyof typeof timings, unit: string): Figure => ({
    name: `kernel/${kind}/${name}`,
    value: timings[name].median,
    unit,
    spread: timings[name].spread,
  });
  const bytes = columns.reduce((total, { bytesPerEntry, entries }) => total + bytesPerEntry * entries, 0);
  yield figure('pass', 'ns/node');
  yield figure('sum', 'ns/node');
  yield figure('unrolled-sum', 'ns/node');
  yield { name: `kernel/${kind}/read`, value: bytes / nodes, unit: 'bytes/node' };
  yield { ...figure('pass-to-sum', 'times'), asked: { atMost: TIMES_THE_SUM_MAX } };
  yield figure('pass-to-unrolled-sum', 'times');
  yield figure('scalar-pass', 'ns/node');
  yield figure('scalar-to-simd', 'times');
  yield figure('pass-of-tenfold-nodes', 'ns/node');
  yield figure('tenfold-nodes', 'times');
}

function passTime({ kernel, program }: Pass, rows: number): () => number {
  return rowTime(() => kernel.determine(program), rows);
}

/** Measures a call that goes over `rows` rows: nanoseconds a row. */
function rowTime(call: () => number, rows: number): () => number {
  const calls = Math.ceil(ROWS_PER_REPETITION / rows);
  const loop = () => {
    for (let n = 0; n < calls; n++) call();
  };
  return () => time(loop) / calls / rows;
}
