import { describe, expect, it } from 'vitest';
import { fieldOf, FieldReader, FieldWriter, type Field } from '../src/fields.ts';
import { decodeHuffman } from '../src/huffman.ts';

function read(reader: FieldReader, hex: string): string[] {
  const fields: string[] = [];
  const block = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  reader.read(block, (name, value) => fields.push(`${name}: ${value}`));
  return fields;
}

describe('FieldReader', () => {
  it('reads the answers of RFC 7541, C.6, whose table of 256 bytes drops fields', () => {
    const reader = new FieldReader();
    const shared = (second: number) => [
      'cache-control: private',
      `date: Mon, 21 Oct 2013 20:13:${second} GMT`,
      'location: https://www.example.com',
    ];
    const resized = '3fe101';
    const first =
      '4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 ' +
      '8f0b 97c8 e9ae 82ae 43d3';
    expect(read(reader, resized + first)).toEqual([':status: 302', ...shared(21)]);
    expect(read(reader, '4883 640e ffc1 c0bf')).toEqual([':status: 307', ...shared(21)]);
    const third =
      '88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 ' +
      'dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07';
    expect(read(reader, third)).toEqual([
      ':status: 200',
      ...shared(22),
      'content-encoding: gzip',
      'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
    ]);
  });

  it('drops fields as soon as the table has more bytes than it may have, and not before', () => {
    /** A field that is inserted and takes so many bytes of the table; all of it but its name fills it. */
    const field = (name: string, bytes: number) => {
      const value = 'v'.repeat(bytes - 32 - name.length);
      const length = value.length < 127 ? [value.length] : [127, ...integer(value.length - 127)];
      return Buffer.from([0x40, name.length, ...Buffer.from(name), ...length, ...Buffer.from(value)]);
    };
    const integer = (rest: number): number[] =>
      rest < 128 ? [rest] : [(rest & 127) | 128, ...integer(rest >> 7)];
    const reader = new FieldReader();
    const names = (block: Buffer) => {
      const found: string[] = [];
      reader.read(block, (name) => found.push(name));
      return found;
    };
    names(Buffer.concat([field('a', 2048), field('b', 2048)]));
    expect(names(Buffer.of(0xbe, 0xbf))).toEqual(['b', 'a']);
    names(field('c', 33));
    expect(names(Buffer.of(0xbe, 0xbf))).toEqual(['c', 'b']);
    expect(() => names(Buffer.of(0xc0))).toThrow('there is no header field 64');
    // one that is larger than the table empties it
    names(field('d', 4097));
    expect(() => names(Buffer.of(0xbe))).toThrow('there is no header field 62');
    names(Buffer.concat([field('e', 4096)]));
    expect(names(Buffer.of(0xbe))).toEqual(['e']);
  });

  it('refuses a block that is not well formed', () => {
    const reading = (hex: string) => () => read(new FieldReader(), hex);
    expect(reading('be')).toThrow('there is no header field 62');
    expect(reading('80')).toThrow('there is no header field 0');
    expect(reading('400a 6375')).toThrow('a header field is cut off');
    expect(reading('5f')).toThrow('a block of header fields is cut off');
    expect(reading('ff ffff ffff ffff')).toThrow('an integer has no end');
    expect(reading('3fe1ff01')).toThrow('larger than agreed');
  });
});

describe('decodeHuffman', () => {
  it('knows the rarest symbols, whose codes come after all others of their length', () => {
    const codes: [symbol: number, code: number, bits: number][] = [
      [0, 0x1ff8, 13],
      [249, 0xffffffe, 28],
      [10, 0x3ffffffc, 30],
      [13, 0x3ffffffd, 30],
      [22, 0x3ffffffe, 30],
    ];
    for (const [symbol, code, bits] of codes) {
      const padded = code
        .toString(2)
        .padStart(bits, '0')
        .padEnd(Math.ceil(bits / 8) * 8, '1');
      const bytes = Uint8Array.from(padded.match(/.{8}/g)!, (byte) => parseInt(byte, 2));
      expect(decodeHuffman(bytes).charCodeAt(0)).toBe(symbol);
    }
  });

  it('refuses what does not end with the code', () => {
    expect(() => decodeHuffman(Uint8Array.of(0x1f, 0xff, 0xff))).toThrow('cut off');
    expect(() => decodeHuffman(Uint8Array.of(0x18))).toThrow('cut off');
    expect(() => decodeHuffman(Uint8Array.of(0xff, 0xff, 0xff, 0xff))).toThrow('no symbol');
  });
});

