// Kubernetes' library for quantities.
import { BINARY_FACTORS, DECIMAL_EXPONENTS, parseQuantity } from '../../model/quantity.ts';
import { fn, method, passOver, type Library } from './library.ts';
import { BOOL, DOUBLE, INT, objectType, STRING } from './types.ts';
import { CelError, MAX_INT, MIN_INT, type CelObject } from './values.ts';

const NANOS_A_UNIT = 1_000_000_000n;

export class CelQuantity implements CelObject {
  readonly typeName = 'kubernetes.Quantity';
  readonly nanos: bigint;
  readonly #source: string | number | undefined;

  /** `source` is the text that it was read from, or its power. */
  constructor(nanos: bigint, source: string | number | undefined) {
    this.nanos = nanos;
    this.#source = source;
  }

  /**
   * The reference keeps small quantities as an int64 and a power of ten, which is this; undefined of the others.
   * Only those with a power that is not negative can be read as an integer.
   */
  get power(): number | undefined {
    return typeof this.#source === 'string' ? powerOf(this.#source) : this.#source;
  }

  /** Throws an error when the text is none. */
  static parse(text: string): CelQuantity {
    if (text.trim() !== text || text === '') throw new Error('a quantity has no space');
    // Without digits it is 0.
    const digits = text.replace(/^([-+]?)\.?(?=[A-Za-z]|$)/, '$10');
    return new CelQuantity(parseQuantity(digits), digits);
  }

  equals(other: CelQuantity): boolean {
    return this.nanos === other.nanos;
  }

  /** The sum with another quantity, of which `sign` says whether it is added. */
  plus(other: CelQuantity, sign: 1n | -1n): CelQuantity {
    const nanos = this.nanos + sign * other.nanos;
    const [power, otherPower] = [this.power, other.power];
    if (power === undefined || otherPower === undefined) return new CelQuantity(nanos, undefined);
    if (this.nanos === 0n) return new CelQuantity(nanos, otherPower);
    return new CelQuantity(nanos, other.nanos === 0n ? power : Math.min(power, otherPower));
  }

  get integer(): bigint | undefined {
    const value = this.nanos / NANOS_A_UNIT;
    const { power } = this;
    const isSmall = power !== undefined && power >= 0 && power <= 18;
    return isSmall && value >= MIN_INT && value <= MAX_INT ? value : undefined;
  }
}

const BINARY_UNITS = Object.keys(BINARY_FACTORS);

function powerOf(text: string): number | undefined {
  const [, whole = '', fraction = '', suffix = ''] = /^[+-]?0*(\d*)(?:\.(\d*))?(.*)$/.exec(text)!;
  const digits = Math.max(1, whole.length);
  const unit = BINARY_UNITS.indexOf(suffix);
  if (unit !== -1) {
    const bits = 10 * (unit + 1);
    return fraction === '' && 15 - digits - Math.trunc(bits * 0.3) - 1 >= 0 ? 0 : undefined;
  }
  const exponent = DECIMAL_EXPONENTS[suffix] ?? Number(suffix.slice(1));
  const power = exponent - fraction.length;
  return digits + fraction.length <= 18 && power >= -9 ? power : undefined;
}

function parsed(text: string): CelQuantity {
  try {
    return CelQuantity.parse(text);
  } catch {
    throw new CelError(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  }
}

function isQuantity(text: string): boolean {
  try {
    CelQuantity.parse(text);
    return true;
  } catch {
    return false;
  }
}

function signOf(nanos: bigint): bigint {
  return nanos < 0n ? -1n : nanos > 0n ? 1n : 0n;
}

function asInteger({ integer }: CelQuantity): bigint {
  if (integer === undefined) throw new CelError('cannot convert value to integer');
  return integer;
}

export const QUANTITY = objectType<CelQuantity>('kubernetes.Quantity');

const sum = (name: string, sign: 1n | -1n) => [
  method(`quantity_${name}`, [QUANTITY, QUANTITY], QUANTITY, (one, two) => one.plus(two, sign)),
  method(`quantity_${name}_int`, [QUANTITY, INT], QUANTITY, (one, units) =>
    one.plus(new CelQuantity(units * NANOS_A_UNIT, 0), sign),
  ),
];

export const quantities: Library = {
  quantity: [fn('string_to_quantity', [STRING], QUANTITY, parsed, passOver(0))],
  isQuantity: [fn('is_quantity_string', [STRING], BOOL, isQuantity, passOver(0))],
  sign: [fn('quantity_sign', [QUANTITY], INT, ({ nanos }) => signOf(nanos))],
  isInteger: [method('quantity_is_integer', [QUANTITY], BOOL, ({ integer }) => integer !== undefined)],
  asInteger: [method('quantity_get_int', [QUANTITY], INT, asInteger)],
  asApproximateFloat: [
    method('quantity_get_float', [QUANTITY], DOUBLE, ({ nanos }) => Number(nanos) / Number(NANOS_A_UNIT)),
  ],
  add: sum('add', 1n),
  sub: sum('sub', -1n),
  compareTo: [
    method('quantity_compare_to', [QUANTITY, QUANTITY], INT, (one, two) => signOf(one.nanos - two.nanos)),
  ],
  isGreaterThan: [
    method('quantity_is_greater_than', [QUANTITY, QUANTITY], BOOL, (one, two) => one.nanos > two.nanos),
  ],
  isLessThan: [
    method('quantity_is_less_than', [QUANTITY, QUANTITY], BOOL, (one, two) => one.nanos < two.nanos),
  ],
};
