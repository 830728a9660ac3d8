// Durations and timestamps, in nanoseconds, with their functions.
import { fn, method, type Library } from './library.ts';
import { INT, plain, STRING } from './types.ts';
import { CelError, MAX_INT, MIN_INT, type CelObject } from './values.ts';

export const DURATION = plain<Duration>('google.protobuf.Duration');
export const TIMESTAMP = plain<Timestamp>('google.protobuf.Timestamp');

const SECOND = 1_000_000_000n;
const MILLISECOND = 1_000_000n;
const UNITS: Record<string, bigint> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: MILLISECOND,
  s: SECOND,
  m: 60n * SECOND,
  h: 3600n * SECOND,
};
const EARLIEST = -62_135_596_800n * SECOND;
const LATEST = 253_402_300_800n * SECOND;

abstract class Nanoseconds implements CelObject {
  abstract readonly typeName: string;
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }

  equals(other: Nanoseconds): boolean {
    return this.compare(other) === 0;
  }

  compare(other: Nanoseconds): number {
    const difference = this.nanos - other.nanos;
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }
}

export class Duration extends Nanoseconds {
  readonly typeName = 'google.protobuf.Duration';

  /** Throws when int64 cannot hold it. */
  static of(nanos: bigint): Duration {
    if (nanos < MIN_INT || nanos > MAX_INT) throw new CelError('integer overflow');
    return new Duration(nanos);
  }

  static parse(text: string): Duration {
    const nanos = nanosOf(text);
    if (nanos === undefined)
      throw new CelError("type conversion error from 'string' to 'google.protobuf.Duration'");
    return Duration.of(nanos);
  }

  override toString(): string {
    const seconds = Number(this.nanos / SECOND) + Number(this.nanos % SECOND) / Number(SECOND);
    return `${seconds}s`;
  }
}

/** "1h2m3.5s" and the like; undefined when it is none. */
function nanosOf(text: string): bigint | undefined {
  const sign = /^[-+]/.exec(text)?.[0] ?? '';
  let rest = text.slice(sign.length);
  if (rest === '0') return 0n;
  if (rest === '') return undefined;
  let nanos = 0n;
  while (rest !== '') {
    const part = /^(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/.exec(rest);
    if (part === null || (part[1] === '' && !part[2])) return undefined;
    const [all, whole, fraction = '', unit] = part;
    const scale = UNITS[unit!]!;
    nanos +=
      BigInt(whole || '0') * scale + (BigInt(fraction || '0') * scale) / 10n ** BigInt(fraction.length);
    rest = rest.slice(all.length);
  }
  return sign === '-' ? -nanos : nanos;
}

export class Timestamp extends Nanoseconds {
  readonly typeName = 'google.protobuf.Timestamp';

  /** Throws outside of the years 1 to 9999. */
  static of(nanos: bigint): Timestamp {
    if (nanos < EARLIEST || nanos >= LATEST) throw new CelError('timestamp overflow');
    return new Timestamp(nanos);
  }

  static ofSeconds(seconds: bigint): Timestamp {
    return Timestamp.of(seconds * SECOND);
  }

  static parse(text: string): Timestamp {
    const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:[.,](\d+))?(Z|[+-]\d{2}:\d{2})$/.exec(text);
    const millis = match === null ? NaN : Date.parse(`${match[1]!}${match[3]!}`);
    if (Number.isNaN(millis) || !isDayOfMonth(text))
      throw new CelError("type conversion error from 'string' to 'google.protobuf.Timestamp'");
    const fraction = (match![2] ?? '').slice(0, 9).padEnd(9, '0');
    return Timestamp.of(BigInt(millis) * MILLISECOND + BigInt(fraction));
  }

  get seconds(): bigint {
    return floorDivide(this.nanos, SECOND);
  }

  override toString(): string {
    const fraction = String(this.nanos - this.seconds * SECOND)
      .padStart(9, '0')
      .replace(/0+$/, '');
    const [whole] = new Date(Number(this.seconds) * 1000).toISOString().split('.');
    return `${whole!}${fraction === '' ? '' : `.${fraction}`}Z`;
  }
}

/** Date.parse takes February 30 for March 1 or 2. */
function isDayOfMonth(text: string): boolean {
  const [year, month, day] = text.slice(0, 10).split('-').map(Number);
  return day! <= new Date(Date.UTC(2000 + (year! % 400), month, 0)).getUTCDate();
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}

