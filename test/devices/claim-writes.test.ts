import { expect, it } from 'vitest';
import { deleteClaim } from '../../src/devices/claim-writes.ts';
import type { ReservationApi } from '../../src/plugins/plugin.ts';
import { claim } from './objects.ts';

/** An API that refuses every write with this status. */
function refusing(status: number): ReservationApi {
  return {
    write: () => Promise.reject(Object.assign(new Error('refused'), { status })),
    now: () => 0,
    until: () => Promise.resolve(),
  };
}

it('a claim that is gone already is deleted', async () => {
  await expect(deleteClaim(claim('left'), refusing(404))).resolves.toBeUndefined();
});

it('one that is another by now, or may not be deleted, is not', async () => {
  for (const status of [403, 409])
    await expect(deleteClaim(claim('left'), refusing(status))).rejects.toThrow();
});
