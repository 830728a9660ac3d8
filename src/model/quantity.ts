// Kubernetes quantities ("100m", "1.5Gi", "12e6") with the exact arithmetic of apimachinery's resource.Quantity.

/**
 * A quantity in nano-units, the finest that Kubernetes keeps. Being whole, sums and comparisons of quantities
 * are exact with the language's own operators.
 */
export type Quantity = bigint;

/** A text that is not a quantity. */
export class QuantityError extends Error {
  override name = 'QuantityError';

  constructor(text: unknown) {
    super(`${JSON.stringify(text)} is not a quantity`);
  }
}

const NANOS_A_UNIT = 1_000_000_000n;
const NANOS_A_MILLI = 1_000_000n;
/** 2^63 - 1 units: what is larger is cut to it, as the reference documents. */
const MAX_NANOS = (2n ** 63n - 1n) * NANOS_A_UNIT;

export const DECIMAL_EXPONENTS: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
export const BINARY_FACTORS: Readonly<Record<string, bigint>> = {
  Ki: 2n ** 10n,
  Mi: 2n ** 20n,
  Gi: 2n ** 30n,
  Ti: 2n ** 40n,
  Pi: 2n ** 50n,
  Ei: 2n ** 60n,
};

const PATTERN = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([numkMGTPE]?|[KMGTPE]i|[eE][+-]?[0-9]+)$/;

const DIGITS_MAX = 120;

/** A cluster's quantities repeat; the bounds keep a stream of unique texts, and long ones, from filling the memory. */
const CACHE_LIMIT = 4096;
const CACHED_LENGTH = 64;
const cache = new Map<string | number, Parsed>();

/** A quantity, and what people mostly want to know of it. */
export interface Parsed {
  readonly quantity: Quantity;
  /** As quantityValue has it. */
  readonly value: number;
  /** As quantityMilliValue has it. */
  readonly milliValue: number;
}

/**
 * Reads a quantity. Non-zero amounts below a nano-unit are rounded away from zero; amounts beyond 2^63 - 1 are
 * cut to it.
 * @throws QuantityError naming the text
 */
export function parseQuantity(text: string | number): Quantity {
  return parsedQuantity(text).quantity;
}

/**
 * Reads a quantity, with what it is as a number.
 * @throws QuantityError naming the text
 */
export function parsedQuantity(text: string | number): Parsed {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const quantity = parse(text);
  const parsed = { quantity, value: quantityValue(quantity), milliValue: quantityMilliValue(quantity) };
  if (cache.size >= CACHE_LIMIT) cache.clear();
  if (typeof text === 'number' || text.length <= CACHED_LENGTH) cache.set(text, parsed);
  return parsed;
}

/** The quantity in whole units, rounded away from zero. Exact up to 2^53. */
export function quantityValue(quantity: Quantity): number {
  return Number(divideAwayFromZero(quantity, NANOS_A_UNIT));
}

/** The quantity in thousandths of a unit, rounded away from zero. Exact up to 2^53. */
export function quantityMilliValue(quantity: Quantity): number {
  return Number(divideAwayFromZero(quantity, NANOS_A_MILLI));
}

/**
 * The quantity as Kubernetes prints it: the shortest text with a suffix of the same family as one that it was given as,
 * so that 1024Mi is 1Gi, and 0.5 is 500m.
 */
export function quantityText(quantity: Quantity, given: string): string {
  const [, , , , suffix = ''] = PATTERN.exec(given.trim()) ?? [];
  // as apimachinery has it: less than 1024 needs no suffix, and a part of a byte is not lost
  const isLarge = quantity >= 1024n * NANOS_A_UNIT || quantity <= -1024n * NANOS_A_UNIT;
  if (suffix.endsWith('i') && isLarge && quantity % NANOS_A_UNIT === 0n) {
    const { mantissa, exponent } = reduced(quantity / NANOS_A_UNIT, 1024n);
    return `${mantissa}${Object.keys(BINARY_FACTORS)[exponent - 1] ?? ''}`;
  }
  const { mantissa, exponent } = reduced(quantity, 1000n);
  const power = 3 * exponent - 9;
  if (/^[eE][^i]/.test(suffix)) return power === 0 ? String(mantissa) : `${mantissa}e${power}`;
  return `${mantissa}${Object.keys(DECIMAL_EXPONENTS).find((name) => DECIMAL_EXPONENTS[name] === power)}`;
}

