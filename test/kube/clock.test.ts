import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/kube/clock.ts';

/** More milliseconds than a timer can be set for. */
const YEARS_MS = 2 ** 40;

test('what is due in years is not due at once', async () => {
  let isDue = false;
  const ended = new AbortController();
  const cancel = systemClock.after(YEARS_MS, () => (isDue = true));
  const slept = systemClock.sleep(YEARS_MS, ended.signal).then(() => (isDue = true));
  await wait(50);
  expect(isDue).toBe(false);
  cancel();
  ended.abort();
  await slept;
});
