import { describe, expect, it } from 'vitest';
import { Limiter } from '../../src/kube/limiter.ts';

describe('Limiter', () => {
  it('runs no more than its limit at a time, in order, also when tasks fail', async () => {
    const limiter = new Limiter(() => 3);
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

  it('asks for its limit whenever a task comes or ends', async () => {
    let limit = 1;
    const limiter = new Limiter(() => limit);
    const ends: (() => void)[] = [];
    const add = () => limiter.add(() => new Promise<void>((resolve) => ends.push(resolve)));
    for (let count = 0; count < 10; count++) add();
    expect(limiter.running).toBe(1);
    limit = 4;
    ends[0]!();
    await new Promise((resolve) => setImmediate(resolve));
    expect(limiter.running).toBe(4);
    limit = 2;
    for (const end of ends.slice(1, 4)) end();
    await new Promise((resolve) => setImmediate(resolve));
    expect([limiter.running, limiter.waiting]).toEqual([2, 4]);
  });
});
