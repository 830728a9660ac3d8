import { describe, expect, test } from 'vitest';
import { TextCache } from '../../src/model/text-cache.ts';

describe('what is kept by texts', () => {
  const cache = () => new TextCache<number>({ entries: 3, characters: 160 });

  test('is found again, until there are too many', () => {
    const bench = cache();
    ['a', 'b', 'c'].forEach((text, n) => bench.set(text, n));
    expect(['a', 'b', 'c'].map((text) => bench.get(text))).toEqual([0, 1, 2]);
    bench.set('d', 3);
    expect(['a', 'b', 'c', 'd'].map((text) => bench.get(text))).toEqual([undefined, undefined, undefined, 3]);
  });

  test('is forgotten when the texts are too long together', () => {
    const bench = new TextCache<number>({ entries: 100, characters: 160 });
    for (let n = 0; n < 16; n++) bench.set(String(n).padStart(10), n);
    expect(bench.get('         0')).toBe(0);
    bench.set('        16', 16);
    expect(bench.get('         0')).toBeUndefined();
    expect(bench.get('        16')).toBe(16);
  });

  test('is not kept for a text that takes much of the room', () => {
    const bench = cache();
    bench.set('short', 1);
    bench.set('x'.repeat(11), 2);
    expect(bench.get('x'.repeat(11))).toBeUndefined();
    expect(bench.get('short')).toBe(1);
  });
});
