// The values in a text: JSON, one or several after another, or the documents of a YAML file.
import { mistakenFor, mistakenYaml, TEMPLATE } from '../model/mistaken.ts';
import { isObject } from '../model/shape.ts';
import { yamlDocuments } from '../model/yaml.ts';

/** One value of a file. */
export interface FoundValue {
  /** Where it is, as messages begin: "document 2: ", or nothing when it is alone. */
  place: string;
  value?: unknown;
  /** Why it cannot be read. */
  error?: string;
  /** What was read otherwise than it may have been meant. */
  notice?: string;
}

/** JSON is far faster to read, and what large clusters come in. */
const LOOKS_LIKE_JSON = /^\s*(\{\s*["}]|\[)/;
const SEPARATOR = /^---\s*$/m;
/** How a key reads that is an object itself. */
const BRACES = '[object Object]';
/** YAML takes ten times as long, and as much memory. */
const YAML_MAX = 100 * 2 ** 20;

/** The values, in the order of the text. A text that is something else than objects is one error. */
export function valuesIn(text: string): FoundValue[] {
  const is = mistakenFor(text);
  if (is !== undefined) return [{ place: '', error: is }];
  if (/^\s*$/.test(text)) return [{ place: '', error: 'is empty' }];
  const values = LOOKS_LIKE_JSON.test(text) ? jsonValues(text) : yamlValues(text);
  if (values.length === 0) return [{ place: '', error: 'is empty' }];
  return values.length === 1 ? [{ ...values[0]!, place: '' }] : values;
}

function yamlValues(text: string): FoundValue[] {
  if (text.length > YAML_MAX) {
    return [
      { place: '', error: 'is YAML of more than 100 MiB: get it with "-o json", which is read faster' },
    ];
  }
  const found: FoundValue[] = [];
  for (const { number, values, error, duplicate } of yamlDocuments(text.replace(/^\uFEFF/gm, ''))) {
    const place = `document ${number}: `;
    if (error !== undefined) found.push({ place, error: mistakenYaml(text) ?? `is not YAML: ${error}` });
    const notice = duplicate && `${duplicate}; the last one counts`;
    for (const value of values)
      found.push(hasBraces(value) ? { place, error: TEMPLATE } : { place, value, notice });
  }
  return found;
}

/** Whether a value holds another one as a key: that is what YAML makes of a template's braces. */
function hasBraces(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasBraces);
  return isObject(value) && (BRACES in value || Object.values(value).some(hasBraces));
}

function jsonValues(text: string): FoundValue[] {
  try {
    return [{ place: '', value: JSON.parse(text) as unknown }];
  } catch (whole) {
    // values between separators are documents, and need not all be JSON
    if (SEPARATOR.test(text)) return yamlValues(text);
    const parts = [...partsOf(text)];
    // one value that is broken: where, is said of the whole
    if (parts.length === 1) return [{ place: '', error: `is not JSON: ${(whole as Error).message}` }];
    return parts.map((part, i) => jsonValue(part, `value ${i + 1}: `));
  }
}

function jsonValue(part: string, place: string): FoundValue {
  try {
    return { place, value: JSON.parse(part) as unknown };
  } catch (error) {
    return { place, error: `is not JSON: ${(error as Error).message}` };
  }
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];

/** The texts of values that stand one after another, each up to the bracket that closes it. */
function* partsOf(text: string): Generator<string> {
  let depth = 0;
  let start = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (inString) {
      if (char === BACKSLASH) i++;
      else if (char === QUOTE) inString = false;
    } else if (char === QUOTE) inString = true;
    else if (char === OPEN || char === OPEN_LIST) depth++;
    else if ((char === CLOSE || char === CLOSE_LIST) && --depth <= 0) {
      yield withoutMarks(text.slice(start, i + 1));
      start = i + 1;
      depth = 0;
    }
  }
  const rest = withoutMarks(text.slice(start));
  if (rest !== '') yield rest;
}

/** Byte order marks, and separators of YAML documents, stand between values where files were joined. */
function withoutMarks(text: string): string {
  return text.replace(/^(?:\s|\uFEFF|---)+/, '').trim();
}
