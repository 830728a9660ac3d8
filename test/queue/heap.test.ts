import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Heap, type HeapItem } from '../../src/queue/heap.ts';

interface Item extends HeapItem {
  rank: number;
  id: number;
}

it('pops in order whatever was removed and changed before', () => {
  const step = fc.record({
    rank: fc.nat(20),
    pick: fc.nat(1_000),
    do: fc.constantFrom('push', 'push', 'remove', 'change', 'pop'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const heap = new Heap<Item>((a, b) => (a.rank - b.rank || a.id - b.id) < 0);
      const model: Item[] = [];
      const first = (): Item | undefined => [...model].sort((a, b) => a.rank - b.rank || a.id - b.id)[0];
      steps.forEach(({ rank, pick, do: verb }, id) => {
        const picked = model[pick % Math.max(model.length, 1)];
        if (verb === 'push') {
          const item = { rank, id, heapIndex: -1 };
          heap.push(item);
          model.push(item);
        } else if (verb === 'remove' && picked) {
          heap.remove(picked);
          model.splice(model.indexOf(picked), 1);
          expect(picked.heapIndex).toBe(-1);
        } else if (verb === 'change' && picked) {
          picked.rank = rank;
          heap.update(picked);
        } else if (verb === 'pop') {
          const expected = first();
          expect(heap.pop()).toBe(expected);
          if (expected) model.splice(model.indexOf(expected), 1);
        }
        expect(heap.size).toBe(model.length);
        expect(heap.peek()).toBe(first());
      });
    }),
    { seed: 1, numRuns: 300 },
  );
});
