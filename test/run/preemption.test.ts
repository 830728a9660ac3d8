import { expect, it } from 'vitest';
import type { ApiObject, Pod } from '../../src/model/types.ts';
import { on } from '../cycle/fixtures.ts';
import { after, eventually, node, pod, startScheduler, type Running } from './fixtures.ts';

const small = { cpu: '2' };

function withPriority(name: string, priority: number, cpu = '2', labels: Record<string, string> = {}): Pod {
  return pod(name, { cpu, labels, spec: { priority } });
}

/** A pod that is nominated to a node which its victims have left, and backs off after an error: it takes it later than others come. */
async function startWithNominated(...others: ApiObject[]): Promise<Running> {
  const running = await startScheduler({
    backoffSeconds: 6,
    before: (harness) => harness.fail('POST', /\/pods\/high\/binding/, { status: 422 }),
    objects: [node('a', small), on('a', withPriority('low', 1)), ...others],
  });
  running.store.load([withPriority('high', 10)]);
  await eventually(() => {
    expect(running.pod('low')).toBeUndefined();
    expect(running.pod('high')?.status?.nominatedNodeName).toBe('a');
    expect(running.bindingsSent('high')).toBe(1);
    // the answer has come too
    const row = running.scheduler.queue(1000).find(({ key }) => key === 'ns/high');
    expect(row?.queue).toBe('backoff');
  });
  return running;
}

const requestsOn = ({ harness }: Running, name: string): string[] =>
  harness.requests.filter((request) => request.includes(`/pods/${name}`));

it('has the least important pods leave, says so, and takes their node when they are gone', async () => {
  const running = await startScheduler({
    objects: [
      node('a', small),
      node('b', small),
      on('a', withPriority('low', 1)),
      on('b', withPriority('middle', 5)),
    ],
  });
  running.store.load([withPriority('high', 10)]);
  await running.bound('high');
  expect(running.nodeOf('high')).toBe('a');
  expect(running.pod('low')).toBeUndefined();
  expect(running.nodeOf('middle')).toBe('b');
  await eventually(() => {
    expect(running.messages('low', 'Preempted')).toEqual(['Preempted by pod uid-high on node a']);
    expect(running.messages('high', 'FailedScheduling')[0]).toBe(
      '0/2 nodes are available: 2 Insufficient cpu. preemption: found a potential placement for pod on node a, ' +
        'preempting 1 victims',
    );
  });
  // the victim is told why before it is deleted
  expect(requestsOn(running, 'low')).toEqual([
    'PATCH /api/v1/namespaces/ns/pods/low/status',
    'DELETE /api/v1/namespaces/ns/pods/low',
  ]);
  expect(await running.metric('scheduler_preemption_attempts_total')).toBe(1);
  const victims = await running.scheduler.metrics().getSingleMetricAsString('scheduler_preemption_victims');
  expect(victims).toContain('scheduler_preemption_victims_sum 1\n');
});

it('nominates the node, and keeps others of less priority off it until the pod is tried again', async () => {
  const running = await startWithNominated();
  running.store.load([withPriority('other', 5, '1')]);
  await running.waits('other');
  expect(running.messages('other', 'FailedScheduling')[0]).toBe(
    '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: ' +
      '1 No preemption victims found for incoming pod.',
  );
  await running.bound('high');
  expect(running.nodeOf('other')).toBeUndefined();
});

it('wakes those who have yielded when the nominated pod is deleted', async () => {
  const running = await startScheduler({
    backoffSeconds: 2,
    objects: [node('a', small), on('a', withPriority('low', 1))],
  });
  running.store.load([withPriority('high', 10)]);
  await eventually(() => expect(running.pod('low')).toBeUndefined());
  running.store.load([withPriority('other', 5, '1')]);
  await running.waits('other');
  running.delete(withPriority('high', 10));
  await running.bound('other');
});

it('spares pods that a disruption budget protects', async () => {
  const budget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'kept', namespace: 'ns' },
    spec: { selector: { matchLabels: { app: 'kept' } } },
    status: { disruptionsAllowed: 0 },
  } as ApiObject;
  const running = await startScheduler({
    objects: [
      budget,
      node('a', small),
      node('b', small),
      on('a', withPriority('low', 1, '2', { app: 'kept' })),
      on('b', withPriority('middle', 5)),
    ],
  });
  running.store.load([withPriority('high', 10)]);
  await running.bound('high');
  expect(running.nodeOf('high')).toBe('b');
  expect(running.nodeOf('low')).toBe('a');
});

