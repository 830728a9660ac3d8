// Header fields in HPACK (RFC 7541), as a client reads and writes them.
//
//   1iiiiiii                     an indexed field
//   01iiiiii [name] value        a literal with incremental indexing: it enters the dynamic table; its name is indexed too,
//                                or a literal where i is 0
//   0000iiii [name] value        a literal without indexing
//   0001iiii [name] value        a literal that is never indexed, by nobody on the way either
//   001sssss                     how large the dynamic table may be from now on
//
// i and s are integers that may go on in the bytes after it. The indices are those of the static table, then of the dynamic
// one, the latest entry first.
import { Bytes } from './bytes.ts';
import { decodeHuffman } from './huffman.ts';
import { STATIC_TABLE } from './static-table.ts';

const INDEXED = 0x80;
const INCREMENTAL = 0x40;
const SIZE_UPDATE = 0x20;
const NEVER_INDEXED = 0x10;
const HUFFMAN = 0x80;
/** Of every field in the table, beside its name and value. */
const ENTRY_BYTES = 32;
/** What both sides have until they agree on another one. */
const TABLE_BYTES = 4096;
const PATH_INDEX = 4;
/** An integer of more bytes is none that a server means. */
const MOST_INTEGER_BYTES = 5;

/** Name and value. */
type Entry = readonly [string, string];

/** Reads the blocks of one connection, every one and in their order, since each may refer to those before. */
export class FieldReader {
  /** The latest last. */
  readonly #table: Entry[] = [];
  #tableUsed = 0;
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
      } else if (first & INCREMENTAL) {
        const field = this.#literal(6);
        this.#insert(field);
        onField(field[0], field[1]);
      } else if (first & SIZE_UPDATE) {
        this.#resize(this.#integer(5));
      } else {
        const [name, value] = this.#literal(4);
        onField(name, value);
      }
    }
  }

  #literal(bits: number): Entry {
    const index = this.#integer(bits);
    const name = index === 0 ? this.#text() : this.#field(index)[0];
    return [name, this.#text()];
  }

  #field(index: number): Entry {
    const nth = index - 1 - STATIC_TABLE.length;
    const field = nth < 0 ? STATIC_TABLE[index - 1] : this.#table[this.#table.length - 1 - nth];
    if (field === undefined) throw new Error(`there is no header field ${index}`);
    return field;
  }

  #insert(field: Entry): void {
    this.#table.push(field);
    this.#tableUsed += bytesOf(...field);
    this.#evict();
  }

  #resize(bytes: number): void {
    if (bytes > TABLE_BYTES) throw new Error('the table of header fields is larger than agreed');
    this.#tableBytes = bytes;
    this.#evict();
  }

  #evict(): void {
    while (this.#tableUsed > this.#tableBytes) this.#tableUsed -= bytesOf(...this.#table.shift()!);
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

/** A field that many requests have: it is a literal once on a connection, as long as it is the same object. */
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
  /** Those in the server's table, the oldest first, and how many were inserted before each. */
  readonly #table = new Map<Field, number>();
  #tableUsed = 0;
  #count = 0;
  #tableBytes = TABLE_BYTES;
  /** The smallest table since the last block, while the server has not been told. */
  #smallest: number | undefined;

  /** The server keeps no more than these. */
  resize(bytes: number): void {
    const allowed = Math.min(bytes, TABLE_BYTES);
    if (allowed === this.#tableBytes) return;
    this.#tableBytes = allowed;
    this.#smallest = Math.min(allowed, this.#smallest ?? allowed);
    this.#evict(0);
  }

  /** The block of a request; the fields whose name has a colon come first. Valid until the next one is written. */
  write(path: string, fields: readonly Field[]): Buffer {
    const bytes = this.#bytes;
    if (this.#smallest !== undefined) {
      // the server, too, has dropped what the smallest had no room for
      if (this.#smallest < this.#tableBytes) putInteger(bytes, SIZE_UPDATE, 5, this.#smallest);
      putInteger(bytes, SIZE_UPDATE, 5, this.#tableBytes);
      this.#smallest = undefined;
    }
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
    const nth = this.#table.get(field);
    if (nth !== undefined) {
      // the latest has the smallest index
      putInteger(this.#bytes, INDEXED, 7, STATIC_TABLE.length + this.#count - nth);
      return;
    }
    const size = bytesOf(field.name, field.value);
    if (size > this.#tableBytes) {
      putLiteral(this.#bytes, NEVER_INDEXED, 4, field);
      return;
    }
    putLiteral(this.#bytes, INCREMENTAL, 6, field);
    this.#evict(size);
    this.#table.set(field, this.#count++);
    this.#tableUsed += size;
  }

  /** The oldest fields leave the table as the server drops them, until there is room. */
  #evict(room: number): void {
    for (const field of this.#table.keys()) {
      if (this.#tableUsed + room <= this.#tableBytes) return;
      this.#table.delete(field);
      this.#tableUsed -= bytesOf(field.name, field.value);
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
