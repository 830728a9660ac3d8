// npm run bench: see --help. Nothing else may run on the machine meanwhile, except with --check.
import { Command } from 'commander';
import { worse } from './check.ts';
import { churnBenches } from './churn/index.ts';
import { cycleBenches } from './cycle/index.ts';
import { jsonLine, table, type Bench, type Figure, type Size } from './figure.ts';
import { clusterBenches } from './cluster/index.ts';
import { edgeBenches } from './edge/index.ts';
import { h2Benches } from './h2/index.ts';
import { latencyBenches } from './latency/index.ts';
import { kernelBenches } from './kernel/index.ts';
import { millionBenches } from './million/index.ts';
import { partBenches } from './parts/index.ts';
import { planBenches } from './plan/index.ts';
import { ratioBenches } from './ratios/index.ts';
import { writeReport } from './report/index.ts';
import { readResults, writeResults } from './results.ts';
import { schedulerPerfBenches } from './scheduler-perf/index.ts';

const BENCHES: readonly Bench[] = [
  ...ratioBenches,
  ...kernelBenches,
  ...partBenches,
  ...h2Benches,
  ...planBenches,
  ...millionBenches,
  ...cycleBenches,
  ...churnBenches,
  ...edgeBenches,
  ...clusterBenches,
  ...latencyBenches,
  ...schedulerPerfBenches,
];

interface Options {
  json: boolean;
  smoke: boolean;
  only?: string;
  save: boolean;
  check: boolean;
}

/** The benches whose name is `only`, or begins with it up to a slash. */
function selected(only: string | undefined, size: Size): readonly Bench[] {
  return BENCHES.filter(({ name, sizes = ['full', 'smoke'], keptIn }) => {
    if (name === only) return true;
    const isAsked = only === undefined ? keptIn === undefined : name.startsWith(`${only}/`);
    return isAsked && sizes.includes(size);
  });
}

async function run({ json, smoke, only, save, check }: Options, command: Command): Promise<void> {
  const size: Size = smoke ? 'smoke' : 'full';
  const benches = selected(only, size);
  if (benches.length === 0) {
    command.error(
      `error: no bench is named ${only}; there are ${BENCHES.map(({ name }) => name).join(', ')}`,
    );
  }
  if (save && (smoke || (only?.includes('/') && benches.some(({ keptIn }) => keptIn === undefined))))
    command.error('error: --save takes whole levels at full size');
  const figures: Figure[] = [];
  const kept = new Map<string, Figure[]>();
  for (const bench of benches) {
    process.stderr.write(`bench: ${bench.name}\n`);
    const found: Figure[] = [];
    for await (const figure of bench.run(size)) {
      if (json) process.stdout.write(`${jsonLine(figure)}\n`);
      found.push(figure);
    }
    figures.push(...found);
    // a level may take an hour
    if (save) saveFigures(bench, found, kept);
  }
  if (!json) process.stdout.write(`${table(figures, size)}\n`);
  if (check) await compare(benches, figures, size);
}

/** Keeps the figures of a bench with those of others that are kept in the same file. */
function saveFigures(bench: Bench, found: readonly Figure[], kept: Map<string, Figure[]>): void {
  if (found.length === 0) return;
  const level = bench.name.slice(0, bench.name.indexOf('/'));
  const { keptIn = level } = bench;
  const all = kept.get(keptIn) ?? [];
  kept.set(keptIn, all);
  all.push(...found);
  writeResults(keptIn, bench.keptIn === undefined ? level : bench.name, all);
}

async function compare(benches: readonly Bench[], figures: readonly Figure[], size: Size): Promise<void> {
  const saved = readResults('ratios')!.figures;
  const complaints = await worse(saved, benches, figures, size);
  for (const complaint of complaints) process.stderr.write(`bench: slower: ${complaint}\n`);
  if (complaints.length > 0) process.exitCode = 1;
  else process.stderr.write(`bench: none of ${saved.size} ratios is worse than it was\n`);
}

const program = new Command('bench')
  .option('--json', 'print a line of JSON for each figure', false)
  .option('--smoke', 'small sizes, few repetitions: whether it runs, not how fast', false)
  .option('--only <name>', 'run one bench, or the benches of one level')
  .option('--save', 'keep the figures in bench/results, for the report and for --check', false)
  .option('--check', 'fail when a ratio is worse than the one in bench/results', false)
  .action((options: Options, command: Command) => run(options, command));
program
  .command('report')
  .description("write docs/benchmarks.md, the README's table and the plots from bench/results")
  .action(writeReport);
await program.parseAsync();
