import { describe, expect, it } from 'vitest';
import { Bytes } from '../src/bytes.ts';
import { contentOf, Flag, FRAME_BYTES, FrameReader, FrameType, putFrameHead } from '../src/frames.ts';

function frameBytes(type: number, flags: number, stream: number, payload: string): Buffer {
  const bytes = new Bytes();
  putFrameHead(bytes, payload.length, type, flags, stream);
  bytes.latin1(payload);
  return Buffer.from(bytes.take());
}

const STREAM = Buffer.concat([
  frameBytes(FrameType.SETTINGS, 0, 0, ''),
  frameBytes(FrameType.DATA, Flag.END_STREAM, 0x7ffffffd, 'payload'),
  frameBytes(FrameType.PING, Flag.ACK, 0, '12345678'),
]);

function cutAt(chunks: Buffer[]): string[] {
  const reader = new FrameReader();
  const found: string[] = [];
  for (const chunk of chunks) {
    reader.push(chunk, ({ type, flags, stream, payload }) =>
      found.push(`${type} ${flags} ${stream} ${payload.toString()}`),
    );
  }
  return found;
}

describe('FrameReader', () => {
  const frames = ['4 0 0 ', '0 1 2147483645 payload', '6 1 0 12345678'];

  it('finds the same frames wherever the bytes are cut', () => {
    expect(cutAt([STREAM])).toEqual(frames);
    expect(cutAt([...STREAM].map((byte) => Buffer.of(byte)))).toEqual(frames);
    for (let first = 1; first < STREAM.length; first++) {
      for (let second = first + 1; second < STREAM.length; second++) {
        const chunks = [STREAM.subarray(0, first), STREAM.subarray(first, second), STREAM.subarray(second)];
        expect(cutAt(chunks)).toEqual(frames);
      }
    }
  });

  it('refuses a frame that is larger than agreed before it has come', () => {
    const bytes = new Bytes();
    putFrameHead(bytes, FRAME_BYTES + 1, FrameType.DATA, 0, 1);
    expect(() => cutAt([bytes.take()])).toThrow('larger than agreed');
  });
});

describe('contentOf', () => {
  const content = (type: number, flags: number, payload: string) =>
    contentOf({ type, flags, stream: 1, payload: Buffer.from(payload, 'latin1') }).toString();

  it('is the payload without padding and priority', () => {
    expect(content(FrameType.DATA, 0, 'abc')).toBe('abc');
    expect(content(FrameType.DATA, Flag.PADDED, '\x02abc--')).toBe('abc');
    expect(content(FrameType.HEADERS, Flag.PADDED | Flag.PRIORITY, '\x01ppppwabc-')).toBe('abc');
  });

  it('is not there when the padding is larger than the frame', () => {
    expect(() => content(FrameType.DATA, Flag.PADDED, '\x04abc')).toThrow('more padding than bytes');
    expect(() => content(FrameType.DATA, Flag.PADDED, '')).toThrow('more padding than bytes');
  });
});
