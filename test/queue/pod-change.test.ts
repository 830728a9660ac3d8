// Which updates of a waiting pod leave it in its class.
import { expect, it } from 'vitest';
import type { Pod } from '../../src/model/types.ts';
import { isClassedAlike, schedulingPropertiesChanged } from '../../src/queue/pod-change.ts';
import { pod } from '../cycle/fixtures.ts';

const condition = { type: 'PodScheduled', status: 'False' };
const waiting = pod('p', { cpu: '1', labels: { app: 'web' }, spec: { nodeSelector: { disk: 'ssd' } } });

function updated(change: (pod: Pod) => void): Pod {
  const after = structuredClone(waiting);
  change(after);
  return after;
}

it('a pod whose condition a scheduler has written is in the class in which it was', () => {
  const after = updated((each) => {
    each.status = { conditions: [condition] };
    each.metadata!.resourceVersion = '2';
  });
  expect(isClassedAlike(waiting, after)).toBe(true);
  expect(schedulingPropertiesChanged(waiting, after)).toBe(false);
});

it.each<[string, (pod: Pod) => void]>([
  ['a label', (each) => (each.metadata!.labels = { app: 'db' })],
  ['an owner', (each) => (each.metadata!.ownerReferences = [{ kind: 'Job', name: 'j' }] as never)],
  ['a part of its spec', (each) => (each.spec!.nodeSelector = { disk: 'hdd' })],
  ['a part of its spec that is gone', (each) => delete each.spec!.nodeSelector],
  ['a claim', (each) => (each.status = { resourceClaimStatuses: [{ name: 'c', resourceClaimName: 'd' }] })],
  ['what the kubelet has given it', (each) => (each.status = { containerStatuses: [] })],
])('a pod with %s that is another is looked at again', (_, change) => {
  expect(isClassedAlike(waiting, updated(change))).toBe(false);
});
