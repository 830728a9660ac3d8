import { describe, expect, it } from 'vitest';
import { Limiter } from '../../src/kube/limiter.ts';

describe('Limiter', () => {
  it('runs no more than its limit at a time, in order, also when tasks fail', async () => {
    const limiter = new Limiter(3);
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    const task = async (index: number) => {
      begun.push(index);
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      if (index % 4 === 0) throw new Error(`task ${index}`);
    };
    const results = await Promise.allSettled(
      Array.from(
        { length: 20 },
        (_, index) =>
          new Promise<void>((resolve, reject) => {
            limiter.add(() => task(index).then(resolve, reject));
          }),
      ),
    );
    expect(most).toBe(3);
    expect(begun).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(15);
    await new Promise((resolve) => setImmediate(resolve));
    expect([limiter.running, limiter.waiting]).toEqual([0, 0]);
  });
});
