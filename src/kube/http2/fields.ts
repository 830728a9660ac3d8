// Header fields in HPACK (RFC 7541), as a client reads and writes them.
//
//   1iiiiiii                     a field that is known, by its index
//   01iiiiii [name] value        a field to be known from now on; its name by index, or spelt where that is 0
//   0000iiii [name] value        a field that is not to be known
//   0001iiii [name] value        the same, and nobody on the way may make it known
//   001sssss                     how large the table of known fields is from now on
//
// i and s are integers that may go on in the bytes after it. Known are the static table, then what was made known, the
// latest first, as long as the table has room for it.
import { Bytes } from './bytes.ts';
import { decodeHuffman } from './huffman.ts';
import { STATIC_TABLE } from './static-table.ts';

const INDEXED = 0x80;
const MADE_KNOWN = 0x40;
const RESIZED = 0x20;
const NEVER_KNOWN = 0x10;
const HUFFMAN = 0x80;
/** Of every field in the table, beside its name and value. */
const ENTRY_BYTES = 32;
/** What both sides have until they agree on another one. */
const TABLE_BYTES = 4096;
const PATH_INDEX = 4;
/** An integer of more bytes is none that a server means. */
const MOST_INTEGER_BYTES = 5;

/** Name and value. */
type Known = readonly [string, string];

/** Reads the blocks of one connection, every one and in their order, since each may refer to those before. */
export class FieldReader {
  /** The latest last. */
  readonly #known: Known[] = [];
  #knownBytes = 0;
  #tableBytes = TABLE_BYTES;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;

  /** @throws Error when the block is not well formed: nothing on this connection can be read any more */
  read(block: Buffer, onField: (name: string, value: string) => void): void {
    this.#block = block;
    this.#at = 0;
    while (this.#at < block.length) {
      const first = block[this.#at]!;
      if (first & INDEXED) {
        const [name, value] = this.#field(this.#integer(7));
        onField(name, value);
      } else if (first & MADE_KNOWN) {
        const field = this.#literal(6);
        this.#makeKnown(field);
        onField(field[0], field[1]);
      } else if (first & RESIZED) {
        this.#resize(this.#integer(5));
      } else {
        const [name, value] = this.#literal(4);
        onField(name, value);
      }
    }
  }

  #literal(bits: number): Known {
    const index = this.#integer(bits);
    const name = index === 0 ? this.#text() : this.#field(index)[0];
    return [name, this.#text()];
  }

  #field(index: number): Known {
    const nth = index - 1 - STATIC_TABLE.length;
    const field = nth < 0 ? STATIC_TABLE[index - 1] : this.#known[this.#known.length - 1 - nth];
    if (field === undefined) throw new Error(`there is no header field ${index}`);
    return field;
  }

  #makeKnown(field: Known): void {
    this.#known.push(field);
    this.#knownBytes += bytesOf(...field);
    this.#forget();
  }

  #resize(bytes: number): void {
    if (bytes > TABLE_BYTES) throw new Error('the table of header fields is larger than agreed');
    this.#tableBytes = bytes;
    this.#forget();
  }

  #forget(): void {
    while (this.#knownBytes > this.#tableBytes) this.#knownBytes -= bytesOf(...this.#known.shift()!);
  }

  /** An integer whose first part is the last `bits` of the byte. */
  #integer(bits: number): number {
    const full = (1 << bits) - 1;
    let value = this.#byte() & full;
    if (value < full) return value;
    for (let nth = 0; nth < MOST_INTEGER_BYTES; nth++) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** (7 * nth);
      if (byte < 0x80) return value;
    }
    throw new Error('an integer has no end');
  }

  #text(): string {
    const isHuffman = (this.#block[this.#at]! & HUFFMAN) !== 0;
    const length = this.#integer(7);
    const begin = this.#at;
    this.#at += length;
    if (this.#at > this.#block.length) throw new Error('a header field is cut off');
    if (isHuffman) return decodeHuffman(this.#block.subarray(begin, this.#at));
    return this.#block.toString('latin1', begin, this.#at);
  }

  #byte(): number {
    const byte = this.#block[this.#at++];
    if (byte === undefined) throw new Error('a block of header fields is cut off');
    return byte;
  }
}

