// Reads the records of assembly/records.ts and writes for the host, as a module with its types, the size of each, the
// offset of each field, and a function that writes one. asc lays the fields of an unmanaged class out one after another,
// each aligned to its size; test/kernel/records.test.ts asks asc itself.
const SIZES = { u32: 4, u64: 8, f64: 8 };

/**
 * The records in a source text: [{name, doc, size, fields: [{name, type, offset, doc, isOptional}]}]. A field of a class
 * is an address. Optional are the fields that are absent when 0, the kernel's own state, and padding.
 */
export function recordsIn(text) {
  const records = [];
  let doc = '';
  let record;
  for (const line of text.split('\n')) {
    const comment = /^\s*\/\*\*\s*(.*?)\s*(?:\*\/)?$/.exec(line) ?? /^\s*\*\s?(.*?)\s*(?:\*\/)?$/.exec(line);
    const begin = /^export class (\w+) \{$/.exec(line);
    const field = /^ {2}(\w+)!?: (\w+)( \| null)?;$/.exec(line);
    if (comment && !begin && !field) doc = line.includes('/**') ? comment[1] : `${doc} ${comment[1]}`.trim();
    else if (begin) {
      record = { name: begin[1], doc, size: 0, fields: [] };
      records.push(record);
      doc = '';
    } else if (field && record) {
      const [, name, type, nullable] = field;
      const bytes = SIZES[type] ?? 4;
      const offset = Math.ceil(record.size / bytes) * bytes;
      const isState = /\bstate\b/i.test(doc) && type in SIZES;
      record.fields.push({
        name,
        type: type in SIZES ? type : 'u32',
        offset,
        doc,
        isOptional: nullable !== undefined || isState || name === 'reserved' || type === 'u64',
      });
      record.size = offset + bytes;
      doc = '';
    } else if (line === '}') record = undefined;
    else if (line.trim() !== '' && !line.startsWith('@')) doc = '';
  }
  return records;
}

/** The module that the host imports, and its types. */
export function recordModule(text) {
  const records = recordsIn(text);
  const uneven = records.filter(
    ({ size, fields }) => size % 4 !== 0 || (size % 8 !== 0 && fields.some(({ type }) => type !== 'u32')),
  );
  if (uneven.length > 0)
    throw new Error(`records of an uneven size: ${uneven.map(({ name }) => name).join(', ')}`);
  return { code: records.map(codeOf).join(''), types: typesHeader + records.map(typesOf).join('') };
}

function codeOf({ name, size, fields }) {
  const offsets = fields.map((field) => `  ${field.name}: ${field.offset},\n`).join('');
  const stores = fields
    .filter(({ type }) => type !== 'u64')
    .map(({ name: field, type, offset, isOptional }) => {
      const value = isOptional ? `record.${field} ?? 0` : `record.${field}`;
      return type === 'f64'
        ? `    f64[at / 8 + ${offset / 8}] = ${value};\n`
        : `    u32[at / 4 + ${offset / 4}] = ${value};\n`;
    });
  const write = `  write({ u32, f64 }, at, record) {\n${stores.join('')}  },\n`;
  return `export const ${name} = {\n  size: ${size},\n${offsets}${write}};\n`;
}

const typesHeader = `export interface Words {
  readonly u32: Uint32Array;
  readonly f64: Float64Array;
}
`;

function typesOf({ name, doc, size, fields }) {
  const comment = (text, indent) => (text === '' ? '' : `${indent}/** ${text} */\n`);
  const values = fields
    .filter(({ name: field, type }) => field !== 'reserved' && type !== 'u64')
    .map((field) => `${comment(field.doc, '  ')}  ${field.name}${field.isOptional ? '?' : ''}: number;\n`);
  const offsets = fields.map((field) => `  readonly ${field.name}: ${field.offset};\n`).join('');
  return (
    `${comment(doc, '')}export interface ${name}Values {\n${values.join('')}}\n` +
    `/** Offsets in bytes, the size, and how one is written at an address. */\n` +
    `export declare const ${name}: {\n  readonly size: ${size};\n${offsets}` +
    `  write(memory: Words, at: number, record: ${name}Values): void;\n};\n`
  );
}
