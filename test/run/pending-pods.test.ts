import { expect, it } from 'vitest';
import { PendingPods } from '../../src/run/pending-pods.ts';
import { pod } from './fixtures.ts';

it('pods of one template hold what they have in common once, and no pod what only its writers read', () => {
  const pending = new PendingPods();
  const template = (name: string, cpu: string) => ({
    ...pod(name, { cpu, labels: { app: 'web' } }),
    status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False' }] },
  });
  const made = (name: string, cpu: string) => {
    const { metadata, ...rest } = structuredClone(template(name, cpu));
    return { ...rest, metadata: { ...metadata, managedFields: [{ manager: 'kubectl' }] } };
  };
  const [one, two, other] = [made('one', '1'), made('two', '1'), made('other', '2')].map((each) =>
    pending.kept(each),
  );
  expect(two!.spec).toBe(one!.spec);
  expect(two!.metadata!.labels).toBe(one!.metadata!.labels);
  expect(two!.status).toBe(one!.status);
  expect(other!.spec).not.toEqual(one!.spec);
  expect(two).toEqual(template('two', '1'));
});

it('pods share a spec however many have labels of their own', () => {
  const pending = new PendingPods();
  const pods = Array.from({ length: 3000 }, (_, n) =>
    pending.kept(structuredClone(pod(`p-${n}`, { cpu: '1', labels: { index: String(n) } }))),
  );
  expect(new Set(pods.map(({ spec }) => spec)).size).toBe(1);
});

it('a pod that is told of again shares its parts with what was kept of it, however large they are', () => {
  const pending = new PendingPods();
  const keys = Array.from({ length: 10_000 }, (_, n) => [`key-${n}`, 'x']);
  const large = pod('large', { spec: { nodeSelector: Object.fromEntries(keys) } });
  const before = pending.kept(structuredClone(large));
  const after = pending.kept({ ...structuredClone(large), status: { phase: 'Pending' } }, before);
  expect(after.spec).toBe(before.spec);
  expect(after.status).toEqual({ phase: 'Pending' });
  const other = structuredClone(large);
  other.spec!.nodeSelector!['key-0'] = 'y';
  expect(pending.kept(other, before).spec).toEqual(other.spec);
});