describe('FieldWriter', () => {
  it('knows to the byte what the server has room for', () => {
    const writer = new FieldWriter();
    const sized = (bytes: number) => fieldOf('x', 'v'.repeat(bytes - 33));
    const lengthOf = (field: Field) => writer.write('/', [field]).length - writer.write('/', []).length;
    const [one, two, three] = [sized(2048), sized(2048), sized(33)];
    expect([lengthOf(one), lengthOf(two)].every((length) => length > 2000)).toBe(true);
    expect([lengthOf(one), lengthOf(two)]).toEqual([1, 1]);
    lengthOf(three);
    expect([lengthOf(three), lengthOf(two)]).toEqual([1, 1]);
    expect(lengthOf(one)).toBeGreaterThan(2000);
    writer.resize(100);
    writer.write('/', []);
    const [fitting, large] = [sized(100), sized(101)];
    lengthOf(fitting);
    expect(lengthOf(fitting)).toBe(1);
    lengthOf(large);
    expect(lengthOf(large)).toBeGreaterThan(60);
    expect(lengthOf(fitting)).toBe(1);
  });

  it('writes a field as a literal once, for as long as the server has room for it', () => {
    const writer = new FieldWriter();
    const reader = new FieldReader();
    const lengthOf = (...fields: Field[]): number => {
      const block = writer.write('/a', fields);
      const found: string[] = [];
      reader.read(block, (name, value) => found.push(`${name}: ${value}`));
      expect(found).toEqual([':path: /a', ...fields.map(({ name, value }) => `${name}: ${value}`)]);
      return block.length;
    };
    const token = () => fieldOf('authorization', 'x'.repeat(1500));
    const [one, two, three] = [token(), token(), token()];
    const get = fieldOf(':method', 'GET');
    const agent = fieldOf('user-agent', 'coset');
    expect(lengthOf(get, agent, one)).toBeGreaterThan(1500);
    expect(lengthOf(get, agent, one)).toBeLessThan(10);
    expect(lengthOf(get, agent, two)).toBeGreaterThan(1500);
    // the third drops the oldest, which are literals again
    expect(lengthOf(get, three)).toBeGreaterThan(1500);
    expect(lengthOf(get, agent, two, three)).toBeLessThan(30);
    expect(lengthOf(get, one)).toBeGreaterThan(1500);
    // larger than the table: a literal each time, and the others stay known
    const huge = fieldOf('authorization', 'x'.repeat(5000));
    expect(lengthOf(get, huge)).toBeGreaterThan(5000);
    expect(lengthOf(get, huge)).toBeGreaterThan(5000);
    expect(lengthOf(get, one)).toBeLessThan(10);
    writer.resize(0);
    expect(lengthOf(get, agent)).toBeGreaterThan(10);
    expect(lengthOf(get, agent)).toBeGreaterThan(10);
  });

  it('says the smallest table there was, and then the one there is', () => {
    const writer = new FieldWriter();
    const withoutUpdate = writer.write('/', []).toString('hex');
    writer.resize(0);
    writer.resize(100);
    writer.resize(4096);
    expect(writer.write('/', []).toString('hex')).toBe(`203fe11f${withoutUpdate}`);
    writer.resize(0);
    expect(writer.write('/', []).toString('hex')).toBe(`20${withoutUpdate}`);
    expect(writer.write('/', []).toString('hex')).toBe(withoutUpdate);
  });
});
