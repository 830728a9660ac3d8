import { expect, it } from 'vitest';
import { PendingPods } from '../../src/run/pending-pods.ts';
import { pod } from './fixtures.ts';

it('pods of one template hold one spec, and no pod what only its writers read', () => {
  const pending = new PendingPods();
  const made = (name: string, cpu: string) => {
    const { metadata, ...rest } = structuredClone(pod(name, { cpu }));
    return { ...rest, metadata: { ...metadata, managedFields: [{ manager: 'kubectl' }] } };
  };
  const [one, two, other] = [made('one', '1'), made('two', '1'), made('other', '2')].map((each) =>
    pending.kept(each),
  );
  expect(two!.spec).toBe(one!.spec);
  expect(other!.spec).not.toEqual(one!.spec);
  expect(two).toEqual(pod('two', { cpu: '1' }));
});
