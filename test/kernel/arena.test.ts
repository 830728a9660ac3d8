import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KERNELS } from './kernels.ts';

const PAGE_BYTES = 65_536;

describe.each(KERNELS)("the arena of the $name kernel's memory", ({ load }) => {
  it('never gives out the address that means absent, nor one that is not aligned', () => {
    const { arena } = load();
    for (const bytes of [0, 1, 15, 16, 17, 100, 4097, 70_001]) {
      const pointer = arena.allocate(bytes);
      expect(pointer).toBeGreaterThan(0);
      expect(pointer % 16).toBe(0);
    }
  });

  it('gives a freed block out again, zeroed', () => {
    const { arena } = load();
    const pointer = arena.allocate(1000);
    arena.u8.fill(7, pointer, pointer + 1000);
    arena.free(pointer, 1000);
    expect(arena.usedBytes).toBe(0);
    expect(arena.allocate(1000)).toBe(pointer);
    expect(arena.u8.subarray(pointer, pointer + 1000).every((byte) => byte === 0)).toBe(true);
  });

  it('keeps the contents when the memory grows, and its views see the grown memory', () => {
    const { arena } = load();
    const first = arena.allocate(64);
    arena.f64[first / 8] = 0.1;
    const before = arena.u8;
    const large = arena.allocate(40 * PAGE_BYTES);
    expect(before.length).toBe(0);
    expect(arena.f64[first / 8]).toBe(0.1);
    arena.u32[(large + 40 * PAGE_BYTES) / 4 - 1] = 9;
    expect(arena.i32[(large + 40 * PAGE_BYTES) / 4 - 1]).toBe(9);
  });

  it('gives out blocks that never overlap and keep what is written to them', () => {
    const step = fc.oneof(
      fc.record({ bytes: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 300_000 })) }),
      fc.record({ free: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
        const { arena } = load();
        const blocks: { pointer: number; bytes: number; mark: number }[] = [];
        const isAll = (pointer: number, bytes: number, value: number): boolean =>
          arena.u8.subarray(pointer, pointer + bytes).every((byte) => byte === value);
        steps.forEach((action, n) => {
          if ('bytes' in action) {
            const { bytes } = action;
            const pointer = arena.allocate(bytes);
            expect(isAll(pointer, bytes, 0)).toBe(true);
            const mark = (n % 255) + 1;
            arena.u8.fill(mark, pointer, pointer + bytes);
            blocks.push({ pointer, bytes, mark });
          } else if (blocks.length > 0) {
            const [block] = blocks.splice(action.free % blocks.length, 1);
            arena.free(block!.pointer, block!.bytes);
          }
        });
        for (const { pointer, bytes, mark } of blocks) expect(isAll(pointer, bytes, mark)).toBe(true);
        const asked = blocks.reduce((sum, { bytes }) => sum + bytes, 0);
        expect(arena.usedBytes).toBeGreaterThanOrEqual(asked);
        for (const { pointer, bytes } of blocks) arena.free(pointer, bytes);
        expect(arena.usedBytes).toBe(0);
      }),
      { seed: 5, numRuns: 40 },
    );
  });
});
