import { expect, it } from 'vitest';
import type { CycleRecord, EscrowRecord } from '../../src/control/types.ts';
import type { Fault } from '../../src/dev/embedded/faults.ts';
import { systemClock, type Clock } from '../../src/kube/clock.ts';
import { startHarness } from '../kube/harness.ts';
import { eventually, node, pod, Running, startScheduler } from './fixtures.ts';

const pods = (prefix: string, count: number, cpu = '1') =>
  Array.from({ length: count }, (_, n) => pod(`${prefix}-${n}`, { cpu }));

it('counts what it did, in the metrics and in the cycles alike', async () => {
  const running = await startScheduler({ objects: [node('a', { cpu: '4' })], args: { linger: 0 } });
  running.store.load([...pods('small', 3), ...pods('big', 2, '16')]);
  await running.bound('small-0', 'small-1', 'small-2');
  await running.waits('big-0', 'big-1');
  const attempts = (result: string) => running.metric('scheduler_schedule_attempts_total', { result });
  await eventually(async () => {
    expect(await attempts('scheduled')).toBe(3);
  });
  expect(await attempts('unschedulable')).toBe(2);
  expect(await attempts('error')).toBe(0);
  expect(await running.metric('scheduler_pending_pods', { queue: 'unschedulable' })).toBe(2);
  expect(await running.metric('coset_correspondences')).toBe(0);

  const { cycles } = (await running.control('/coset/v1/cycles')) as { cycles: CycleRecord[] };
  const total = (of: (cycle: CycleRecord) => number) => cycles.reduce((sum, cycle) => sum + of(cycle), 0);
  expect(total(({ pods: decided }) => decided)).toBe(5);
  expect(total(({ placed }) => placed)).toBe(3);
  expect(total(({ unschedulable }) => unschedulable)).toBe(2);
  expect(total(({ filterPasses }) => filterPasses)).toBe(await running.metric('coset_filter_passes_total'));
  expect(total(({ classes }) => classes)).toBe(await running.metric('coset_classes_total'));
  expect(await running.metric('coset_decisions_total')).toBe(5);
  expect(await running.metric('coset_cycles_total')).toBe(cycles.length);

  expect(await running.control('/metrics')).toContain(
    'scheduler_schedule_attempts_total{result="scheduled",profile="default-scheduler"} 3',
  );
  expect(await running.control('/readyz')).toBe('ok');
});

it('decides nothing while it is paused, one cycle for a step, and goes on when it may', async () => {
  const running = await startScheduler({ objects: [node('a')] });
  expect(await running.control('/coset/v1/pause', 'POST')).toMatchObject({ paused: true });
  running.store.load(pods('one', 2));
  await eventually(() => {
    expect(running.scheduler.state().queue.active).toBe(2);
  });
  expect(await running.control('/coset/v1/cycles')).toEqual({ cycles: [] });
  expect(await running.control('/coset/v1/classes')).toMatchObject({ classes: [{ pods: 2 }] });

  expect(await running.control('/coset/v1/step?cycles=2', 'POST')).toMatchObject({
    cycles: [{ number: 1, pods: 2, placed: 2, classes: 1, filterPasses: 1 }],
  });
  await running.bound('one-0', 'one-1');

  running.store.load(pods('two', 1));
  await eventually(() => {
    expect(running.scheduler.state().queue.active).toBe(1);
  });
  await running.control('/coset/v1/resume', 'POST');
  await running.bound('two-0');
  expect(running.logged('paused')).toEqual([{}]);
  expect(running.logged('resumed')).toEqual([{}]);
});

it('shows a correspondence while pods of its class are being bound, and drops it when it has lingered', async () => {
  const running = await startScheduler({ objects: [node('a'), node('b')], args: { linger: 0.5 } });
  running.harness.fail('POST', /\/binding$/, { status: 500 }, { status: 500 });
  running.store.load(pods('one', 2));
  await eventually(async () => {
    const { correspondences } = await running.control('/coset/v1/correspondences');
    expect(correspondences).toMatchObject([{ feasibleNodes: 2, bestNodes: ['a', 'b'], openPods: 2 }]);
  });
  await running.bound('one-0', 'one-1');
  await eventually(async () => {
    const { correspondences } = await running.control('/coset/v1/correspondences');
    expect(correspondences).toMatchObject([{ openPods: 0 }]);
  });
  await eventually(async () => {
    expect(await running.control('/coset/v1/correspondences')).toEqual({ correspondences: [] });
  });
});

it.each([
  { linger: 10, passes: 1 },
  { linger: 0, passes: 5 },
])(
  'takes $passes passes for five pods that are bound one after another where linger is $linger',
  async (args) => {
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's', namespace: 'ns' },
      spec: { selector: { app: 'a' } },
    };
    const running = await startScheduler({
      objects: [node('a'), node('b'), service],
      args: { linger: args.linger },
    });
    for (let n = 0; n < 5; n++) {
      running.store.load([pod(`p-${n}`, { labels: { app: 'a' } })]);
      await running.bound(`p-${n}`);
      await eventually(() => {
        expect(running.scheduler.queue(10)).toEqual([]);
      });
    }
    expect(await running.metric('coset_filter_passes_total')).toBe(args.passes);
  },
);

it('collects pods for its period, so that pods that come one by one take one pass', async () => {
  const running = await startScheduler({ objects: [node('a')], args: { period: 2 } });
  const names = ['one', 'two', 'three', 'four'];
  for (const name of names) {
    running.store.load([pod(name)]);
    // each is seen before the next one comes
    await eventually(() => {
      expect(running.scheduler.queue(10).map(({ key }) => key)).toContain(`ns/${name}`);
    });
  }
  await running.bound(...names);
  expect(running.scheduler.cycles(10)).toMatchObject([{ pods: 4, filterPasses: 1 }]);
});

