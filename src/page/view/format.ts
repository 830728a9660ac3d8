// Numbers as people read them.
import type { Unit } from './types.ts';

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const HUNDREDTHS = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** Resources that are counted in bytes. */
const BYTES = /^(?:memory|ephemeral-storage|hugepages-.*)$/;

export function unitOf(resource: string): Unit {
  return resource === 'cpu' ? 'cpu' : BYTES.test(resource) ? 'bytes' : 'count';
}

/** An amount with its unit: cpu in cores, bytes with the largest binary prefix that leaves something before the point. */
export function amountText(amount: number, unit: Unit): string {
  if (unit === 'count') return WHOLE.format(amount);
  if (unit === 'cpu') return HUNDREDTHS.format(amount / 1000);
  let size = amount;
  let prefix = 0;
  for (; Math.abs(size) >= 1024 && prefix < BINARY.length - 1; prefix++) size /= 1024;
  return `${(Math.abs(size) < 100 ? TENTHS : WHOLE).format(size)} ${BINARY[prefix]!}`;
}

/** A share of the whole in percent; what there is nothing of has none. */
export function percentOf(part: number, whole: number): number | undefined {
  return whole > 0 ? (100 * part) / whole : undefined;
}

/** In whole percent, but what is not quite nothing or not quite full does not look so. */
export function percentText(percent: number | undefined): string {
  if (percent === undefined) return '–';
  if (percent > 0 && percent < 1) return '<1 %';
  if (percent > 99 && percent < 100) return '>99 %';
  return `${WHOLE.format(percent)} %`;
}

export function countText(count: number): string {
  return WHOLE.format(count);
}

export function millisecondsText(milliseconds: number): string {
  return milliseconds < 1000 ? `${WHOLE.format(milliseconds)} ms` : `${TENTHS.format(milliseconds / 1000)} s`;
}

/** So many things. */
export function countOf(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A node's name without the end that all have. */
export function shortNode(name: string, domain: string): string {
  return domain === '' ? name : name.slice(0, -domain.length);
}

/** The size of a file. */
export function sizeText(bytes: number): string {
  return amountText(bytes, 'bytes');
}

/** The end of a resource's name, as long as it says enough: "gpu" of "nvidia.com/gpu". */
export function shortName(resource: string): string {
  return resource.slice(resource.lastIndexOf('/') + 1);
}
