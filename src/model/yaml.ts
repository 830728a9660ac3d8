// Reads YAML into plain values as kubectl and kube-scheduler do: the documents of a file one by one, the scalars of
// YAML 1.1 as Go's library takes them (no timestamps, no base 60), aliases unfolded within a bound.
import { FAILSAFE_SCHEMA, loadAll, Type, YAMLException } from 'js-yaml';

/** One document of a file. */
export interface YamlDocument {
  /** Counted from 1, documents that hold nothing left out. */
  number: number;
  /** The values that it holds: one, unless "..." ends it early. */
  values: unknown[];
  /** Why it cannot be read, with the line in the file. */
  error?: string;
  /** The first key that is there twice, with its line: the last one counts, as kubectl has it. */
  duplicate?: string;
}

/** What aliases may add to a document, in values: more is an attack, or a mistake. */
const UNFOLDED_MAX = 1_000_000;

const DUPLICATE = 'duplicated mapping key';
const SEPARATOR = /^---(?=\s|$)/gm;
/** Comments, directives and markers. */
const HOLDS_NOTHING = /^(?:\s*(?:#.*)?|%.*|---\s*(?:#.*)?|\.\.\.\s*)$/;

const NULLS = ['', '~', 'null', 'Null', 'NULL'];
const TRUE = ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'];
const FALSE = ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'];
const INTEGER = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

const SCHEMA = FAILSAFE_SCHEMA.extend({
  implicit: [
    scalar(
      'null',
      (text) => NULLS.includes(text),
      () => null,
    ),
    scalar(
      'bool',
      (text) => TRUE.includes(text) || FALSE.includes(text),
      (text) => TRUE.includes(text),
    ),
    scalar(
      'int',
      (text) => INTEGER.test(plain(text)),
      (text) => integerOf(plain(text)),
    ),
    scalar(
      'float',
      (text) => FLOAT.test(plain(text)),
      (text) => Number(plain(text)),
    ),
    new Type('tag:yaml.org,2002:merge', { kind: 'scalar', resolve: (text) => text === '<<' }),
  ],
});

/** The documents of a text, in their order; those that hold nothing are left out. */
export function* yamlDocuments(text: string): Generator<YamlDocument> {
  let number = 0;
  for (const { chunk, line } of chunksOf(text)) {
    if (chunk.split('\n').every((one) => HOLDS_NOTHING.test(one.replace(/\r$/, '')))) continue;
    yield readDocument(chunk, line, ++number);
  }
}

/** The text between separators, with the number of lines before it. */
function* chunksOf(text: string): Generator<{ chunk: string; line: number }> {
  let from = 0;
  let line = 0;
  for (const { index } of [...text.matchAll(SEPARATOR), { index: text.length }]) {
    const chunk = text.slice(from, index);
    yield { chunk, line };
    for (let at = chunk.indexOf('\n'); at >= 0; at = chunk.indexOf('\n', at + 1)) line++;
    from = index;
  }
}

function readDocument(chunk: string, linesBefore: number, number: number): YamlDocument {
  const document: YamlDocument = { number, values: [] };
  try {
    const values = load(chunk, document, linesBefore);
    document.values = values.filter((value) => value !== null && value !== undefined);
    if (/[&*]/.test(chunk)) document.values = unfolded(document.values, chunk.length + UNFOLDED_MAX);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    document.error = describe(error, linesBefore);
    document.values = [];
  }
  return document;
}

function load(chunk: string, document: YamlDocument, linesBefore: number): unknown[] {
  try {
    return loadAll(chunk, null, { schema: SCHEMA });
  } catch (error) {
    if (!(error instanceof YAMLException) || error.reason !== DUPLICATE) throw error;
    document.duplicate = describe(error, linesBefore);
    return loadAll(chunk, null, { schema: SCHEMA, json: true });
  }
}

function describe({ reason, mark }: YAMLException, linesBefore: number): string {
  return mark === undefined ? reason : `line ${linesBefore + mark.line + 1}: ${reason}`;
}

/** The values with each alias in a copy of its own. */
function unfolded(values: unknown[], limit: number): unknown[] {
  let count = 0;
  const copy = (value: unknown): unknown => {
    if (++count > limit) throw new YAMLException('its aliases unfold to more than can be read');
    if (Array.isArray(value)) return value.map(copy);
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
    return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, copy(held)]));
  };
  return values.map(copy);
}

function scalar(name: string, isOne: (text: string) => boolean, read: (text: string) => unknown): Type {
  return new Type(`tag:yaml.org,2002:${name}`, {
    kind: 'scalar',
    resolve: (text: string | null) => isOne(text ?? ''),
    construct: (text: string | null) => read(text ?? ''),
  });
}

function plain(text: string): string {
  return text.replaceAll('_', '');
}

function integerOf(text: string): number {
  const [, sign, digits] = /^([-+]?)(.*)$/.exec(text)!;
  const octal = /^0[oO]?([0-7]+)$/.exec(digits!);
  const amount = octal ? Number.parseInt(octal[1]!, 8) : Number(digits);
  return sign === '-' ? -amount : amount;
}
