// npm run bench [-- [--json] [--smoke] [--only NAME]]: prints a table of figures, or a line of JSON for each. Nothing else
// may run on the machine meanwhile.
import { Command } from 'commander';
import { jsonLine, table, type Bench, type Figure, type Size } from './figure.ts';
import { cycleBenches } from './cycle/index.ts';
import { kernelBenches } from './kernel/index.ts';
import { millionBenches } from './million/index.ts';
import { partBenches } from './parts/index.ts';
import { planBenches } from './plan/index.ts';
import { ratioBenches } from './ratios/index.ts';

const BENCHES: readonly Bench[] = [
  ...kernelBenches,
  ...planBenches,
  ...partBenches,
  ...cycleBenches,
  ...ratioBenches,
];

interface Options {
  json: boolean;
  smoke: boolean;
  only?: string;
}

/** The benches whose name is `only`, or begins with it up to a slash. */
function selected(only: string | undefined): readonly Bench[] {
  return only === undefined
    ? BENCHES
    : BENCHES.filter(({ name }) => name === only || name.startsWith(`${only}/`));
}

async function run({ json, smoke, only }: Options, command: Command): Promise<void> {
  const benches = selected(only);
  if (benches.length === 0) {
    command.error(
      `error: no bench is named ${only}; there are ${BENCHES.map(({ name }) => name).join(', ')}`,
    );
  }
  const size: Size = smoke ? 'smoke' : 'full';
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
