// A few short runs of what `npm run simulate` does at length.
import { describe, expect, it } from 'vitest';
import { Chance } from './chance.ts';
import { simulate } from './simulate.ts';
import { weatherOf } from './weather.ts';

const STEPS = 500;

describe('a simulated run', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('of seed %i loses no pod and binds none twice', async (seed) => {
    const { violation, steps } = await simulate({ seed, steps: STEPS });
    expect(violation).toBeUndefined();
    expect(steps).toBeGreaterThan(STEPS);
  });

  it('takes the same steps each time', async () => {
    const [one, same, other] = [
      await simulate({ seed: 11, steps: STEPS }),
      await simulate({ seed: 11, steps: STEPS }),
      await simulate({ seed: 12, steps: STEPS }),
    ];
    expect(same.trace).toEqual(one.trace);
    expect(same.fingerprint).toBe(one.fingerprint);
    expect(other.fingerprint).not.toBe(one.fingerprint);
  });

  it('has only those disturbances that it may have, at the times that they had before', async () => {
    const whole = await simulate({ seed: 3, steps: STEPS });
    const creations = whole.disturbances.filter(({ id }) => id.endsWith('pods are created'));
    expect(creations.length).toBeGreaterThan(3);
    const allowed = new Set(creations.map(({ id }) => id));
    const part = await simulate({ seed: 3, steps: Infinity, untilMs: whole.calmMs, allowed });
    expect(part.disturbances).toEqual(creations);
    expect(part.bound).toBeGreaterThan(0);
    expect(part.violation).toBeUndefined();
  });
});

it('has runs with all kinds of faults, and some without any', () => {
  const weathers = Array.from({ length: 200 }, (_, seed) => weatherOf(new Chance(seed)));
  expect(
    weathers.some(
      ({ requestFaults, watchFaults, kills, incidents }) =>
        !(requestFaults || watchFaults || kills || incidents),
    ),
  ).toBe(true);
  expect(
    weathers.some(
      ({ requestFaults, watchFaults, kills, incidents }) =>
        requestFaults && watchFaults && kills && incidents,
    ),
  ).toBe(true);
});
