// Semantic versions, as CEL selectors compare them.

export interface Version {
  core: readonly [bigint, bigint, bigint];
  prerelease: readonly string[];
}

const NUMBER = '(0|[1-9]\\d*)';
const PRERELEASE = '(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)';
const BUILD = '[0-9a-zA-Z-]+';
const PATTERN = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-(${PRERELEASE}(?:\\.${PRERELEASE})*))?(?:\\+${BUILD}(?:\\.${BUILD})*)?$`,
);

/** Reads a version; undefined when it is none. */
export function parseVersion(text: string): Version | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [, major, minor, patch, prerelease] = match;
  return {
    core: [BigInt(major!), BigInt(minor!), BigInt(patch!)],
    prerelease: prerelease === undefined ? [] : prerelease.split('.'),
  };
}

/** Reads a version that may start with v, lack its minor or patch number, or have leading zeros. */
export function parseTolerantVersion(text: string): Version | undefined {
  const [, core, rest] = /^v?([^-+]*)(.*)$/s.exec(text)!;
  const numbers = core!.split('.').map((part) => part.replace(/^0+(?=\d)/, ''));
  if (numbers.length < 3 && rest !== '') return undefined;
  while (numbers.length < 3) numbers.push('0');
  return parseVersion(numbers.join('.') + rest!);
}

/** -1, 0 or 1 by precedence; build metadata does not count. */
export function compareVersions(one: Version, two: Version): -1 | 0 | 1 {
  for (let n = 0; n < one.core.length; n++) {
    if (one.core[n]! !== two.core[n]!) return one.core[n]! < two.core[n]! ? -1 : 1;
  }
  if (one.prerelease.length === 0 || two.prerelease.length === 0) {
    if (one.prerelease.length === two.prerelease.length) return 0;
    return one.prerelease.length === 0 ? 1 : -1;
  }
  for (let n = 0; n < Math.max(one.prerelease.length, two.prerelease.length); n++) {
    const order = compareIdentifiers(one.prerelease[n], two.prerelease[n]);
    if (order !== 0) return order;
  }
  return 0;
}

function compareIdentifiers(one: string | undefined, two: string | undefined): -1 | 0 | 1 {
  if (one === two) return 0;
  if (one === undefined || two === undefined) return one === undefined ? -1 : 1;
  const numeric = [one, two].map((text) => /^\d+$/.test(text));
  if (numeric[0] !== numeric[1]) return numeric[0] ? -1 : 1;
  if (numeric[0]) return BigInt(one) < BigInt(two) ? -1 : 1;
  return one < two ? -1 : 1;
}
