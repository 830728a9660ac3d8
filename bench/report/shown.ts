// How numbers are shown, and where they come from.
import type { Results } from '../results.ts';

export function provenance({ command, date, machine, node }: Results['run']): string {
  return `<sub>\`${command}\`, ${date}, ${machine}, Node ${node}</sub>`;
}

export function whole(value: number | undefined): string {
  return value === undefined ? '' : Math.round(value).toLocaleString('en-US');
}

/** With two or three digits that count. */
export function fraction(value: number | undefined): string {
  if (value === undefined) return '';
  return value >= 100 ? whole(value) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function percent(value: number | undefined): string {
  return value === undefined ? '' : `${whole(100 * value)} %`;
}

export function times(value: number | undefined): string {
  return value === undefined ? '' : `${value >= 10 ? whole(value) : value.toFixed(1)} times`;
}

export function microseconds(nanoseconds: number | undefined): string {
  return nanoseconds === undefined ? '' : `${fraction(nanoseconds / 1e3)} µs`;
}
