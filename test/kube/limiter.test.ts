import { describe, expect, it } from 'vitest';
import { Limiter } from '../../src/kube/limiter.ts';

describe('Limiter', () => {
  it('runs no more than its limit at a time, in order', async () => {
    const limiter = new Limiter(3);
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    await Promise.all(
      Array.from(
        { length: 20 },
        (_, index) =>
          new Promise<void>((resolve) =>
            limiter.add(async () => {
              begun.push(index);
              most = Math.max(most, ++running);
              await new Promise((later) => setImmediate(later));
              running--;
              resolve();
            }),
          ),
      ),
    );
    expect(most).toBe(3);
    expect(begun).toEqual(Array.from({ length: 20 }, (_, index) => index));
    await new Promise((later) => setImmediate(later));
    expect([limiter.running, limiter.waiting]).toEqual([0, 0]);
  });
});
