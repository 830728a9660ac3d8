// Semantic versions, as CEL selectors compare them.

export interface Version {
  core: readonly [bigint, bigint, bigint];
  prerelease: readonly string[];
}

/** What the reference's parser holds in a uint64. */
const MAX_NUMBER = 2n ** 64n - 1n;

/** Reads a version; when it is none, the reference's text of why. */
export function parseVersion(text: string): Version | string {
  if (text === '') return 'Version string empty';
  const parts = splitInThree(text);
  if (parts.length < 3) return 'No Major.Minor.Patch elements found';
  const [core, build] = splitOnce(parts[2]!, '+');
  const [patch, prerelease] = splitOnce(core, '-');
  const numbers = [parts[0]!, parts[1]!, patch].map((number, n) =>
    numberOf(number, ['Major', 'Minor', 'Patch'][n]!),
  );
  const fault = numbers.find((number) => typeof number === 'string');
  if (fault !== undefined) return fault;
  const identifiers = prerelease?.split('.') ?? [];
  const invalid =
    identifiers.map(prereleaseFault).find(isText) ?? build?.split('.').map(buildFault).find(isText);
  return invalid ?? { core: numbers as [bigint, bigint, bigint], prerelease: identifiers };
}

/** Reads a version that may start with v, lack its minor or patch number, or have leading zeros. */
export function parseTolerantVersion(text: string): Version | string {
  const parts = splitInThree(text.replace(/^v/, '')).map((part) => {
    if (part.length <= 1) return part;
    const trimmed = part.replace(/^0+/, '');
    return /^\d/.test(trimmed) ? trimmed : `0${trimmed}`;
  });
  if (parts.length < 3) {
    if (/[-+]/.test(parts.at(-1))) return 'short version cannot contain PreRelease/Build meta data';
    while (parts.length < 3) parts.push('0');
  }
  return parseVersion(parts.join('.'));
}

function splitInThree(text: string): string[] {
  const [major, ...rest] = text.split('.');
  return rest.length < 2 ? [major!, ...rest] : [major!, rest[0]!, rest.slice(1).join('.')];
}

function splitOnce(text: string, separator: string): [before: string, after: string | undefined] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function isText(fault: string | undefined): fault is string {
  return fault !== undefined;
}

function numberOf(text: string, name: string): bigint | string {
  if (!/^\d+$/.test(text))
    return `Invalid character(s) found in ${name.toLowerCase()} number ${JSON.stringify(text)}`;
  if (/^0./.test(text)) return `${name} number must not contain leading zeroes ${JSON.stringify(text)}`;
  const number = text.length > 20 ? MAX_NUMBER + 1n : BigInt(text);
  return number > MAX_NUMBER
    ? `strconv.ParseUint: parsing ${JSON.stringify(text)}: value out of range`
    : number;
}

function prereleaseFault(text: string): string | undefined {
  if (text === '') return 'Prerelease is empty';
  if (/^0\d+$/.test(text))
    return `Numeric PreRelease version must not contain leading zeroes ${JSON.stringify(text)}`;
  if (/^\d+$/.test(text))
    return text.length > 20 || BigInt(text) > MAX_NUMBER ? 'value out of range' : undefined;
  return /^[0-9A-Za-z-]+$/.test(text)
    ? undefined
    : `Invalid character(s) found in prerelease ${JSON.stringify(text)}`;
}

function buildFault(text: string): string | undefined {
  if (text === '') return 'Build meta data is empty';
  return /^[0-9A-Za-z-]+$/.test(text)
    ? undefined
    : `Invalid character(s) found in build meta data ${JSON.stringify(text)}`;
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
