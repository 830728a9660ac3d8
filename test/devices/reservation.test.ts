import { expect, it } from 'vitest';
import type { ApiObject } from '../../src/model/types.ts';
import { ObjectStore } from '../../src/state/object-store.ts';
import type { ReservationApi } from '../../src/plugins/plugin.ts';
import { ALLOCATION_KINDS, DEVICE_KINDS } from '../../src/plugins/dynamic-resources/kinds.ts';
import { ClaimReservation } from '../../src/devices/reservation.ts';
import type { ResourceClaim } from '../../src/devices/types.ts';
import { allocated, claim, podWith } from './objects.ts';

it('waits until what the attempt before it had is taken back, and reserves the claim again', async () => {
  const pod = podWith('one', 'shared');
  const versioned = (version: number, object: ResourceClaim): ResourceClaim => {
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
  };
  const shared = versioned(1, allocated(claim('shared'), 'a', 'b'));
  const store = new ObjectStore([...DEVICE_KINDS, ...ALLOCATION_KINDS]);
  store.set('ResourceClaim', shared);
  const written: string[] = [];
  let takeBack: () => void = () => {};
  const api: ReservationApi = {
    async write<T extends ApiObject>(method: string, _: string, body: unknown): Promise<T> {
      written.push(method);
      if (method === 'PUT') return versioned(1 + written.length, body as ResourceClaim) as ApiObject as T;
      await new Promise<void>((resolve) => (takeBack = resolve));
      return versioned(10, shared) as ApiObject as T;
    },
    now: () => 0,
    until: () => Promise.resolve(),
  };
  const reservation = () => {
    const claims = [{ key: 'ns/shared', claim: store.get<ResourceClaim>('ResourceClaim', 'ns/shared')! }];
    return new ClaimReservation({ store, pod, claims, bindingTimeoutMs: 1000 });
  };
  const first = reservation();
  await first.commit(api);
  first.release();
  const again = reservation().commit(api);
  await new Promise((resolve) => setImmediate(resolve));
  expect(written).toEqual(['PUT', 'PATCH']);
  takeBack();
  await again;
  expect(written).toEqual(['PUT', 'PATCH', 'PUT']);
});
