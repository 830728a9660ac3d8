import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineDecoder } from '../../src/kube/lines.ts';

describe('LineDecoder', () => {
  it('finds the same lines wherever the stream is cut', () => {
    const line = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ''));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(200)), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((each) => `${each}\n`).join(''));
        const decoder = new LineDecoder();
        const decoded: string[] = [];
        let start = 0;
        for (const length of [...cuts, bytes.length]) {
          decoder.push(bytes.subarray(start, start + length), (each) => decoded.push(each.toString()));
          start += length;
        }
        expect(decoded).toEqual(lines.filter((each) => each !== ''));
      }),
    );
  });

  it('keeps a line that has not ended', () => {
    const decoder = new LineDecoder();
    const decoded: string[] = [];
    decoder.push(Buffer.from('one\ntw'), (line) => decoded.push(line.toString()));
    expect(decoded).toEqual(['one']);
    decoder.push(Buffer.from('o\n'), (line) => decoded.push(line.toString()));
    expect(decoded).toEqual(['one', 'two']);
  });
});
