// npm run fuzz -- --cases N --seed S [--families a,b]
// Makes scenarios that were not seen before, asks kube-scheduler's own framework (kube-oracle) and coset what they
// decide, and compares decision by decision, with every score and every rejection. A mismatch is reduced, written to a
// file, and ends the run with exit code 1.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Decision, Scenario } from '../../src/model/types.ts';
import { KERNELS } from '../kernel/kernels.ts';
import { FAMILIES } from '../vectors/vectors.ts';
import { caseOf, Oracle, type FuzzCase } from './fuzz-cases.ts';
import { mismatchIn, shownBeside, unsupportedBy, type Mismatch } from './fuzz-compare.ts';
import { reduced } from './fuzz-reduce.ts';
import { oracle as oraclePath } from './oracle.ts';

/** Every so many cases, all kernels are asked instead of the fastest only. */
const ALL_KERNELS_EVERY = 10;

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    families: { type: 'string', default: FAMILIES.join() },
  },
});
const cases = wholeNumber('cases', values.cases);
const seed = wholeNumber('seed', values.seed);
const families = values.families.split(',');
const oracle = new Oracle(await oraclePath());
const fastest = KERNELS.filter(({ name }) => name === 'simd');

interface Answered {
  drawn: FuzzCase;
  scenario: Scenario;
  expected: Decision[];
}

function wholeNumber(name: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  process.stderr.write(`--${name} must be a whole number, not ${text}\n`);
  process.exit(2);
}

async function answered(n: number): Promise<Answered> {
  const drawn = caseOf(families, seed, n);
  const scenario = await oracle.scenario(drawn);
  return { drawn, scenario, expected: await oracle.decisions(scenario) };
}

async function report({ drawn, scenario }: Answered, mismatch: Mismatch): Promise<void> {
  const { kernel, place, expected, actual } = mismatch;
  const named = KERNELS.filter(({ name }) => kernel.startsWith(name));
  const stays = async (candidate: Scenario): Promise<boolean> => {
    const decisions = await oracle.decisions(candidate);
    if (unsupportedBy(candidate).length > 0) return false;
    return named.some((one) => mismatchIn(candidate, decisions, one) !== undefined);
  };
  process.stdout.write(
    `\nmismatch on the ${kernel} kernel: kube-oracle gen ${drawn.arguments.join(' ')}, pending pod ${place}\n` +
      `kube-scheduler: ${JSON.stringify(shownBeside(expected, actual), null, 2)}\n` +
      `coset: ${JSON.stringify(shownBeside(actual, expected), null, 2)}\n`,
  );
  const start = { ...scenario, pending: scenario.pending.slice(0, place + 1) };
  const least = await reduced(start, stays);
  const file = `fuzz-${scenario.name}.json`;
  writeFileSync(file, `${JSON.stringify(least, null, 2)}\n`);
  process.stdout.write(
    `reduced to ${least.nodes.length} nodes, ${least.pods.length} bound and ${least.pending.length} pending pods: ${file}\n`,
  );
}

const skipped = new Set<string>();
let equal = 0;
let skips = 0;
let next = answered(0);
for (let n = 0; n < cases; n++) {
  const current = await next;
  // the oracle answers the next case while this one is compared
  if (n + 1 < cases) next = answered(n + 1);
  const unsupported = unsupportedBy(current.scenario);
  for (const plugin of unsupported) skipped.add(plugin);
  if (unsupported.length > 0) {
    skips++;
    continue;
  }
  for (const kernel of n % ALL_KERNELS_EVERY === 0 ? KERNELS : fastest) {
    const mismatch = mismatchIn(current.scenario, current.expected, kernel);
    if (mismatch === undefined) continue;
    await report(current, mismatch);
    process.exit(1);
  }
  equal++;
  if (process.stderr.isTTY) process.stderr.write(`\r${n + 1} of ${cases} cases`);
}
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
const notBuilt = skips === 0 ? '' : ` (not built: ${[...skipped].sort().join(', ')})`;
process.stdout.write(`${cases} cases, ${equal} equal, ${skips} skipped${notBuilt}\n`);