/** The wall clock of a time zone, as a Date whose UTC fields are it. */
function clockIn(timestamp: Timestamp, zone: string): Date {
  const millis = Number(floorDivide(timestamp.nanos, MILLISECOND));
  if (zone === 'UTC') return new Date(millis);
  const offset = /^([+-]?)(\d{2}):(\d{2})$/.exec(zone);
  if (offset !== null) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3]);
    return new Date(millis + (offset[1] === '-' ? -minutes : minutes) * 60_000);
  }
  return new Date(millis + zoneOffset(millis, zone));
}

function zoneOffset(millis: number, timeZone: string): number {
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    const name = format.formatToParts(millis).find(({ type }) => type === 'timeZoneName')!.value;
    const [, sign, hours, minutes, seconds] = /([+-])(\d{2}):(\d{2})(?::(\d{2}))?/.exec(name) ?? [];
    if (sign === undefined) return 0;
    const offset = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0)) * 1000;
    return sign === '-' ? -offset : offset;
  } catch {
    throw new CelError(`unknown time zone ${timeZone}`);
  }
}

function dayOfYear(date: Date): number {
  const start = new Date(date);
  start.setUTCMonth(0, 1);
  return Math.round((date.getTime() - start.getTime()) / 86_400_000);
}

const CLOCK: Record<string, { id: string; of: (date: Date) => number }> = {
  getFullYear: { id: 'timestamp_to_year', of: (date) => date.getUTCFullYear() },
  getMonth: { id: 'timestamp_to_month', of: (date) => date.getUTCMonth() },
  getDayOfYear: { id: 'timestamp_to_day_of_year', of: dayOfYear },
  getDayOfMonth: { id: 'timestamp_to_day_of_month', of: (date) => date.getUTCDate() - 1 },
  getDate: { id: 'timestamp_to_day_of_month_1_based', of: (date) => date.getUTCDate() },
  getDayOfWeek: { id: 'timestamp_to_day_of_week', of: (date) => date.getUTCDay() },
  getHours: { id: 'timestamp_to_hours', of: (date) => date.getUTCHours() },
  getMinutes: { id: 'timestamp_to_minutes', of: (date) => date.getUTCMinutes() },
  getSeconds: { id: 'timestamp_to_seconds', of: (date) => date.getUTCSeconds() },
  getMilliseconds: { id: 'timestamp_to_milliseconds', of: (date) => date.getUTCMilliseconds() },
};
const PARTS: Record<string, { id: string; of: (nanos: bigint) => bigint }> = {
  getHours: { id: 'duration_to_hours', of: (nanos) => nanos / UNITS.h! },
  getMinutes: { id: 'duration_to_minutes', of: (nanos) => nanos / UNITS.m! },
  getSeconds: { id: 'duration_to_seconds', of: (nanos) => nanos / SECOND },
  getMilliseconds: { id: 'duration_to_milliseconds', of: (nanos) => nanos / MILLISECOND },
};

const clockFunctions: Library = Object.fromEntries(
  Object.entries(CLOCK).map(([name, { id, of }]) => {
    const overloads = [
      method(id, [TIMESTAMP], INT, (time) => BigInt(of(clockIn(time, 'UTC')))),
      method(`${id}_with_tz`, [TIMESTAMP, STRING], INT, (time, zone) => BigInt(of(clockIn(time, zone)))),
    ];
    const part = PARTS[name];
    if (part !== undefined) overloads.push(method(part.id, [DURATION], INT, ({ nanos }) => part.of(nanos)));
    return [name, overloads];
  }),
);

/** Not the operators: these are with those of the other types. */
export const time: Library = {
  ...clockFunctions,
  duration: [
    fn('duration_to_duration', [DURATION], DURATION, (duration) => duration),
    fn('string_to_duration', [STRING], DURATION, (text) => Duration.parse(text)),
  ],
  timestamp: [
    fn('timestamp_to_timestamp', [TIMESTAMP], TIMESTAMP, (timestamp) => timestamp),
    fn('int64_to_timestamp', [INT], TIMESTAMP, (seconds) => Timestamp.ofSeconds(seconds)),
    fn('string_to_timestamp', [STRING], TIMESTAMP, (text) => Timestamp.parse(text)),
  ],
};
