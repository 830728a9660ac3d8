// Strings as cel-go's extension of that name has them (version 2). Positions count characters.
import { formatted } from './formatting.ts';
import { fn, method, passOver, passOverResult, traversal, type Library } from './library.ts';
import { DYN, INT, listOf, STRING } from './types.ts';
import { CelError, lengthOf, type Meter } from './values.ts';

/** The characters of a text; its own units when each is one. */
function charactersOf(text: string): readonly string[] | string {
  return lengthOf(text) === text.length ? text : Array.from(text);
}

function outOfRange(index: bigint): never {
  throw new CelError(`index out of range: ${index}`);
}

function charAt(text: string, index: bigint): string {
  const characters = charactersOf(text);
  if (index < 0n || index > BigInt(characters.length)) outOfRange(index);
  return characters[Number(index)] ?? '';
}

function substring(text: string, start: bigint, end?: bigint): string {
  const characters = charactersOf(text);
  const length = BigInt(characters.length);
  if (end !== undefined && start > end)
    throw new CelError(`invalid substring range. start: ${start}, end: ${end}`);
  if (start < 0n || start > length) outOfRange(start);
  if (end !== undefined && end > length) outOfRange(end);
  const part = characters.slice(Number(start), end === undefined ? undefined : Number(end));
  return typeof part === 'string' ? part : part.join('');
}

/** How many characters precede a position in units. */
function toCharacters(text: string, units: number): bigint {
  return units === -1 ? -1n : BigInt(lengthOf(text.slice(0, units)));
}

function toUnits(text: string, characters: bigint): number {
  const all = charactersOf(text);
  if (typeof all === 'string') return Number(characters);
  return all.slice(0, Number(characters)).join('').length;
}

function indexOf(text: string, part: string, from: bigint, meter: Meter): bigint {
  meter.work(text.length);
  if (from < 0n) outOfRange(from);
  const length = BigInt(lengthOf(text));
  if (part === '') return from > length ? length : from;
  if (from >= length) return -1n;
  return toCharacters(text, text.indexOf(part, toUnits(text, from)));
}

function lastIndexOf(text: string, part: string, from: bigint | undefined, meter: Meter): bigint {
  meter.work(text.length);
  const length = BigInt(lengthOf(text));
  if (from === undefined) return part === '' ? length : toCharacters(text, text.lastIndexOf(part));
  if (from < 0n) outOfRange(from);
  if (part === '') return from > length ? length : from;
  if (from >= length) return -1n;
  return toCharacters(text, text.lastIndexOf(part, toUnits(text, from)));
}

function replace(text: string, part: string, by: string, limit: bigint, meter: Meter): string {
  const pieces = part === '' ? ['', ...Array.from(text), ''] : text.split(part);
  const count = limit < 0n ? pieces.length - 1 : Math.min(pieces.length - 1, Number(limit));
  meter.work(text.length + count * by.length);
  return (
    pieces
      .slice(0, count)
      .map((piece) => piece + by)
      .join('') + pieces.slice(count).join(part)
  );
}

function split(text: string, separator: string, limit: bigint, meter: Meter): string[] {
  meter.work(text.length);
  if (limit === 0n) return [];
  const pieces = separator === '' ? Array.from(text) : text.split(separator);
  if (limit < 0n || BigInt(pieces.length) <= limit) return pieces;
  const last = Number(limit) - 1;
  return [...pieces.slice(0, last), pieces.slice(last).join(separator)];
}

function join(texts: readonly string[], separator: string, meter: Meter): string {
  meter.work(texts.reduce((sum, text) => sum + text.length + separator.length, 0));
  return texts.join(separator);
}

const QUOTED: Record<string, string> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

const TO_QUOTE = /[\x07\b\f\n\r\t\v\\"]/g;
/** What Go's unicode.IsSpace says is space. */
const SPACE = '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';

function trim(text: string): string {
  const isSpace = new RegExp(SPACE);
  let [start, end] = [0, text.length];
  while (start < end && isSpace.test(text[start]!)) start++;
  while (end > start && isSpace.test(text[end - 1]!)) end--;
  return text.slice(start, end);
}

const changed = passOver(0);
const rebuilt = passOver(0, 2);

export const strings: Library = {
  charAt: [method('string_char_at_int', [STRING, INT], STRING, charAt)],
  indexOf: [
    method(
      'string_index_of_string',
      [STRING, STRING],
      INT,
      (text, part, meter) => indexOf(text, part, 0n, meter),
      traversal,
    ),
    method('string_index_of_string_int', [STRING, STRING, INT], INT, indexOf, traversal),
  ],
  lastIndexOf: [
    method(
      'string_last_index_of_string',
      [STRING, STRING],
      INT,
      (text, part, meter) => lastIndexOf(text, part, undefined, meter),
      traversal,
    ),
    method('string_last_index_of_string_int', [STRING, STRING, INT], INT, lastIndexOf, traversal),
  ],
  lowerAscii: [
    method(
      'string_lower_ascii',
      [STRING],
      STRING,
      (text) => text.replace(/[A-Z]+/g, (part) => part.toLowerCase()),
      changed,
    ),
  ],
  upperAscii: [
    method(
      'string_upper_ascii',
      [STRING],
      STRING,
      (text) => text.replace(/[a-z]+/g, (part) => part.toUpperCase()),
      changed,
    ),
  ],
  replace: [
    method(
      'string_replace_string_string',
      [STRING, STRING, STRING],
      STRING,
      (text, part, by, meter) => replace(text, part, by, -1n, meter),
      rebuilt,
    ),
    method('string_replace_string_string_int', [STRING, STRING, STRING, INT], STRING, replace, rebuilt),
  ],
  split: [
    method(
      'string_split_string',
      [STRING, STRING],
      listOf(STRING),
      (text, separator, meter) => split(text, separator, -1n, meter),
      rebuilt,
    ),
    method('string_split_string_int', [STRING, STRING, INT], listOf(STRING), split, rebuilt),
  ],
  substring: [
    method('string_substring_int', [STRING, INT], STRING, (text, start) => substring(text, start), changed),
    method(
      'string_substring_int_int',
      [STRING, INT, INT],
      STRING,
      (text, start, end) => substring(text, start, end),
      changed,
    ),
  ],
  trim: [method('string_trim', [STRING], STRING, trim, changed)],
  join: [
    method(
      'list_join',
      [listOf(STRING)],
      STRING,
      (texts, meter) => join(texts, '', meter),
      passOverResult(2),
    ),
    method('list_join_string', [listOf(STRING), STRING], STRING, join, passOverResult(2)),
  ],
  format: [method('string_format', [STRING, listOf(DYN)], STRING, formatted, passOver(0))],
  'strings.quote': [
    fn(
      'strings_quote',
      [STRING],
      STRING,
      (text) => `"${text.replace(TO_QUOTE, (character) => QUOTED[character]!)}"`,
      passOver(0),
    ),
  ],
};
