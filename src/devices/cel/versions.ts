// Kubernetes' library for semantic versions.
import { compareVersions, parseTolerantVersion, parseVersion, type Version } from './semver.ts';
import { fn, method, passOver, type Library } from './library.ts';
import { BOOL, INT, objectType, STRING } from './types.ts';
import { CelError, type CelObject } from './values.ts';

export class CelVersion implements CelObject {
  readonly typeName = 'kubernetes.Semver';
  readonly version: Version;

  constructor(version: Version) {
    this.version = version;
  }

  /** With `normalize` also of a text that is written loosely. Throws CelError when it is none. */
  static parse(text: string, normalize = false): CelVersion {
    const version = normalize ? parseTolerantVersion(text) : parseVersion(text);
    if (typeof version === 'string') throw new CelError(version);
    return new CelVersion(version);
  }

  compare(other: CelVersion): -1 | 0 | 1 {
    return compareVersions(this.version, other.version);
  }

  equals(other: CelVersion): boolean {
    return this.compare(other) === 0;
  }
}

function isVersion(text: string, normalize = false): boolean {
  return typeof (normalize ? parseTolerantVersion(text) : parseVersion(text)) !== 'string';
}

const VERSION = objectType<CelVersion>('kubernetes.Semver');

const part = (name: string, n: number) => [
  method(`semver_${name}`, [VERSION], INT, ({ version }) => version.core[n]!),
];

export const versions: Library = {
  semver: [
    fn('string_to_semver', [STRING], VERSION, (text) => CelVersion.parse(text), passOver(0)),
    fn(
      'string_bool_to_semver',
      [STRING, BOOL],
      VERSION,
      (text, normalize) => CelVersion.parse(text, normalize),
      passOver(0),
    ),
  ],
  isSemver: [
    fn('is_semver_string', [STRING], BOOL, (text) => isVersion(text), passOver(0)),
    fn(
      'is_semver_string_bool',
      [STRING, BOOL],
      BOOL,
      (text, normalize) => isVersion(text, normalize),
      passOver(0),
    ),
  ],
  compareTo: [method('semver_compare_to', [VERSION, VERSION], INT, (one, two) => BigInt(one.compare(two)))],
  isGreaterThan: [
    method('semver_is_greater_than', [VERSION, VERSION], BOOL, (one, two) => one.compare(two) > 0),
  ],
  isLessThan: [method('semver_is_less_than', [VERSION, VERSION], BOOL, (one, two) => one.compare(two) < 0)],
  major: part('major', 0),
  minor: part('minor', 1),
  patch: part('patch', 2),
};