it('does not wait for the period to end when it is stopped', async () => {
  const running = await startScheduler({ objects: [node('a'), pod('one')], args: { period: 3600 } });
  await running.scheduler.stop();
  expect(running.nodeOf('one')).toBeUndefined();
});

it('waits for the bindings that were sent when it is stopped', async () => {
  const running = await startScheduler({ objects: [node('a')] });
  running.failBinding('one', { delayMs: 300 });
  running.store.load([pod('one')]);
  await eventually(() => {
    expect(running.bindingsSent('one')).toBe(1);
  });
  await running.scheduler.stop();
  expect(running.nodeOf('one')).toBe('a');
  expect(running.messages('one', 'Scheduled')).toHaveLength(1);
});

it('gives up bindings that were not sent when it is stopped', async () => {
  const running = await startScheduler({ objects: [node('a', { cpu: '200', pods: '200' })] });
  // more than are sent at a time
  running.harness.fail('POST', /\/binding$/, ...Array<Fault>(100).fill({ delayMs: 500 }));
  running.store.load(pods('one', 100));
  await eventually(() => {
    expect(running.harness.requests.filter((request) => request.endsWith('/binding')).length).toBeGreaterThan(
      0,
    );
  });
  await running.scheduler.stop();
  const bound = Object.values(running.podsByNode()).reduce((sum, count) => sum + count, 0);
  expect(bound).toBeGreaterThan(0);
  expect(bound).toBeLessThan(100);
});

it('can be stopped while the server refuses its lists', async () => {
  const harness = await startHarness();
  harness.fail('GET', /^\/api\/v1\/nodes/, ...Array<Fault>(20).fill({ status: 403 }));
  const running = new Running(harness);
  const started = running.restart();
  await eventually(() => {
    expect(running.logged('a watch failed')[0]).toEqual({
      error: 'list /api/v1/nodes: 403: a fault of status 403',
    });
  });
  expect(await running.control('/readyz')).toContain('[-]caches failed: the first lists are not in yet');
  const refused = expect(started).rejects.toThrow('stopped before its first list');
  await running.scheduler.stop();
  await refused;
});

it('begins no watch any more when it is stopped while it asks what the server has', async () => {
  const harness = await startHarness();
  const asks = (request: string) => /^GET \/apis\/policy\/v1$/.test(request);
  harness.fail('GET', /^\/apis\/policy\/v1$/, { delayMs: 500 });
  const running = new Running(harness);
  const started = running.restart();
  const refused = expect(started).rejects.toThrow('was stopped before its first list');
  await eventually(() => expect(harness.requests.some(asks)).toBe(true));
  await running.scheduler.stop();
  await refused;
  expect(harness.requests.filter((request) => request.includes('/poddisruptionbudgets'))).toEqual([]);
});

it('shows what is held for pods that are not bound yet, and how far each is', async () => {
  const running = await startScheduler({ objects: [node('a', { cpu: '100' })] });
  running.failBinding('sent', { delayMs: 3_600_000 });
  running.failBinding('unclear', { drop: 'answer' }, ...Array<Fault>(3).fill({ status: 500 }));
  running.harness.fail('GET', /\/pods\/unclear$/, { delayMs: 3_600_000 });
  running.store.load([pod('bound', { cpu: '1' }), pod('sent', { cpu: '1' }), pod('unclear', { cpu: '1' })]);
  await running.bound('bound');
  await eventually(async () => {
    const { counts, pods: held } = (await running.control('/coset/v1/escrow')) as {
      counts: object;
      pods: EscrowRecord[];
    };
    expect(counts).toEqual({ reserving: 0, waiting: 0, sent: 1, unclear: 1 });
    expect(held.map(({ pod: name, node: on, phase }) => [name, on, phase]).toSorted()).toEqual([
      ['ns/sent', 'a', 'sent'],
      ['ns/unclear', 'a', 'unclear'],
    ]);
    expect(await running.control('/coset/v1/escrow?limit=1')).toMatchObject({ pods: [held[0]] });
  });
  expect(await running.control('/coset/v1/state')).toMatchObject({ escrow: { sent: 1, unclear: 1 } });
});

it('fails its liveness when pods wait and nothing is decided, and no sooner', async () => {
  let later = 0;
  let goOn: () => void = () => undefined;
  let stuck: Promise<void> | undefined;
  const clock: Clock = {
    ...systemClock,
    monotonic: () => systemClock.monotonic() + later,
    turn: () => stuck ?? systemClock.turn(),
  };
  const running = await startScheduler({ objects: [node('a')], clock });
  const live = async () => (await running.control('/livez?verbose')) as string;
  running.store.load(pods('one', 1));
  await running.bound('one-0');
  later = 600_000;
  expect(await live()).toContain('[+]cycles ok');
  stuck = new Promise((resolve) => (goOn = resolve));
  running.store.load(pods('two', 1));
  await eventually(() => {
    expect(running.scheduler.state().queue.active).toBe(1);
  });
  expect(await live()).toContain('[+]cycles ok');
  later += 55_000;
  expect(await live()).toContain('[+]cycles ok');
  later += 6_000;
  expect(await live()).toMatch(/\[-\]cycles failed: pods wait, and nothing was decided for 6\d s/);
  // whoever does not decide at all is no reason to end
  running.scheduler.pause();
  expect(await live()).toContain('[+]cycles ok');
  running.scheduler.resume();
  expect(await live()).toContain('[+]cycles ok');
  stuck = undefined;
  goOn();
  await running.bound('two-0');
});
