import { describe, expect, test } from 'vitest';
import { TextCache } from '../../src/model/text-cache.ts';

describe('what is kept by texts', () => {
  const cache = () => new TextCache<number>({ entries: 3, characters: 160 });

  test('is found again, until there are too many', () => {
    const texts = cache();
    ['a', 'b', 'c'].forEach((text, n) => texts.set(text, n));
    expect(['a', 'b', 'c'].map((text) => texts.get(text))).toEqual([0, 1, 2]);
    texts.set('d', 3);
    expect(['a', 'b', 'c', 'd'].map((text) => texts.get(text))).toEqual([undefined, undefined, undefined, 3]);
  });

  test('is forgotten when the texts are too long together', () => {
    const texts = new TextCache<number>({ entries: 100, characters: 160 });
    for (let n = 0; n < 16; n++) texts.set(String(n).padStart(10), n);
    expect(texts.get('         0')).toBe(0);
    texts.set('        16', 16);
    expect(texts.get('         0')).toBeUndefined();
    expect(texts.get('        16')).toBe(16);
  });

  test('is not kept for a text that takes much of the room', () => {
    const texts = cache();
    texts.set('short', 1);
    texts.set('x'.repeat(11), 2);
    expect(texts.get('x'.repeat(11))).toBeUndefined();
    expect(texts.get('short')).toBe(1);
  });
});