/** A field that many requests have: it is spelt once on a connection, as long as it is the same object. */
export interface Field {
  readonly name: string;
  readonly value: string;
  /** In the static table; 0 where it is not there. */
  readonly index: number;
  readonly nameIndex: number;
}

const FIELD_INDEX = new Map(STATIC_TABLE.map(([name, value], nth) => [`${name}: ${value}`, nth + 1]));
const NAME_INDEX = new Map([...STATIC_TABLE.entries()].reverse().map(([nth, [name]]) => [name, nth + 1]));

/** The name is in small letters. */
export function fieldOf(name: string, value: string): Field {
  return {
    name,
    value,
    index: FIELD_INDEX.get(`${name}: ${value}`) ?? 0,
    nameIndex: NAME_INDEX.get(name) ?? 0,
  };
}

/** Writes the blocks of one connection. */
export class FieldWriter {
  readonly #bytes = new Bytes();
  /** Those in the server's table, the oldest first, and how many were made known before each. */
  readonly #known = new Map<Field, number>();
  #knownBytes = 0;
  #count = 0;
  #tableBytes = TABLE_BYTES;
  #isResized = false;

  /** The server keeps no more than these. */
  resize(bytes: number): void {
    const allowed = Math.min(bytes, TABLE_BYTES);
    if (allowed === this.#tableBytes) return;
    this.#tableBytes = allowed;
    this.#isResized = true;
    this.#forget(0);
  }

  /** The block of a request; the fields whose name has a colon come first. Valid until the next one is written. */
  write(path: string, fields: readonly Field[]): Buffer {
    const bytes = this.#bytes;
    if (this.#isResized) putInteger(bytes, RESIZED, 5, this.#tableBytes);
    this.#isResized = false;
    putInteger(bytes, 0, 4, PATH_INDEX);
    putText(bytes, path);
    for (const field of fields) this.#put(field);
    return bytes.take();
  }

  #put(field: Field): void {
    if (field.index > 0) {
      putInteger(this.#bytes, INDEXED, 7, field.index);
      return;
    }
    const nth = this.#known.get(field);
    if (nth !== undefined) {
      // the latest has the smallest index
      putInteger(this.#bytes, INDEXED, 7, STATIC_TABLE.length + this.#count - nth);
      return;
    }
    const size = bytesOf(field.name, field.value);
    if (size > this.#tableBytes) {
      putLiteral(this.#bytes, NEVER_KNOWN, 4, field);
      return;
    }
    putLiteral(this.#bytes, MADE_KNOWN, 6, field);
    this.#forget(size);
    this.#known.set(field, this.#count++);
    this.#knownBytes += size;
  }

  /** The oldest fields leave the table as the server drops them, until there is room. */
  #forget(room: number): void {
    for (const field of this.#known.keys()) {
      if (this.#knownBytes + room <= this.#tableBytes) return;
      this.#known.delete(field);
      this.#knownBytes -= bytesOf(field.name, field.value);
    }
  }
}

function bytesOf(name: string, value: string): number {
  return name.length + value.length + ENTRY_BYTES;
}

function putLiteral(to: Bytes, pattern: number, bits: number, { name, value, nameIndex }: Field): void {
  putInteger(to, pattern, bits, nameIndex);
  if (nameIndex === 0) putText(to, name);
  putText(to, value);
}

function putText(to: Bytes, text: string): void {
  putInteger(to, 0, 7, text.length);
  to.latin1(text);
}

function putInteger(to: Bytes, pattern: number, bits: number, value: number): void {
  const full = (1 << bits) - 1;
  if (value < full) {
    to.byte(pattern | value);
    return;
  }
  to.byte(pattern | full);
  let rest = value - full;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) to.byte((rest & 0x7f) | 0x80);
  to.byte(rest);
}
