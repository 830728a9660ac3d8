// npm run bench [-- [--json] [--smoke] [--only NAME]]: prints a table of figures, or a line of JSON for each. Nothing else
// may run on the machine meanwhile.
import { Command } from 'commander';
import { jsonLine, table, type Bench, type Figure, type Size } from './figure.ts';
import { clusterBenches } from './cluster/index.ts';
import { kernelBenches } from './kernel/index.ts';
import { partBenches } from './parts/index.ts';
import { planBenches } from './plan/index.ts';

const BENCHES: readonly Bench[] = [...kernelBenches, ...planBenches, ...partBenches, ...clusterBenches];

interface Options {
  json: boolean;
  smoke: boolean;
  only?: string;
}

/** The benches whose name is `only`, or begins with it up to a slash. */
function selected(only: string | undefined, size: Size): readonly Bench[] {
  return BENCHES.filter(({ name, isLong }) => {
    if (name === only) return true;
    return (only === undefined || name.startsWith(`${only}/`)) && !(isLong && size === 'smoke');
  });
}

async function run({ json, smoke, only }: Options, command: Command): Promise<void> {
  const size: Size = smoke ? 'smoke' : 'full';
  const benches = selected(only, size);
  if (benches.length === 0) {
    command.error(
      `error: no bench is named ${only}; there are ${BENCHES.map(({ name }) => name).join(', ')}`,
    );
  }
  const figures: Figure[] = [];
  for (const bench of benches) {
    process.stderr.write(`bench: ${bench.name}\n`);
    for await (const figure of bench.run(size)) {
      if (json) process.stdout.write(`${jsonLine(figure)}\n`);
      else figures.push(figure);
    }
  }
  if (!json) process.stdout.write(`${table(figures, size)}\n`);
}

await new Command('bench')
  .option('--json', 'print a line of JSON for each figure', false)
  .option('--smoke', 'small sizes, few repetitions: whether it runs, not how fast', false)
  .option('--only <name>', 'run one bench, or the benches of one level')
  .action((options: Options, command: Command) => run(options, command))
  .parseAsync();
