import { describe, expect, it } from 'vitest';
import { orderOf, ratio } from '../../bench/cluster/rounds.ts';

describe('rounds', () => {
  it('let each contestant be first in its turn, and leave none out', () => {
    const orders = [0, 1, 2, 3].map((round) => orderOf(['a', 'b', 'c'], round));
    expect(orders.map((order) => order.join(''))).toEqual(['abc', 'bca', 'cab', 'abc']);
  });

  it('compare only what was measured in the same round', () => {
    // the machine became ten times slower with every round; the one is always twice as fast as the other
    const rounds = [100, 10, 1].map((speed) => ({ one: 2 * speed, other: speed }));
    expect(ratio(rounds, ['one', 'other'], (value) => value)).toEqual({ median: 2, spread: 0 });
  });

  it('take the middle one of the ratios, not the ratio of the middle ones', () => {
    const rounds = [
      { one: 10, other: 1 },
      { one: 2, other: 4 },
      { one: 3, other: 3 },
    ];
    const { median, spread } = ratio(rounds, ['one', 'other'], (value) => value);
    expect(median).toBe(1);
    expect(spread).toBeGreaterThan(0);
  });

  it('have no spread when there is only one', () => {
    expect(ratio([{ one: 4, other: 2 }], ['one', 'other'], (value) => value)).toStrictEqual({ median: 2 });
  });
});
