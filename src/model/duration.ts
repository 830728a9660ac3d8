// Durations as Go writes them.
import type { Shape } from './shape.ts';

/** A duration as Go writes it: "1m30s", "500ms". */
export const duration: Shape = (value, path, problems) => {
  if (typeof value !== 'string' || parseDuration(value) === undefined) {
    problems.add(path, `must be a duration like "15s", not ${JSON.stringify(value)}`);
  }
};

const SECONDS_OF_UNIT: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** Seconds of a duration as Go writes it, or undefined if it is not one. */
export function parseDuration(value: string): number | undefined {
  if (/^[+-]?0$/.test(value)) return 0;
  if (!/^[+-]?(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$/.test(value)) return undefined;
  let seconds = 0;
  for (const [, amount, unit] of value.matchAll(/([0-9.]+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    seconds += Number(amount) * SECONDS_OF_UNIT[unit!]!;
  }
  return value.startsWith('-') ? -seconds : seconds;
}
