// Several profiles in one running scheduler.
import { expect, it } from 'vitest';
import { configurationOf } from '../../src/config/configuration.ts';
import { node, pod, startScheduler } from '../run/fixtures.ts';

const packing = {
  name: 'NodeResourcesFit',
  args: { scoringStrategy: { type: 'MostAllocated', resources: [{ name: 'cpu', weight: 1 }] } },
};

function profiles(...given: object[]) {
  return configurationOf(
    { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration', profiles: given },
    'profiles',
  );
}

const only = (name: string) => ({ disabled: [{ name: '*' }], enabled: [{ name }] });

const asking = (schedulerName: string, name: string) => pod(name, { cpu: '1', spec: { schedulerName } });

it('places pods by the profile that each asks for, and leaves those of another scheduler alone', async () => {
  const running = await startScheduler({
    configuration: profiles(
      { schedulerName: 'spreading' },
      { schedulerName: 'packing', plugins: { score: only('NodeResourcesFit') }, pluginConfig: [packing] },
    ),
    objects: [
      node('busy', { cpu: '8' }),
      node('idle', { cpu: '8' }),
      pod('there', { cpu: '2', spec: { nodeName: 'busy' } }),
      asking('packing', 'packed'),
      asking('spreading', 'spread'),
      asking('default-scheduler', 'strange'),
    ],
  });
  await running.bound('packed', 'spread');
  expect([running.nodeOf('packed'), running.nodeOf('spread')]).toEqual(['busy', 'idle']);
  expect(running.scheduler.queue(10).map(({ key }) => key)).not.toContain('ns/strange');
  expect(running.condition('strange')).toBeUndefined();
  expect(await running.metric('scheduler_schedule_attempts_total', { profile: 'packing' })).toBe(1);
});

it('lets a profile filter by what another one does not', async () => {
  const running = await startScheduler({
    configuration: profiles(
      { schedulerName: 'strict' },
      { schedulerName: 'tolerant', plugins: { filter: { disabled: [{ name: 'TaintToleration' }] } } },
    ),
    objects: [node('a', { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] })],
  });
  running.store.load([asking('strict', 'one'), asking('tolerant', 'two')]);
  await running.bound('two');
  await running.waits('one');
  expect(running.condition('one')?.message).toContain('1 node(s) had untolerated taint(s)');
});

it('collects pods of one profile for its period while those of another are placed at once', async () => {
  const collecting = { name: 'EquivalenceClasses', args: { period: 3600 } };
  const running = await startScheduler({
    configuration: profiles(
      { schedulerName: 'at-once' },
      { schedulerName: 'collecting', pluginConfig: [collecting] },
    ),
    objects: [node('a')],
  });
  const late = ['one', 'two', 'three'];
  for (const name of late) {
    running.store.load([asking('collecting', name), asking('at-once', `beside-${name}`)]);
    // the one that does not wait shows that the other one was seen
    await running.bound(`beside-${name}`);
  }
  const waiting = running.scheduler.queue(10).filter(({ queue }) => queue === 'active');
  expect(waiting.map(({ key }) => key)).toEqual(late.map((name) => `ns/${name}`));
  // a step takes what is there
  running.scheduler.pause();
  await running.scheduler.step(1);
  await running.bound(...late);
  expect(running.scheduler.cycles(10)[0]).toMatchObject({ pods: 3, filterPasses: 1 });
});
