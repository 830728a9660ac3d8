import { expect, it } from 'vitest';
import { eventually, node, pod, startScheduler } from './fixtures.ts';

const slot = { cpu: '1' };
const watchOf = (resource: string) => new RegExp(`^/api/v1/${resource}\\?.*watch=1`);

it('goes on where a watch was cut', async () => {
  const running = await startScheduler({
    objects: [node('a')],
    before: ({ fail }) => fail('GET', watchOf('pods'), { cutAfter: 1 }, { cutAfter: 1 }, { cutAfter: 1 }),
  });
  const names = ['one', 'two', 'three', 'four', 'five'];
  running.store.load(names.map((name) => pod(name, { cpu: '1' })));
  await running.bound(...names);
  for (const name of names) expect(running.bindingsSent(name)).toBe(1);
});

it('lists again after 410, and misses neither what came nor what went', async () => {
  const running = await startScheduler({ objects: [node('a', slot), pod('old', slot)] });
  await running.bound('old');
  running.store.load([pod('waiting', slot)]);
  await running.waits('waiting');
  // the watches that follow find their version forgotten, and everything changed meanwhile
  const gone = { errorEvent: 410 };
  running.harness.fail('GET', watchOf('pods'), gone);
  running.harness.fail('GET', watchOf('nodes'), gone);
  await running.scheduler.stop();
  await running.restart();
  running.delete(pod('old'));
  running.store.load([node('b', slot), pod('new', slot)]);
  await running.bound('waiting', 'new');
  expect(running.podsByNode()).toEqual({ a: 1, b: 1 });
});

it('sees the deletion of a pod that happened between two lists', async () => {
  const running = await startScheduler({
    objects: [node('a', slot)],
    before: ({ fail }) => fail('GET', watchOf('pods'), { cutAfter: 3, errorEvent: 410 }),
  });
  running.store.load([pod('one', slot)]);
  await running.bound('one');
  running.delete(pod('one'));
  running.store.load([pod('two', slot)]);
  await running.bound('two');
  await eventually(() => {
    expect(running.scheduler.queue(10)).toEqual([]);
  });
});
