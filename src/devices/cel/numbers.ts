// Conversions between numbers and their texts, as Go makes them.
import { CelError, MAX_INT, MAX_UINT, MIN_INT, Uint } from './values.ts';

/** Throws when int64 cannot hold it. */
export function int(value: bigint): bigint {
  if (value < MIN_INT || value > MAX_INT) throw new CelError('integer overflow');
  return value;
}

/** Throws when uint64 cannot hold it. */
export function uint(value: bigint): Uint {
  if (value < 0n || value > MAX_UINT) throw new CelError('unsigned integer overflow');
  return new Uint(value);
}

export function intOfDouble(value: number): bigint {
  if (!(value > -(2 ** 63) && value < 2 ** 63)) throw new CelError('integer overflow');
  return BigInt(Math.trunc(value));
}

export function uintOfDouble(value: number): Uint {
  if (!(value >= 0 && value < 2 ** 64)) throw new CelError('unsigned integer overflow');
  return new Uint(BigInt(Math.trunc(value)));
}

function noConversion(to: string): never {
  throw new CelError(`type conversion error from 'string' to '${to}'`);
}

/** The digits of a 64-bit number are few: longer texts are not worth the time that BigInt takes for them. */
const LONGEST_INTEGER = 1000;

export function intOfText(text: string): bigint {
  if (text.length > LONGEST_INTEGER || !/^[+-]?\d+$/.test(text)) noConversion('int');
  const value = BigInt(text.replace(/^\+/, ''));
  return value < MIN_INT || value > MAX_INT ? noConversion('int') : value;
}

export function uintOfText(text: string): Uint {
  if (text.length > LONGEST_INTEGER || !/^\d+$/.test(text)) noConversion('uint');
  const value = BigInt(text);
  return value > MAX_UINT ? noConversion('uint') : new Uint(value);
}

export function doubleOfText(text: string): number {
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (special !== null) {
    if (special[2]!.toLowerCase() === 'nan') return special[1] === '' ? NaN : noConversion('double');
    return special[1] === '-' ? -Infinity : Infinity;
  }
  const value = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : noConversion('double');
}

export function boolOfText(text: string): boolean {
  if (/^(?:1|t|T|true|TRUE|True)$/.test(text)) return true;
  return /^(?:0|f|F|false|FALSE|False)$/.test(text) ? false : noConversion('bool');
}

/** The shortest text that reads back as the number; with an exponent from 1e6 on and below 1e-4, as Go's %g. */
export function textOfDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value < 0 ? '-Inf' : '+Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa, exponent] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${mantissa!}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
