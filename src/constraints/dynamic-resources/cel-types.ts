// Kubernetes' own types in CEL: quantities and semantic versions, with their functions.
import { EvaluationError, type Environment } from '@marcbachmann/cel-js';
import { parseQuantity, type QuantityError } from '../../api/quantity.ts';
import { compareVersions, parseTolerantVersion, parseVersion, type Version } from './semver.ts';

const NANOS_A_UNIT = 1_000_000_000n;

export class CelQuantity {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class CelVersion {
  readonly version: Version;

  constructor(version: Version) {
    this.version = version;
  }
}

/** Reads a quantity that an object or an expression holds. Throws QuantityError. */
export function quantityOf(text: string): CelQuantity {
  return new CelQuantity(parseQuantity(text));
}

/** Reads a version; with `normalize` also one that is written loosely. Throws when it is none. */
export function versionOf(text: string, normalize = false): CelVersion {
  const version = normalize ? parseTolerantVersion(text) : parseVersion(text);
  if (version === undefined) throw new EvaluationError(`${JSON.stringify(text)} is not a semantic version`);
  return new CelVersion(version);
}

export function declareQuantity(environment: Environment): void {
  const signOf = (value: bigint) => (value < 0n ? -1n : value > 0n ? 1n : 0n);
  const compare = (one: CelQuantity, two: CelQuantity) => signOf(one.nanos - two.nanos);
  const isInteger = ({ nanos }: CelQuantity) => nanos % NANOS_A_UNIT === 0n;
  const parsed = (text: string) => {
    try {
      return quantityOf(text);
    } catch (error) {
      throw new EvaluationError((error as QuantityError).message);
    }
  };
  environment
    .registerType('kubernetes.Quantity', { ctor: CelQuantity, fields: {} })
    .registerFunction('quantity(string): kubernetes.Quantity', parsed)
    .registerFunction('isQuantity(string): bool', (text: string) => holds(() => quantityOf(text)))
    .registerFunction('kubernetes.Quantity.sign(): int', ({ nanos }: CelQuantity) => signOf(nanos))
    .registerFunction('kubernetes.Quantity.isInteger(): bool', isInteger)
    .registerFunction('kubernetes.Quantity.asInteger(): int', (quantity: CelQuantity) => {
      if (!isInteger(quantity)) throw new EvaluationError('cannot convert value to integer');
      return quantity.nanos / NANOS_A_UNIT;
    })
    .registerFunction(
      'kubernetes.Quantity.asApproximateFloat(): double',
      ({ nanos }: CelQuantity) => Number(nanos) / Number(NANOS_A_UNIT),
    )
    .registerFunction('kubernetes.Quantity.compareTo(kubernetes.Quantity): int', compare)
    .registerFunction(
      'kubernetes.Quantity.isGreaterThan(kubernetes.Quantity): bool',
      (one: CelQuantity, two: CelQuantity) => one.nanos > two.nanos,
    )
    .registerFunction(
      'kubernetes.Quantity.isLessThan(kubernetes.Quantity): bool',
      (one: CelQuantity, two: CelQuantity) => one.nanos < two.nanos,
    )
    .registerOperator(
      'kubernetes.Quantity == kubernetes.Quantity',
      (one: CelQuantity, two: CelQuantity) => one.nanos === two.nanos,
    );
  for (const [name, sign] of [
    ['add', 1n],
    ['sub', -1n],
  ] as const) {
    environment
      .registerFunction(
        `kubernetes.Quantity.${name}(kubernetes.Quantity): kubernetes.Quantity`,
        (one: CelQuantity, two: CelQuantity) => new CelQuantity(one.nanos + sign * two.nanos),
      )
      .registerFunction(
        `kubernetes.Quantity.${name}(int): kubernetes.Quantity`,
        (one: CelQuantity, units: bigint) => new CelQuantity(one.nanos + sign * units * NANOS_A_UNIT),
      );
  }
}

export function declareVersion(environment: Environment): void {
  const compare = (one: CelVersion, two: CelVersion) => compareVersions(one.version, two.version);
  environment
    .registerType('kubernetes.Semver', { ctor: CelVersion, fields: {} })
    .registerFunction('semver(string): kubernetes.Semver', (text: string) => versionOf(text))
    .registerFunction('semver(string, bool): kubernetes.Semver', versionOf)
    .registerFunction('isSemver(string): bool', (text: string) => holds(() => versionOf(text)))
    .registerFunction('isSemver(string, bool): bool', (text: string, normalize: boolean) =>
      holds(() => versionOf(text, normalize)),
    )
    .registerFunction(
      'kubernetes.Semver.compareTo(kubernetes.Semver): int',
      (one: CelVersion, two: CelVersion) => BigInt(compare(one, two)),
    )
    .registerFunction(
      'kubernetes.Semver.isGreaterThan(kubernetes.Semver): bool',
      (one: CelVersion, two: CelVersion) => compare(one, two) > 0,
    )
    .registerFunction(
      'kubernetes.Semver.isLessThan(kubernetes.Semver): bool',
      (one: CelVersion, two: CelVersion) => compare(one, two) < 0,
    )
    .registerOperator(
      'kubernetes.Semver == kubernetes.Semver',
      (one: CelVersion, two: CelVersion) => compare(one, two) === 0,
    );
  (['major', 'minor', 'patch'] as const).forEach((name, part) => {
    environment.registerFunction(
      `kubernetes.Semver.${name}(): int`,
      ({ version }: CelVersion) => version.core[part]!,
    );
  });
}

function holds(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}
