// What is taken, followed change by change, is what a look at all claims finds.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DeviceUsage } from '../../src/devices/device-usage.ts';
import type { AllocationResult } from '../../src/devices/types.ts';
import { QuantityError } from '../../src/model/quantity.ts';
import { PENDING_ALLOCATION } from '../../src/plugins/dynamic-resources/kinds.ts';
import { ObjectStore } from '../../src/state/object-store.ts';
import { claim, DRIVER } from './objects.ts';

const DEVICES = ['a', 'b', 'c'];

const result = fc.record({
  request: fc.constant('gpu'),
  driver: fc.constant(DRIVER),
  pool: fc.constantFrom('one', 'two'),
  device: fc.constantFrom(...DEVICES),
  adminAccess: fc.constantFrom(undefined, undefined, true),
  shareID: fc.constantFrom(undefined, 'share'),
  consumedCapacity: fc.constantFrom(undefined, { memory: '2Gi' }, { memory: '512Mi' }),
});

const change = fc.record({
  name: fc.constantFrom('x', 'y', 'z'),
  kind: fc.constantFrom('ResourceClaim', PENDING_ALLOCATION),
  results: fc.option(fc.array(result, { maxLength: 3 }), { nil: undefined }),
  isRemoved: fc.boolean(),
  isLooked: fc.boolean(),
});

function storeOf(): ObjectStore {
  return new ObjectStore(['ResourceClaim', PENDING_ALLOCATION]);
}

function seen(store: ObjectStore) {
  const { exclusive, shared } = DeviceUsage.of(store).devices;
  return ['one', 'two'].flatMap((pool) =>
    DEVICES.map((device) => {
      const id = `${DRIVER}/${pool}/${device}`;
      return [id, exclusive.has(id), shared.has(id), shared.get(id)?.get('memory') ?? 0n];
    }),
  );
}

it('follows claims and pending allocations', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      const store = storeOf();
      for (const { name, kind, results, isRemoved, isLooked } of changes) {
        const allocation: AllocationResult | undefined = results && { devices: { results } };
        if (isRemoved) store.remove(kind, `ns/${name}`);
        else if (kind === 'ResourceClaim')
          store.set(kind, { ...claim(name), kind, status: { allocation } } as never);
        else if (allocation !== undefined)
          store.set(kind, { kind, metadata: { namespace: 'ns', name }, allocation } as never);
        if (isLooked) seen(store);
      }
      const fresh = storeOf();
      for (const { kind, key, entry } of store.entries()) fresh.put(kind, key, entry);
      expect(seen(store)).toEqual(seen(fresh));
    }),
    { numRuns: 300, seed: 3 },
  );
});

it('says so as long as an amount cannot be read', () => {
  const store = storeOf();
  const results = [{ request: 'gpu', driver: DRIVER, pool: 'one', device: 'a', shareID: 'share' }];
  const holding = (memory: string) => ({
    ...claim('x'),
    status: { allocation: { devices: { results: [{ ...results[0]!, consumedCapacity: { memory } }] } } },
  });
  store.set('ResourceClaim', holding('much'));
  for (let n = 0; n < 2; n++) expect(() => DeviceUsage.of(store)).toThrow(QuantityError);
  store.set('ResourceClaim', holding('1Gi'));
  expect(DeviceUsage.of(store).devices.shared.has(`${DRIVER}/one/a`)).toBe(true);
});