it('tries again when the API server refuses to delete a victim, with one clear message', async () => {
  const running = await startScheduler({
    objects: [node('a', small), on('a', withPriority('low', 1))],
    before: (harness) => harness.fail('DELETE', /\/pods\/low$/, { status: 500 }),
  });
  running.store.load([withPriority('high', 10)]);
  await running.bound('high');
  expect(running.logged('an eviction failed')).toMatchObject([
    { pod: 'ns/high', error: expect.stringMatching(/^DELETE \/api\/v1\/namespaces\/ns\/pods\/low: 500: /) },
  ]);
  expect(running.bindingsSent('high')).toBe(1);
});

it('goes on when a victim has gone by itself', async () => {
  const running = await startScheduler({
    objects: [node('a', small), on('a', withPriority('low', 1))],
  });
  running.harness.fail(
    'PATCH',
    /\/pods\/low\/status/,
    after(() => running.delete(withPriority('low', 1)), 404),
  );
  running.store.load([withPriority('high', 10)]);
  await running.bound('high');
  expect(running.logged('an eviction failed')).toEqual([]);
  expect(requestsOn(running, 'low')).toEqual([
    'PATCH /api/v1/namespaces/ns/pods/low/status',
    'GET /api/v1/namespaces/ns/pods/low',
  ]);
});

it('tells those that yielded to a pod when its nomination ends, for they may have the node now', async () => {
  const running = await startWithNominated();
  const tainted = node('a', small);
  tainted.spec = { ...tainted.spec, taints: [{ key: 'k', effect: 'NoSchedule' }] };
  running.update(tainted);
  const tolerant = withPriority('other', 5);
  tolerant.spec!.tolerations = [{ operator: 'Exists' }];
  running.store.load([tolerant]);
  await running.waits('other');
  await running.bound('other');
  expect(running.pod('high')?.status?.nominatedNodeName ?? '').toBe('');
});

it('tells them also when somebody else binds that pod to another node', async () => {
  const running = await startWithNominated(node('b', { cpu: '1' }));
  running.store.load([withPriority('other', 5)]);
  await running.waits('other');
  running.update(on('b', running.pod('high')!));
  await running.bound('other');
  expect(running.nodeOf('other')).toBe('a');
});

it.each([
  ['PATCH', 404],
  ['DELETE', 404],
  ['DELETE', 409],
  ['DELETE', 200],
] as const)('tries again when something else answers %s with %d', async (method, status) => {
  const running = await startScheduler({
    objects: [node('a', small), on('a', withPriority('low', 1))],
    before: (harness) => harness.fail(method, /\/pods\/low/, { status, strange: 'default backend' }),
  });
  running.store.load([withPriority('high', 10)]);
  await running.bound('high');
  expect(running.logged('an eviction failed')).toHaveLength(1);
});

it("does not delete a pod that has taken its victim's name", async () => {
  const running = await startScheduler({ objects: [node('a', small), on('a', withPriority('low', 1))] });
  const other = withPriority('low', 1);
  other.metadata!.uid = 'other';
  const replace = (): void => {
    running.delete(other);
    running.store.load([on('a', other)]);
  };
  // between the two writes about the victim
  running.harness.fail('PATCH', /\/pods\/low\/status/, { delayMs: 300 });
  running.store.load([withPriority('high', 10)]);
  await eventually(() => expect(requestsOn(running, 'low')).toHaveLength(1));
  replace();
  await eventually(() =>
    expect(requestsOn(running, 'low').slice(0, 3)).toEqual([
      'PATCH /api/v1/namespaces/ns/pods/low/status',
      'DELETE /api/v1/namespaces/ns/pods/low',
      'GET /api/v1/namespaces/ns/pods/low',
    ]),
  );
  // the other one is a victim of its own
  await running.bound('high');
  expect(running.messages('low', 'Preempted')).toHaveLength(1);
});

it('writes no nomination and deletes nobody for a pod that may not preempt', async () => {
  const running = await startScheduler({
    objects: [node('a', small), on('a', withPriority('low', 1))],
  });
  running.store.load([pod('never', { cpu: '1', spec: { priority: 9, preemptionPolicy: 'Never' } })]);
  await running.waits('never');
  expect(running.condition('never')?.message).toBe(
    '0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.',
  );
  expect(running.pod('never')?.status?.nominatedNodeName).toBeUndefined();
  expect(requestsOn(running, 'low')).toEqual([]);
});

it('one class after another room: every pod of a class gets a node of its own', async () => {
  const nodes = ['a', 'b', 'c'];
  const running = await startScheduler({
    objects: nodes.flatMap((name) => [node(name, small), on(name, withPriority(`low-${name}`, 1))]),
  });
  const names = ['high-1', 'high-2', 'high-3'];
  running.store.load(names.map((name) => withPriority(name, 10)));
  await running.bound(...names);
  expect(running.podsByNode()).toEqual({ a: 1, b: 1, c: 1 });
  expect(await running.metric('scheduler_preemption_attempts_total')).toBe(3);
});
