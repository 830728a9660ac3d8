// Measuring by repetition: warm-ups that do not count, then the median, with the quartiles for its spread.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Size } from './figure.ts';

export interface Timing {
  /** The middle one of the repetitions. */
  median: number;
  /** Half the distance between the quartiles, as a share of the median. */
  spread: number;
}

const EFFORT: Readonly<Record<Size, { warmUps: number; repetitions: number }>> = {
  full: { warmUps: 2, repetitions: 7 },
  smoke: { warmUps: 1, repetitions: 3 },
};

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** How long `run` takes, in nanoseconds. */
export function time(run: () => void): number {
  const begin = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - begin);
}

/**
 * Calls `once` again and again, which returns what it measured by name. Measure in it together what will be compared, so
 * that a disturbance hits both. The garbage of one call is collected before the next.
 */
export function repeat<Name extends string>(
  size: Size,
  once: () => Record<Name, number>,
): Record<Name, Timing> {
  const { warmUps, repetitions } = EFFORT[size];
  const rounds: Record<Name, number>[] = [];
  for (let n = 0; n < warmUps + repetitions; n++) {
    collectGarbage();
    const measured = once();
    if (n >= warmUps) rounds.push(measured);
  }
  const names = Object.keys(rounds[0]!) as Name[];
  const timings = names.map((name) => [name, timingOf(rounds.map((round) => round[name]))] as const);
  return Object.fromEntries(timings) as Record<Name, Timing>;
}

/** Of what repetitions measured. */
export function timingOf(values: readonly number[]): Timing {
  const sorted = values.toSorted((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  const median = quantile(0.5);
  return { median, spread: (quantile(0.75) - quantile(0.25)) / 2 / median };
}
