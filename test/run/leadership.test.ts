// A scheduler that shares its pods with others: it knows the cluster all the time, and decides while it leads.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { configurationOf } from '../../src/config/configuration.ts';
import type { Leadership } from '../../src/kube/leader-election.ts';
import { controlApi } from '../../src/control/api.ts';
import { on } from '../cycle/fixtures.ts';
import { eventually, node, pod, startScheduler } from './fixtures.ts';

class Office implements Leadership {
  isLeading = false;
  holder: string | undefined = 'another';
  begun: Promise<void>;
  #begin!: () => void;

  constructor() {
    this.begun = new Promise((resolve) => (this.#begin = resolve));
  }

  begin(): void {
    this.isLeading = true;
    this.holder = 'this one';
    this.#begin();
  }
}

const written = (requests: readonly string[]) => requests.filter((request) => !request.startsWith('GET'));

describe('a scheduler that does not lead', () => {
  const objects = [node('a'), pod('waiting'), pod('large', { cpu: '1000' })];

  it('follows the cluster and writes nothing, until it leads', async () => {
    const leadership = new Office();
    const running = await startScheduler({ objects, leadership });
    const api = controlApi(running.scheduler);
    expect(await (await api.request('/coset/v1/state')).json()).toMatchObject({
      leading: false,
      leader: 'another',
      queue: { active: 2 },
    });
    // it is told of a pod that another one has bound
    running.store.load([pod('elsewhere', { spec: { nodeName: 'a' } }), pod('later')]);
    await eventually(() => expect(running.scheduler.state().queue.active).toBe(3));
    expect(written(running.harness.requests)).toEqual([]);
    expect((await api.request('/readyz')).status).toBe(200);

    leadership.begin();
    await eventually(() => expect(running.nodeOf('waiting')).toBe('a'));
    await eventually(() => expect(running.nodeOf('later')).toBe('a'));
    expect(running.scheduler.state()).toMatchObject({ leading: true, leader: 'this one' });
  });

  it('takes no step', async () => {
    const leadership = new Office();
    const running = await startScheduler({ objects, leadership });
    const api = controlApi(running.scheduler);
    await api.request('/coset/v1/pause', { method: 'POST' });
    const refused = await api.request('/coset/v1/step', { method: 'POST' });
    expect(refused.status).toBe(409);
    expect(await refused.json()).toEqual({ error: 'the scheduler is not the leader: it decides nothing' });
    expect(written(running.harness.requests)).toEqual([]);
  });

  it('says so in its metrics', async () => {
    const leadership = new Office();
    const running = await startScheduler({ objects: [node('a')], leadership });
    const status = () => running.scheduler.metrics().getSingleMetricAsString('leader_election_master_status');
    expect(await status()).toContain('leader_election_master_status{name="coset"} 0');
    leadership.begin();
    expect(await status()).toContain('leader_election_master_status{name="coset"} 1');
  });
});

it('sends no further binding once it no longer leads', async () => {
  const leadership = new Office();
  leadership.begin();
  const pods = Array.from({ length: 200 }, (_, n) => pod(`pod-${n}`));
  const running = await startScheduler({
    objects: [node('a', { cpu: '1000', pods: '1000' })],
    leadership,
    // the first ones come to the server, and are answered when the others have long been decided
    before: ({ fail }) => fail('POST', /binding$/, ...Array(48).fill({ delayMs: 1500 })),
  });
  running.store.load(pods);
  const sent = () =>
    written(running.harness.requests).filter((request) => request.endsWith('/binding')).length;
  await eventually(() => expect(sent()).toBe(48));
  leadership.isLeading = false;
  await eventually(() =>
    expect(pods.filter(({ metadata }) => running.nodeOf(metadata!.name!))).toHaveLength(48),
  );
  expect(sent()).toBe(48);
  // the others wait again: whoever leads next, be it this one, finds all of them
  await eventually(() => {
    const { active, backoff } = running.scheduler.state().queue;
    expect(active + backoff).toBe(152);
  });
});

it('has nobody leave once it no longer leads', async () => {
  const leadership = new Office();
  leadership.begin();
  const running = await startScheduler({
    objects: [node('a', { cpu: '1' }), on('a', pod('low', { cpu: '1', spec: { priority: 1 } }))],
    leadership,
    // before the victim is deleted it is told why
    before: ({ fail }) => fail('PATCH', /\/pods\/low\/status$/, { delayMs: 1500 }),
  });
  running.store.load([pod('high', { cpu: '1', spec: { priority: 10 } })]);
  const requests = () => written(running.harness.requests);
  await eventually(() => expect(requests()).toContain('PATCH /api/v1/namespaces/ns/pods/low/status'));
  leadership.isLeading = false;
  await eventually(() => expect(running.scheduler.state().queue.backoff).toBe(1));
  expect(requests().filter((request) => request.startsWith('DELETE'))).toEqual([]);
  expect(running.pod('low')).toBeDefined();
});

it('has no extender bind once it no longer leads', async () => {
  const asked: ServerResponse[] = [];
  const extender = createServer((_, response) => void asked.push(response));
  await new Promise<void>((resolve) => extender.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    extender.closeAllConnections();
    extender.close();
  });
  const { port } = extender.address() as AddressInfo;
  const leadership = new Office();
  leadership.begin();
  const running = await startScheduler({
    objects: [node('a', { cpu: '1000', pods: '1000' })],
    leadership,
    configuration: configurationOf(
      {
        apiVersion: 'kubescheduler.config.k8s.io/v1',
        kind: 'KubeSchedulerConfiguration',
        extenders: [{ urlPrefix: `http://127.0.0.1:${port}`, bindVerb: 'bind' }],
      },
      'a test',
    ),
  });
  running.store.load(Array.from({ length: 100 }, (_, n) => pod(`pod-${n}`)));
  await eventually(() => expect(asked).toHaveLength(48));
  leadership.isLeading = false;
  for (const response of asked) response.end('{}');
  // the others wait again, or wait for the extender still
  await eventually(() => expect(running.scheduler.queue(1000)).toHaveLength(52));
  await eventually(() => expect(running.scheduler.state().queue.backoff).toBeGreaterThan(0));
  expect(asked).toHaveLength(48);
});
