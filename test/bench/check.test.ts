import { describe, expect, it } from 'vitest';
import { worse } from '../../bench/check.ts';
import type { Bench } from '../../bench/figure.ts';

/** A bench of one ratio, which measures these one after another. */
function benchOf(name: string, ...values: number[]): Bench & { measured(): number } {
  let n = 0;
  return {
    name,
    *run() {
      const value = values[n++];
      if (value !== undefined) yield { name, value, unit: 'times' };
    },
    measured: () => n,
  };
}

async function complaintsOf(saved: Record<string, number>, benches: Bench[]): Promise<string[]> {
  const figures = benches.flatMap((bench) => [...(bench.run('smoke') as Iterable<any>)]);
  return worse(new Map(Object.entries(saved)), benches, figures, 'smoke');
}

describe('the check of ratios', () => {
  it('says which ratio is worse, and how much', async () => {
    const benches = [benchOf('ratios/a', 1, 1, 1), benchOf('ratios/b', 4.2, 4, 4.1)];
    expect(await complaintsOf({ 'ratios/a': 1, 'ratios/b': 2 }, benches)).toEqual([
      'ratios/b is 4.00, 2.0 times the 2.00 that was saved',
    ]);
  });

  it('asks again before it complains, and asks no bench again that is as good as it was', async () => {
    const disturbed = benchOf('ratios/a', 4, 3.5, 2.1);
    const calm = benchOf('ratios/b', 2.5);
    expect(await complaintsOf({ 'ratios/a': 2, 'ratios/b': 2 }, [disturbed, calm])).toEqual([]);
    expect([disturbed.measured(), calm.measured()]).toEqual([3, 1]);
  });

  it('complains of a ratio that is not measured any more', async () => {
    expect(await complaintsOf({ 'ratios/a': 2 }, [benchOf('ratios/a')])).toEqual([
      'ratios/a was saved, and is not measured any more',
    ]);
  });

  it('says nothing of benches that were not asked for', async () => {
    expect(await complaintsOf({ 'ratios/a': 2, 'ratios/b': 2 }, [benchOf('ratios/a', 1)])).toEqual([]);
  });
});
