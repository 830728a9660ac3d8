// Measuring by repetition: warm-ups that do not count, then the median, with the quartiles for its spread.
import type { Size } from './figure.ts';

export interface Timing {
  /** The middle one of the repetitions. */
  median: number;
  /** Half the distance between the quartiles, as a share of the median. One repetition has none. */
  spread?: number;
}

const EFFORT: Readonly<Record<Size, { warmUps: number; repetitions: number }>> = {
  full: { warmUps: 10, repetitions: 7 },
  smoke: { warmUps: 1, repetitions: 3 },
};

const REPETITIONS_FOR_LEAST = 60;

/** How long `run` takes, in nanoseconds. */
export function time(run: () => void): number {
  const begin = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - begin);
}

/**
 * Calls `once` again and again, which returns what it measured by name. Measure in it together what will be compared, so
 * that a disturbance hits both. Garbage is collected when the engine sees fit, as in a process that goes on.
 */
export function repeat<Name extends string>(
  size: Size,
  once: () => Record<Name, number>,
): Record<Name, Timing> {
  const { warmUps, repetitions } = EFFORT[size];
  const rounds: Record<Name, number>[] = [];
  for (let n = 0; n < warmUps + repetitions; n++) {
    const measured = once();
    if (n >= warmUps) rounds.push(measured);
  }
  const names = Object.keys(rounds[0]!) as Name[];
  const timings = names.map((name) => [name, timingOf(rounds.map((round) => round[name]))] as const);
  return Object.fromEntries(timings) as Record<Name, Timing>;
}

/**
 * The least of each time that `once` measures, over so many short repetitions that some of each are not disturbed, even on
 * a machine that is busy with something else.
 */
export function least<Name extends string>(once: () => Record<Name, number>): Record<Name, number> {
  const lowest = once();
  for (let n = 1; n < REPETITIONS_FOR_LEAST; n++) {
    const measured = once();
    for (const name of Object.keys(lowest) as Name[]) lowest[name] = Math.min(lowest[name], measured[name]);
  }
  return lowest;
}

/** Of what repetitions measured. */
export function timingOf(values: readonly number[]): Timing {
  const sorted = values.toSorted((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  const median = quantile(0.5);
  if (values.length === 1) return { median };
  return { median, spread: (quantile(0.75) - quantile(0.25)) / 2 / median };
}
