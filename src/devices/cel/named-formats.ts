// Kubernetes' library for formats that have a name, as format.dns1123Label().validate(text).
import { fn, method, regularExpressionCost, type Library } from './library.ts';
import { regularExpression } from './regular-expressions.ts';
import { listOf, objectType, optionalOf, STRING } from './types.ts';
import { Optional, type CelObject } from './values.ts';
import { Url } from './urls.ts';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const KEY = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const BASE64 = '(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})';
const UUID = '(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}';

class NamedFormat implements CelObject {
  readonly typeName = 'kubernetes.NamedFormat';
  readonly name: string;
  readonly isValid: (text: string) => boolean;
  /** What the reference counts a check of it by: about the length of a pattern. */
  readonly patternLength: number;

  constructor(name: string, patternLength: number, isValid: (text: string) => boolean) {
    this.name = name;
    this.patternLength = patternLength;
    this.isValid = isValid;
  }

  equals(other: NamedFormat): boolean {
    return other.name === this.name;
  }
}

/** Texts that match the pattern as a whole and are not too long. */
function matching(pattern: string, longest = Infinity): (text: string) => boolean {
  return (text) => text.length <= longest && regularExpression(`^(?:${pattern})$`).test(text);
}

/** A name that something will be appended to may end with a dash. */
function asPrefix(isValid: (text: string) => boolean): (text: string) => boolean {
  return (text) => isValid(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text);
}

function isQualifiedName(text: string): boolean {
  const parts = text.split('/');
  if (parts.length > 2 || !isKey(parts.at(-1))) return false;
  return parts.length === 1 || isSubdomain(parts[0]!);
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function isDateTime(text: string): boolean {
  const [date, time] = text.toLowerCase().split('t');
  if (time === undefined || !isDate(date!)) return false;
  const match = /^(\d{2}):(\d{2}):(\d{2})(?:.\d+)?(?:z|[+-]\d{2}:\d{2})$/.exec(time);
  return match !== null && match[1]! <= '23' && match[2]! <= '59' && match[3]! <= '59';
}

function isUri(text: string): boolean {
  try {
    return new Url(text) instanceof Url;
  } catch {
    return false;
  }
}

const isLabel = matching(LABEL, 63);
const isSubdomain = matching(SUBDOMAIN, 253);
const isLabel1035 = matching(LABEL_1035, 63);
const isKey = matching(KEY, 63);
const DATE_TIME_LENGTH = 70;

const FORMATS = new Map(
  [
    new NamedFormat('dns1123Label', 30, isLabel),
    new NamedFormat('dns1123Subdomain', 60, isSubdomain),
    new NamedFormat('dns1035Label', 30, isLabel1035),
    new NamedFormat('qualifiedName', 60, isQualifiedName),
    new NamedFormat('dns1123LabelPrefix', 30, asPrefix(isLabel)),
    new NamedFormat('dns1123SubdomainPrefix', 60, asPrefix(isSubdomain)),
    new NamedFormat('dns1035LabelPrefix', 30, asPrefix(isLabel1035)),
    new NamedFormat('labelValue', 40, (text) => text === '' || isKey(text)),
    new NamedFormat('uri', 1103, isUri),
    new NamedFormat('uuid', 70, matching(UUID)),
    new NamedFormat('byte', 84, matching(BASE64)),
    new NamedFormat('date', DATE_TIME_LENGTH, isDate),
    new NamedFormat('datetime', DATE_TIME_LENGTH, isDateTime),
  ].map((format) => [format.name, format]),
);

const FORMAT = objectType<NamedFormat>('kubernetes.NamedFormat');

const constants: Library = Object.fromEntries(
  Array.from(FORMATS, ([name, format]) => [
    `format.${name}`,
    [fn(`format.${name}`, [], FORMAT, () => format)],
  ]),
);

export const namedFormats: Library = {
  ...constants,
  'format.named': [
    fn('format-named', [STRING], optionalOf(FORMAT), (name) => {
      const format = FORMATS.get(name);
      return format === undefined ? Optional.none : new Optional(format);
    }),
  ],
  validate: [
    method(
      'format-validate',
      [FORMAT, STRING],
      optionalOf(listOf(STRING)),
      (format, text, meter) => {
        meter.work(text.length);
        return format.isValid(text) ? Optional.none : new Optional([`is not a valid ${format.name}`]);
      },
      ([format, text]) => regularExpressionCost(text!, (format as NamedFormat).patternLength),
    ),
  ],
};
