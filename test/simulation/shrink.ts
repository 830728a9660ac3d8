// The shortest way to a violation that is found: fewer and fewer of the disturbances, for as long as it still comes.
import { simulate, type Run, type RunOptions } from './simulate.ts';

/** Runs that are spent on it at the most. */
const RUNS_MOST = 400;

/** `options` are those of the failed run, made anew for each. Returns a run with as few disturbances as can be after which the same check fails. */
export async function shortest(failed: Run, options: () => RunOptions, runsMost = RUNS_MOST): Promise<Run> {
  let best = failed;
  let runs = 0;
  const fails = async (allowed: readonly string[]): Promise<boolean> => {
    runs++;
    const untilMs = best.calmMs;
    const run = await simulate({ ...options(), untilMs, allowed: new Set(allowed) });
    if (run.violation?.check !== failed.violation!.check) return false;
    best = run;
    return true;
  };
  // halves first, then quarters, and so on: what can be left out is, whatever stood beside it
  for (let parts = 2; runs < runsMost;) {
    const ids = best.disturbances.map(({ id }) => id);
    const size = Math.ceil(ids.length / parts);
    let isSmaller = false;
    for (let from = ids.length - 1; from >= 0 && runs < runsMost && !isSmaller; from -= size) {
      const left = ids.filter((_, at) => at > from || at <= from - size);
      isSmaller = await fails(left);
    }
    if (isSmaller) parts = Math.max(2, parts - 1);
    else if (size <= 1) break;
    else parts = Math.min(2 * parts, ids.length);
  }
  return best;
}

/** What came before a violation, for people. */
export function told({ seed, violation, disturbances, trace, steps }: Run, stepsShown = 60): string {
  if (violation === undefined) return `seed ${seed}: nothing found in ${steps} steps`;
  const at = (ms: number) => (ms / 1000).toFixed(3).padStart(9);
  return [
    `seed ${seed}: ${violation.check}, at ${(violation.atMs / 1000).toFixed(3)} s, after ${steps} steps:`,
    ...violation.what.map((what) => `  ${what}`),
    `what had happened (${disturbances.length}):`,
    ...disturbances.map(({ id, atMs }) => `${at(atMs)} ${id}`),
    'the last steps:',
    ...trace.slice(-stepsShown).map((line) => `  ${line}`),
  ].join('\n');
}
