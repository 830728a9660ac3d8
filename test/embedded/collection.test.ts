import { expect, it } from 'vitest';
import { Collection } from '../../src/dev/embedded/store/collection.ts';

it('orders its objects once for all that read them between two changes', () => {
  const collection = new Collection(10);
  const named = (name: string) => ({ metadata: { name } });
  collection.put('b', named('b'), 1);
  collection.put('a', named('a'), 2);
  const before = collection.sorted();
  expect(before.map(({ object }) => object.metadata?.name)).toEqual(['a', 'b']);
  expect(collection.sorted()).toBe(before);

  collection.put('b', named('other'), 3);
  expect(collection.sorted().map(({ object }) => object.metadata?.name)).toEqual(['a', 'other']);
  collection.remove('a', named('a'), 4);
  expect(collection.sorted()).toHaveLength(1);
  expect(before).toHaveLength(2);
});
