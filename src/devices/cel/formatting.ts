// string.format(): a text with values put into it, as cel-go's string extension does (version 2).
import { textOfDouble } from './numbers.ts';
import { Duration, Timestamp } from './time.ts';
import {
  CelError,
  CelMap,
  compareStrings,
  isList,
  isObject,
  TypeName,
  typeNameOf,
  Uint,
  type Meter,
  type Value,
} from './values.ts';

const DEFAULT_PRECISION = 6;
const MAX_PRECISION = 100;
/** A clause: a percent sign, perhaps a precision, and a letter. */
const CLAUSE = /%(?:%|(?:\.(\d+))?([\s\S]))/g;

/** The text with its clauses replaced. Throws CelError. */
export function formatted(text: string, values: readonly Value[], meter: Meter): string {
  let next = 0;
  return text.replace(/%$/, refuseEnd).replace(CLAUSE, (clause, precision?: string, letter?: string) => {
    if (clause === '%%') return '%';
    if (next >= values.length) throw new CelError(`index ${next} out of range`);
    const digits = precision === undefined ? DEFAULT_PRECISION : Number(precision);
    const result = clauseText(letter!, values[next++]!, digits, meter);
    meter.work(result.length);
    return result;
  });
}

function refuseEnd(_end: string, at: number, text: string): string {
  const percents = /%+$/.exec(text)![0].length;
  if (percents % 2 === 1) throw new CelError('unexpected end of string');
  return text.slice(at);
}

function clauseText(letter: string, value: Value, precision: number, meter: Meter): string {
  if (precision > MAX_PRECISION)
    throw new CelError(
      `could not parse formatting clause: error while parsing precision: precision ${precision} exceeds maximum allowed precision ${MAX_PRECISION}`,
    );
  const clause = Object.hasOwn(CLAUSES, letter) ? CLAUSES[letter]! : undefined;
  if (clause === undefined)
    throw new CelError(`could not parse formatting clause: unrecognized formatting clause "${letter}"`);
  const result = clause(value, precision, meter);
  if (result === undefined)
    throw new CelError(`error during formatting: ${EXPECTED[letter]!}, was given ${typeNameOf(value)}`);
  return result;
}

const EXPECTED: Record<string, string> = {
  s: 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  d: 'decimal clause can only be used on integers',
  f: 'fixed-point clause can only be used on doubles',
  e: 'scientific clause can only be used on doubles',
  b: 'only integers and bools can be formatted as binary',
  x: 'only integers, byte buffers, and strings can be formatted as hex',
  X: 'only integers, byte buffers, and strings can be formatted as hex',
  o: 'octal clause can only be used on integers',
};

/** The text of a value, or undefined when the clause does not take it. */
type Clause = (value: Value, precision: number, meter: Meter) => string | undefined;

const CLAUSES: Record<string, Clause> = {
  s: (value, _precision, meter) => plain(value, meter),
  d: (value) => inBase(value, 10),
  f: (value, precision) => ofDouble(value, (number) => grouped(fixed(number, precision))),
  e: (value, precision) => ofDouble(value, (number) => scientific(number, precision)),
  b: (value) => (typeof value === 'boolean' ? String(Number(value)) : inBase(value, 2)),
  x: hexadecimal,
  X: (value) => hexadecimal(value)?.toUpperCase(),
  o: (value) => inBase(value, 8),
};

function inBase(value: Value, base: number): string | undefined {
  if (value instanceof Uint) return value.value.toString(base);
  return typeof value === 'bigint' ? value.toString(base) : undefined;
}

function hexadecimal(value: Value): string | undefined {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  if (!(bytes instanceof Uint8Array)) return inBase(value, 16);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function ofDouble(value: Value, text: (number: number) => string): string | undefined {
  const special = ['NaN', 'Infinity', '-Infinity'].includes(value as string);
  if (typeof value !== 'number' && !special) return undefined;
  const number = Number(value);
  if (Number.isNaN(number)) return 'NaN';
  return Number.isFinite(number) ? text(number) : number > 0 ? '∞' : '-∞';
}

/** toFixed, but for ties, which Go rounds to the even digit. Its 100 digits are exact. */
function fixed(number: number, precision: number): string {
  const rounded = number.toFixed(precision);
  const [, dropped] = number.toFixed(MAX_PRECISION).split('.') as [string, string?];
  if (precision >= MAX_PRECISION || !/^50*$/.test(dropped?.slice(precision) ?? '')) return rounded;
  const cut = number
    .toFixed(MAX_PRECISION)
    .slice(0, precision - MAX_PRECISION)
    .replace(/\.$/, '');
  return Number(cut.at(-1)) % 2 === 0 ? cut : rounded;
}

/** The reference prints numbers as in English text. */
function grouped(text: string): string {
  const [whole, fraction] = text.split('.');
  const withCommas = whole!.replace(/\B(?=(?:\d{3})+$)/g, ',');
  return fraction === undefined ? withCommas : `${withCommas}.${fraction}`;
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function scientific(number: number, precision: number): string {
  const [mantissa, exponent] = number.toExponential(precision).split('e');
  const digits = exponent!.slice(1).padStart(2, '0');
  const power = Array.from(digits, (digit) => SUPERSCRIPTS[Number(digit)]).join('');
  return `${mantissa!}×10${exponent!.startsWith('-') ? '⁻' : ''}${power}`;
}

/** The text of a value that stands alone. */
function plain(value: Value, meter: Meter): string | undefined {
  meter.work(1);
  if (isList(value)) return `[${value.map((item) => nested(item, meter)).join(', ')}]`;
  if (value instanceof CelMap) return mapText(value, meter);
  if (value === null) return 'null';
  if (typeof value === 'number') return textOfDouble(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof TypeName) return value.name;
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (isObject(value))
    return value instanceof Duration || value instanceof Timestamp ? value.toString() : undefined;
  return typeof value === 'object' ? undefined : String(value);
}

function mapText(map: CelMap, meter: Meter): string {
  const entries = map.entries().map(([key, value]) => [nested(key, meter), nested(value, meter)] as const);
  entries.sort(([one], [two]) => compareStrings(one, two));
  return `{${entries.map(([key, value]) => `${key}:${value}`).join(', ')}}`;
}

/** The text of a value inside another one, as an expression would write it. */
function nested(value: Value, meter: Meter): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Uint8Array) return `b${JSON.stringify(new TextDecoder().decode(value))}`;
  if (typeof value === 'number')
    return Number.isFinite(value) ? value.toFixed(DEFAULT_PRECISION) : JSON.stringify(textOfDouble(value));
  const text = plain(value, meter);
  if (text === undefined)
    throw new CelError(`error during formatting: no formatting function for ${typeNameOf(value)}`);
  if (value !== null && isObject(value)) return `${value.typeName.slice(16).toLowerCase()}("${text}")`;
  return text;
}