/**
 * The text by which an API server keeps a quantity that it was given.
 * @throws QuantityError naming the text
 */
export function canonicalQuantity(given: string | number): string {
  const text = String(given);
  const quantity = parseQuantity(given);
  return isKept(text, quantity) ? text : quantityText(quantity, text);
}

/** The quick look by which apimachinery takes a text for canonical, 1.500 too; and what is cut to 2^63 - 1 when it is read. */
function isKept(text: string, quantity: Quantity): boolean {
  const [, , whole = '', fraction = '', suffix = ''] = PATTERN.exec(text) ?? [];
  const digits = (whole.replace(/^0+/, '') || '0') + fraction;
  const value = BigInt(digits);
  if (suffix in BINARY_FACTORS) {
    const power = 10 * (Object.keys(BINARY_FACTORS).indexOf(suffix) + 1);
    const isShort = 15 - digits.length - Math.floor((power * 3) / 10) - 1 >= 0;
    return fraction === '' && isShort && (value & 7n) !== 0n;
  }
  if (quantity === MAX_NANOS || quantity === -MAX_NANOS) return true;
  const scale = (DECIMAL_EXPONENTS[suffix] ?? Number(suffix.slice(1))) - fraction.length;
  const isShort = digits.length <= 18 && scale >= -9;
  return isShort && scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
}

/** amount = mantissa * base^exponent, with the largest exponent; no more than quantities can have. */
function reduced(amount: bigint, base: bigint): { mantissa: bigint; exponent: number } {
  if (amount === 0n) return { mantissa: 0n, exponent: base === 1000n ? 3 : 0 };
  let mantissa = amount;
  let exponent = 0;
  for (; mantissa % base === 0n; exponent++) mantissa /= base;
  return { mantissa, exponent };
}

function parse(text: string | number): Quantity {
  const match = PATTERN.exec(String(text).trim());
  if (match === null) throw new QuantityError(text);
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  if (whole + fraction === '') throw new QuantityError(text);
  const { digits, dropped } = shortened((whole + fraction).replace(/^0+(?=\d)/, ''));
  const mantissa = BigInt(digits);
  const factor = BINARY_FACTORS[suffix];
  const exponent = factor === undefined ? (DECIMAL_EXPONENTS[suffix] ?? Number(suffix.slice(1))) : 0;
  const nanos = scale(mantissa * (factor ?? 1n), exponent - fraction.length + dropped + 9, digits.length);
  const capped = nanos < MAX_NANOS ? nanos : MAX_NANOS;
  return sign === '-' ? -capped : capped;
}

/**
 * The digits that decide: of more than these only that some are not 0, for arithmetic takes long on a million of them.
 * Whole units have 19 digits, and what is a whole number of nano-units after a factor of 2^60 has 69 more at the most.
 */
function shortened(digits: string): { digits: string; dropped: number } {
  if (digits.length <= DIGITS_MAX) return { digits, dropped: 0 };
  const rest = /[1-9]/.test(digits.slice(DIGITS_MAX)) ? '1' : '0';
  return { digits: digits.slice(0, DIGITS_MAX) + rest, dropped: digits.length - DIGITS_MAX - 1 };
}

/** amount * 10^exponent, rounded up; `digits` bounds the work when an exponent is absurd, like 1e-999999999. */
function scale(amount: bigint, exponent: number, digits: number): bigint {
  if (amount === 0n) return 0n;
  // 10^28 nanos lie beyond MAX_NANOS; a binary factor adds at most 19 digits.
  if (exponent >= 0) return exponent > 28 ? MAX_NANOS : amount * 10n ** BigInt(exponent);
  return -exponent > digits + 19 ? 1n : divideAwayFromZero(amount, 10n ** BigInt(-exponent));
}

function divideAwayFromZero(amount: bigint, divisor: bigint): bigint {
  const quotient = amount / divisor;
  if (quotient * divisor === amount) return quotient;
  return amount < 0n ? quotient - 1n : quotient + 1n;
}
