// JSON values in few bytes: each text, number, list and object stands there once, however often it is said, so that the pods
// of a template share all that they have in common, there and when they are read again.
//
//   entry: tag, then what the tag asks for; an entry that is a value has the next number, and is meant by how many entries
//   back it stands. Numbers 0 to 2 are null, false and true. The last value is the whole.

/** Bytes that are no values. */
export class ValuesError extends Error {
  override name = 'ValuesError';
}

const [TEXT, INTEGER, FLOAT, LIST, FIELDS, OBJECT] = [1, 2, 3, 4, 5, 6];
const CONSTANTS: readonly unknown[] = [null, false, true];
const INTEGER_MOST = 2 ** 30;

class Writer {
  #bytes = new Uint8Array(65_536);
  #length = 0;
  #values = CONSTANTS.length;
  #fieldLists = 0;
  readonly #encoder = new TextEncoder();
  readonly #known = new Map<string, number>();
  readonly #texts = new Map<string, number>();
  readonly #fields = new Map<string, number>();
  /** Objects that are one in memory need not be compared. */
  readonly #objects = new Map<object, number>();

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Writes what is new of a value; returns its number. */
  write(value: unknown): number {
    if (value === null) return 0;
    switch (typeof value) {
      case 'boolean':
        return value ? 2 : 1;
      case 'string':
        return this.#text(value);
      case 'number':
        return this.#number(value);
      case 'object':
        break;
      default:
        throw new TypeError(`no JSON value: ${typeof value}`);
    }
    let number = this.#objects.get(value);
    if (number === undefined) {
      number = Array.isArray(value) ? this.#list(value) : this.#object(value);
      this.#objects.set(value, number);
    }
    return number;
  }

  #text(text: string): number {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const encoded = this.#encoder.encode(text);
    this.#begin(TEXT, encoded.length);
    this.#reserve(encoded.length);
    this.#bytes.set(encoded, this.#length);
    this.#length += encoded.length;
    this.#texts.set(text, this.#values);
    return this.#values++;
  }

  #number(value: number): number {
    const key = `n${value}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (Number.isInteger(value) && Math.abs(value) < INTEGER_MOST) {
      this.#begin(INTEGER, value < 0 ? -2 * value - 1 : 2 * value);
    } else {
      this.#reserve(9);
      this.#bytes[this.#length++] = FLOAT;
      new DataView(this.#bytes.buffer).setFloat64(this.#length, value, true);
      this.#length += 8;
    }
    this.#known.set(key, this.#values);
    return this.#values++;
  }

  #list(list: readonly unknown[]): number {
    const items = list.map((item) => this.write(item ?? null));
    const key = `[${items.join()}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#begin(LIST, items.length);
    return this.#end(key, items);
  }

  #object(object: object): number {
    const names: number[] = [];
    const items: number[] = [];
    for (const [name, value] of Object.entries(object) as [string, unknown][]) {
      if (value === undefined) continue;
      names.push(this.#text(name));
      items.push(this.write(value));
    }
    const fields = this.#fieldsOf(names);
    const key = `${fields}:${items.join()}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#begin(OBJECT, fields);
    return this.#end(key, items);
  }

  #fieldsOf(names: readonly number[]): number {
    const key = names.join();
    const known = this.#fields.get(key);
    if (known !== undefined) return known;
    this.#begin(FIELDS, names.length);
    for (const name of names) this.#natural(this.#values - name);
    this.#fields.set(key, this.#fieldLists);
    return this.#fieldLists++;
  }

  #end(key: string, items: readonly number[]): number {
    for (const item of items) this.#natural(this.#values - item);
    this.#known.set(key, this.#values);
    return this.#values++;
  }

  #begin(tag: number, natural: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = tag;
    this.#natural(natural);
  }

  /** Seven bits a byte, the lowest first. */
  #natural(natural: number): void {
    this.#reserve(5);
    for (; natural >= 0x80; natural >>>= 7) this.#bytes[this.#length++] = (natural & 0x7f) | 0x80;
    this.#bytes[this.#length++] = natural;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#length + bytes));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #values: unknown[] = [...CONSTANTS];
  readonly #fields: string[][] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(): unknown {
    while (this.#at < this.#bytes.length) {
      const tag = this.#bytes[this.#at++];
      if (tag === FIELDS) this.#fields.push(this.#names());
      else this.#values.push(this.#value(tag));
    }
    return this.#values.at(-1);
  }

  #value(tag: number | undefined): unknown {
    switch (tag) {
      case TEXT:
        return this.#text();
      case INTEGER: {
        const natural = this.#natural();
        return natural % 2 === 0 ? natural / 2 : -(natural + 1) / 2;
      }
      case FLOAT:
        this.#need(8);
        this.#at += 8;
        return this.#view.getFloat64(this.#at - 8, true);
      case LIST: {
        const list: unknown[] = [];
        for (let left = this.#count(); left > 0; left--) list.push(this.#back());
        return list;
      }
      case OBJECT:
        return this.#object();
      default:
        throw new ValuesError(`byte ${this.#at - 1} begins nothing that is known`);
    }
  }

  #text(): string {
    const length = this.#count();
    this.#at += length;
    return this.#decoder.decode(this.#bytes.subarray(this.#at - length, this.#at));
  }

  #names(): string[] {
    const names: string[] = [];
    for (let left = this.#count(); left > 0; left--) names.push(this.#back() as string);
    return names;
  }

  #object(): unknown {
    const names = this.#fields[this.#natural()];
    if (names === undefined) throw new ValuesError(`byte ${this.#at} means fields that are not there`);
    const object: Record<string, unknown> = {};
    for (const name of names) {
      const value = this.#back();
      // a plain assignment would set the prototype
      if (name === '__proto__') Object.defineProperty(object, name, { value, enumerable: true });
      else object[name] = value;
    }
    return object;
  }

  #back(): unknown {
    const number = this.#values.length - this.#natural();
    if (number < 0 || number >= this.#values.length)
      throw new ValuesError(`byte ${this.#at} means a value that is not there`);
    return this.#values[number];
  }

  /** How many bytes or items follow; each item has a byte at the least. */
  #count(): number {
    const count = this.#natural();
    this.#need(count);
    return count;
  }

  #need(bytes: number): void {
    if (this.#bytes.length - this.#at < bytes) throw new ValuesError('it ends too early');
  }

  #natural(): number {
    let natural = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new ValuesError('it ends too early');
      natural += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return natural;
    }
    throw new ValuesError(`byte ${this.#at} belongs to a number that is too large`);
  }
}

/** The bytes of a JSON value. Fields that are undefined are left out. */
export function encodeValue(value: object): Uint8Array {
  const writer = new Writer();
  writer.write(value);
  return writer.bytes;
}

/**
 * The value of such bytes. Equal parts of it are one in memory: nobody may change them.
 * @throws ValuesError
 */
export function decodeValue(bytes: Uint8Array): unknown {
  return new Reader(bytes).read();
}
