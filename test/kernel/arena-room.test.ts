// What the arena does with freed memory, and when there is no more.
import { describe, expect, it } from 'vitest';
import {
  Arena,
  BlockLimitError,
  OutOfMemoryError,
  type LinearMemory,
} from '../../src/state/columns/arena.ts';

const PAGE_BYTES = 65_536;
const MIB = 2 ** 20;

/** Memory that grows to `pages` at the most. */
function memoryOf(pages: number): LinearMemory {
  let buffer = new ArrayBuffer(PAGE_BYTES);
  return {
    get buffer() {
      return buffer;
    },
    grow(by) {
      const before = buffer.byteLength / PAGE_BYTES;
      if (before + by > pages) throw new RangeError('failed to grow memory');
      const grown = new Uint8Array(buffer.byteLength + by * PAGE_BYTES);
      grown.set(new Uint8Array(buffer));
      buffer = grown.buffer;
      return before;
    },
  };
}

describe('freed memory', () => {
  it('serves blocks of other sizes, zeroed', () => {
    const memory = memoryOf(1024);
    const arena = new Arena(memory);
    const small = Array.from({ length: 1000 }, () => arena.allocate(16_000));
    for (const pointer of small) arena.u8.fill(7, pointer, pointer + 16_000);
    const { byteLength } = memory.buffer;
    for (const pointer of small) arena.free(pointer, 16_000);
    const large = Array.from({ length: 10 }, () => arena.allocate(MIB));
    expect(memory.buffer.byteLength).toBe(byteLength);
    for (const pointer of large)
      expect(arena.u8.subarray(pointer, pointer + MIB).every((byte) => byte === 0)).toBe(true);
  });

  it('of ever other sizes makes the memory no larger', () => {
    const memory = memoryOf(4096);
    const arena = new Arena(memory);
    const stays = arena.allocate(1000);
    const sizes: number[] = [];
    for (let n = 1; n <= 400; n++) {
      const blocks = Array.from({ length: 4 }, () => arena.allocate(n * 10_000));
      for (const pointer of blocks) arena.free(pointer, n * 10_000);
      sizes.push(memory.buffer.byteLength);
    }
    expect(sizes.at(-1)).toBeLessThan(2 * 4 * 400 * 10_000);
    expect(arena.allocate(1000)).not.toBe(stays);
  });
});

describe('memory that runs out', () => {
  it('is told of by name, and what there is can still be had', () => {
    const arena = new Arena(memoryOf(64));
    const block = arena.allocate(2 * MIB);
    const before = arena.usedBytes;
    expect(() => arena.allocate(3 * MIB)).toThrow(OutOfMemoryError);
    expect(() => arena.allocate(3 * MIB)).toThrow(/3\.0 MiB are needed, and 2\.0 MiB in use/);
    expect(arena.usedBytes).toBe(before);
    arena.free(block, 2 * MIB);
    expect(arena.allocate(3 * MIB)).toBeGreaterThan(0);
  });

  it('is made from what can be made anew', () => {
    const arena = new Arena(memoryOf(64));
    const block = arena.allocate(2 * MIB);
    let shortages = 0;
    arena.onShortage = () => {
      shortages++;
      arena.free(block, 2 * MIB);
    };
    expect(arena.allocate(3 * MIB)).toBeGreaterThan(0);
    expect(shortages).toBe(1);
  });

  it('is not what keeps a single pod from having too much', () => {
    const arena = new Arena(memoryOf(65_536));
    let shortages = 0;
    arena.onShortage = () => shortages++;
    expect(() => arena.allocate(257 * MIB)).toThrow(BlockLimitError);
    expect(shortages).toBe(0);
  });
});
