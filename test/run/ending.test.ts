// A scheduler that is told to end while the API server, or an extender, accepts everything and answers nothing.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { configurationOf } from '../../src/config/configuration.ts';
import { on } from '../cycle/fixtures.ts';
import { claim, deviceClass, devices, podWith, slice } from '../devices/objects.ts';
import { startHarness } from '../kube/harness.ts';
import { after, eventually, node, pod, Running, startScheduler, type SetUp } from './fixtures.ts';

const NEVER = { delayMs: 3_600_000 };
const MOST_MS = 10_000;
const slot = { cpu: '1' };

/** Stops the scheduler and checks that this takes no longer than it may, and that nothing was sent twice. */
async function stop({ scheduler, harness }: Running): Promise<void> {
  const begin = performance.now();
  await scheduler.stop();
  expect(performance.now() - begin).toBeLessThan(MOST_MS);
  const sent = harness.requests.filter((request) => !request.startsWith('GET'));
  const distinct = new Set(sent.filter((request) => !request.endsWith('/events')));
  expect(distinct.size).toBe(sent.filter((request) => !request.endsWith('/events')).length);
}

function sees({ harness }: Running, request: RegExp): Promise<void> {
  return eventually(() => expect(harness.requests.some((one) => request.test(one))).toBe(true));
}

describe('ends within its bound while the server answers no', () => {
  it.each([
    ['discovery', /^\/apis$/, /^GET \/apis$/],
    ['resource list', /^\/apis\/policy\/v1$/, /^GET \/apis\/policy\/v1$/],
    ['list', /^\/api\/v1\/nodes\?limit/, /^GET \/api\/v1\/nodes$/],
    ['list of what decides about pods', /^\/api\/v1\/services\?limit/, /^GET \/api\/v1\/services$/],
  ])('%s', async (_, path, request) => {
    const harness = await startHarness();
    harness.fail('GET', path, NEVER, NEVER);
    const running = new Running(harness);
    const refused = expect(running.restart()).rejects.toThrow();
    await sees(running, request);
    await stop(running);
    await refused;
  });

  it('watch', async () => {
    const running = await startScheduler({
      objects: [node('a')],
      before: ({ fail }) => fail('GET', /watch=1/, ...Array(50).fill(NEVER)),
    });
    await stop(running);
  });

  const evicting: SetUp = {
    objects: [
      node('a', slot),
      on('a', pod('low', { ...slot, spec: { priority: 1 } })),
      pod('high', { ...slot, spec: { priority: 10 } }),
    ],
  };
  const claiming: SetUp = {
    objects: [node('a'), deviceClass('gpu'), slice('a', devices('b')), claim('one'), podWith('one', 'one')],
  };
  it.each([
    ['binding', 'POST', /\/binding$/, { objects: [node('a'), pod('one'), pod('two', slot)] }],
    ['event', 'POST', /\/events$/, { objects: [node('a'), pod('one')] }],
    ['condition', 'PATCH', /one\/status$/, { objects: [pod('one')] }],
    ['word to a victim', 'PATCH', /low\/status$/, evicting],
    ['eviction', 'DELETE', /low$/, evicting],
    ['reservation', 'PUT', /resourceclaims\/one$/, claiming],
  ])('%s', async (_, method, path, setUp: SetUp) => {
    const running = await startScheduler({
      ...setUp,
      before: ({ fail }) => fail(method, path, ...Array(50).fill(NEVER)),
    });
    await sees(running, new RegExp(`^${method} .*${path.source}`));
    await stop(running);
  });
});

it('ends within its bound while the server answers nothing at all', async () => {
  const running = await startScheduler({ objects: [node('a'), pod('low', slot)] });
  await running.bound('low');
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
    running.harness.fail(method, /./, ...Array(500).fill(NEVER));
  running.store.load([...Array(100).keys()].map((n) => pod(`pod-${n}`)));
  await sees(running, /pod-0\/binding$/);
  await stop(running);
  expect(running.logged('bindings were not answered before the end')).toEqual([{ pods: 48 }]);
});

it.each(['filter', 'bind'])('ends within its bound while an extender answers no %s', async (verb) => {
  let asked = 0;
  const extender = createServer(() => asked++);
  await new Promise<void>((resolve) => extender.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    extender.closeAllConnections();
    extender.close();
  });
  const { port } = extender.address() as AddressInfo;
  const running = await startScheduler({
    objects: [node('a'), pod('one')],
    configuration: configurationOf(
      {
        apiVersion: 'kubescheduler.config.k8s.io/v1',
        kind: 'KubeSchedulerConfiguration',
        extenders: [{ urlPrefix: `http://127.0.0.1:${port}`, [`${verb}Verb`]: verb, httpTimeout: '1000s' }],
      },
      'a test',
    ),
  });
  await eventually(() => expect(asked).toBe(1));
  await stop(running);
  expect(asked).toBe(1);
});

describe('a binding that has no clear answer when the scheduler ends', () => {
  it('is not sent again, and its outcome is asked for', async () => {
    const running = await startScheduler({ objects: [node('a')] });
    let stopped: Promise<void> | undefined;
    running.failBinding(
      'one',
      after(() => {
        stopped = running.scheduler.stop();
      }, 500),
    );
    running.store.load([pod('one')]);
    await eventually(() => expect(stopped).toBeDefined());
    await stopped;
    const about = running.harness.requests.filter((request) => request.includes('/pods/one'));
    expect(running.bindingsSent('one')).toBe(1);
    expect(about.slice(0, 2)).toEqual([
      'POST /api/v1/namespaces/ns/pods/one/binding',
      'GET /api/v1/namespaces/ns/pods/one',
    ]);
  });
});
