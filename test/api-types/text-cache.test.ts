import { describe, expect, test } from 'vitest';
import { TextCache } from '../../src/api/text-cache.ts';

describe('what is kept by texts', () => {
  const cache = () => new TextCache<number>({ entries: 3, characters: 160 });

  test('is found again, until there are too many', () => {
    const it = cache();
    ['a', 'b', 'c'].forEach((text, n) => it.set(text, n));
    expect(['a', 'b', 'c'].map((text) => it.get(text))).toEqual([0, 1, 2]);
    it.set('d', 3);
    expect(['a', 'b', 'c', 'd'].map((text) => it.get(text))).toEqual([undefined, undefined, undefined, 3]);
  });

  test('is forgotten when the texts are too long together', () => {
    const it = new TextCache<number>({ entries: 100, characters: 160 });
    for (let n = 0; n < 16; n++) it.set(String(n).padStart(10), n);
    expect(it.get('         0')).toBe(0);
    it.set('        16', 16);
    expect(it.get('         0')).toBeUndefined();
    expect(it.get('        16')).toBe(16);
  });

  test('is not kept for a text that takes much of the room', () => {
    const it = cache();
    it.set('short', 1);
    it.set('x'.repeat(11), 2);
    expect(it.get('x'.repeat(11))).toBeUndefined();
    expect(it.get('short')).toBe(1);
  });
});
