import { describe, expect, it } from 'vitest';
import { Backoff } from '../../src/kube/backoff.ts';
import { systemClock } from '../../src/kube/clock.ts';
import { TestClock } from './harness.ts';

describe('Backoff', () => {
  it('doubles up to its maximum, with a random extra of up to the delay', () => {
    const clock = new TestClock();
    const options = { initialMs: 800, maxMs: 3000, clock };
    const least = new Backoff({ ...options, random: () => 0 });
    expect([1, 2, 3, 4].map(() => least.next())).toEqual([800, 1600, 3000, 3000]);
    const middle = new Backoff({ ...options, random: () => 0.5 });
    expect([1, 2, 3, 4].map(() => middle.next())).toEqual([1200, 2400, 4500, 4500]);
  });

  it('starts again after a quiet time', () => {
    const clock = new TestClock();
    const backoff = new Backoff({ initialMs: 100, maxMs: 1000, resetMs: 5000, clock, random: () => 0 });
    expect([backoff.next(), backoff.next()]).toEqual([100, 200]);
    clock.advance(5001);
    expect(backoff.next()).toBe(100);
  });

  it('ends a sleep when its signal aborts', async () => {
    const abort = new AbortController();
    const sleeping = systemClock.sleep(3_600_000, abort.signal);
    abort.abort();
    await expect(sleeping).resolves.toBeUndefined();
  });
});
