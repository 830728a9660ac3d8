// npm run simulate -- [--seed S] [--steps N] [--runs R] [--fleet]
// Simulates runs of so many steps, with the seeds from S on. The first one that goes wrong is made as short as it comes, told,
// and ends this with exit code 1.
import { parseArgs } from 'node:util';
import { simulate } from './simulate.ts';
import { shortest, told } from './shrink.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '2000' },
    runs: { type: 'string', default: '1' },
    // three replicas that are all active, in the place of two of which one leads
    fleet: { type: 'boolean', default: false },
  },
});
const { fleet: isFleet } = values;
const [seed, steps, runs] = [wholeNumber('seed'), wholeNumber('steps'), wholeNumber('runs')];

function wholeNumber(name: 'seed' | 'steps' | 'runs'): number {
  const text = values[name];
  if (/^\d+$/.test(text)) return Number(text);
  process.stderr.write(`--${name} must be a whole number, not ${text}\n`);
  process.exit(2);
}

let taken = 0;
let bound = 0;
for (let n = 0; n < runs; n++) {
  const run = await simulate({ seed: seed + n, steps, isFleet });
  if (run.violation !== undefined) {
    process.stdout.write(`${told(run)}\n\n`);
    const least = await shortest(run, () => ({ seed: seed + n, steps, isFleet }));
    process.stdout.write(
      `as short as it comes:\n${told(least)}\n\nagain: npm run simulate -- --seed ${seed + n} --steps ${steps}${isFleet ? ' --fleet' : ''}\n`,
    );
    process.exit(1);
  }
  taken += run.steps;
  bound += run.bound;
  if (process.stderr.isTTY) process.stderr.write(`\r${n + 1} of ${runs} runs`);
}
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
process.stdout.write(`${runs} runs of ${taken} steps, ${bound} pods bound, nothing wrong\n`);
