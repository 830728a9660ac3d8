import { describe, it } from 'vitest';
import { POISONS } from './poisons.ts';
import { wallClock, withstands } from './withstand.ts';

describe('beside what a user may create, on 5,000 nodes', () => {
  it.each(POISONS)('others have their pods bound in time: $name', (poison) =>
    withstands(poison, 5000, wallClock),
  );
});
