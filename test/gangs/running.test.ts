// Gangs on the running scheduler and the embedded API.
import { expect, it } from 'vitest';
import type { PodGroup } from '../../src/model/pod-group.ts';
import { eventually, node, pod, startScheduler, type Running } from '../run/fixtures.ts';
import { members, podGroup } from './fixtures.ts';

const whole = { cpu: '1' };
const nodes = (count: number) => Array.from({ length: count }, (_, n) => node(`n${n}`, whole));
const gang = (name: string, count: number) =>
  members(name, count, whole).map((each) => ({ apiVersion: 'v1', kind: 'Pod', ...each }));
const namesOf = (name: string, count: number) => gang(name, count).map(({ metadata }) => metadata!.name!);

function groupCondition({ store }: Running, name: string) {
  const group: PodGroup | undefined = store.collection('podgroups').get(`ns/${name}`)?.object;
  return group?.status?.conditions?.find(({ type }) => type === 'PodGroupInitiallyScheduled');
}

it('binds nobody of a gang of 8 with room for 7, says what is missing, and binds all when there is room', async () => {
  const running = await startScheduler({
    objects: [...nodes(7), podGroup('g', 8), ...gang('g', 8)],
  });
  await running.waits(...namesOf('g', 8));
  expect(running.podsByNode()).toEqual({});
  const short = 'minCount (8) cannot be satisfied: 7 scheduled, 0 remaining';
  const messages = namesOf('g', 8).map((name) => running.condition(name)?.message);
  expect(messages.filter((message) => message === short)).toHaveLength(7);
  expect(messages).toContain('0/7 nodes are available: 7 Insufficient cpu.');
  await eventually(() => {
    expect(groupCondition(running, 'g')).toMatchObject({
      status: 'False',
      reason: 'Unschedulable',
      message: short,
    });
  });
  expect(namesOf('g', 8).map((name) => running.bindingsSent(name))).toEqual(Array(8).fill(0));

  running.store.load([node('n7', whole)]);
  await running.bound(...namesOf('g', 8));
  expect(Object.values(running.podsByNode())).toEqual(Array(8).fill(1));
  await eventually(() => {
    expect(groupCondition(running, 'g')).toMatchObject({ status: 'True', reason: 'Scheduled' });
  });
});

it('waits for the group and for the last of its pods, while others are placed', async () => {
  const running = await startScheduler({ objects: [...nodes(4), ...gang('g', 2), pod('free', whole)] });
  await running.bound('free');
  await running.waits('g-0', 'g-1');
  expect(running.condition('g-0')?.message).toBe(
    `waiting for pods's pod group "g" to appear in scheduling queue`,
  );
  running.store.load([podGroup('g', 3)]);
  const incomplete = 'waiting for minCount pods from a gang to appear in scheduling queue';
  await eventually(() => {
    expect(running.condition('g-0')?.message).toBe(incomplete);
  });
  expect(running.bindingsSent('g-0')).toBe(0);
  running.store.load(gang('g', 3).slice(2));
  await running.bound(...namesOf('g', 3));
});

it('takes the pods of a group one by one where the API server has no pod groups', async () => {
  const running = await startScheduler({
    objects: [...nodes(2), ...gang('g', 3)],
    before: ({ fail }) => {
      const none = JSON.stringify({ kind: 'APIResourceList', resources: [] });
      fail('GET', /scheduling[.]k8s[.]io[/]v1beta1$/, { strange: none });
    },
  });
  await running.bound('g-0', 'g-1');
  await running.waits('g-2');
  expect(running.condition('g-2')?.message).toContain('0/2 nodes are available: 2 Insufficient cpu.');
});
