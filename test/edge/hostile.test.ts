// What people send by mistake, or to see what breaks.
import { describe, expect, it, vi } from 'vitest';
import { edgeHandler, memoryStore, type Limits } from '../../src/edge/index.ts';
import { deployment, handled, node, pod, sender, twoNodes } from './fixtures.ts';

const plan = (body: unknown, limits: Partial<Limits> = {}, headers = {}) =>
  handled({ limits })('POST', '/v1/plan', body, headers);

describe('a request that takes too much', () => {
  it('is too large: refused before it has come, or where it ends to be right', async () => {
    const limits = { bodyBytes: 1000 };
    const text = JSON.stringify({ snapshot: twoNodes, pods: [] }).padEnd(1001);
    const told = await plan(text, limits, { 'content-length': '1001' });
    expect(told).toMatchObject({ status: 413, body: { error: 'body: has more than 1000 bytes' } });
    let sent = 0;
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(100).fill(++sent === 1 ? 0x5b : 0x20)),
    });
    expect(await plan(endless, limits)).toMatchObject({ status: 413 });
    expect(sent).toBeLessThan(20);
    expect((await plan(text.slice(0, 1000), limits)).status).toBe(200);
  });

  it('comes beside so many others that it is too much', async () => {
    const send = handled({ limits: { bodyBytes: 1000 } });
    const ends: (() => void)[] = [];
    const slow = () =>
      send(
        'POST',
        '/v1/plan',
        new ReadableStream({
          start: (controller) => {
            controller.enqueue(new TextEncoder().encode(' '.repeat(900)));
            ends.push(() => controller.close());
          },
        }),
      );
    const two = [slow(), slow()];
    await vi.waitFor(async () => expect((await send('POST', '/v1/plan', ' '.repeat(900))).status).toBe(503));
    for (const end of ends) end();
    for (const one of two) expect((await one).status).toBe(400);
    expect((await send('POST', '/v1/plan', { snapshot: [node('a')] })).status).toBe(200);
  });

  it('does not come to its end', async () => {
    vi.useFakeTimers();
    const asked = handled()('POST', '/v1/plan', new ReadableStream({}));
    await vi.advanceTimersByTimeAsync(60_000);
    vi.useRealTimers();
    expect(await asked).toMatchObject({ status: 408, body: { error: 'body: has not come within 60 s' } });
  });

  it('asks for more than one may: pods, explanations, steps', async () => {
    const snapshot = [...twoNodes.items, ...Array.from({ length: 12 }, (_, n) => pod(`p${n}`))];
    expect(await plan({ snapshot }, { pods: 10 })).toMatchObject({
      status: 422,
      body: { error: 'pods: 12 wait, and one request decides at most 10: ask about some' },
    });
    const many = { snapshot: twoNodes, pods: [deployment('web', 60_000, '1m')], explain: 'detail' };
    expect(await plan(many)).toMatchObject({
      status: 422,
      body: { error: expect.stringMatching(/^explain: detail of 60000 pods on 2 nodes/) },
    });
    const steps = await plan(
      { snapshot, pods: [pod('a'), pod('b', '2'), pod('c', '3')] },
      { steps: 100_000 },
    );
    expect(steps).toMatchObject({
      status: 422,
      body: { error: expect.stringMatching(/more than 100000 steps/) },
    });
  });

  it('takes more memory than one may have', async () => {
    const allocatable = Object.fromEntries(
      Array.from({ length: 5000 }, (_, n) => [`example.com/r${n}`, '1']),
    );
    const nodes = Array.from({ length: 500 }, (_, n) => node(`n${n}`));
    const snapshot = [...nodes, { ...node('x'), status: { allocatable } }];
    expect((await plan({ snapshot })).status).toBe(200);
    const limits = { memoryBytes: 8 * 2 ** 20 };
    expect(await plan({ snapshot }, limits)).toMatchObject({
      status: 422,
      body: { error: expect.stringMatching(/^the cluster takes more memory than one may have: /) },
    });
    // a kept cluster is as it was
    const send = handled({ store: memoryStore(), limits });
    await send('PUT', '/v1/clusters/prod', { snapshot: nodes });
    const events = [{ type: 'ADDED', object: { ...node('x'), status: { allocatable } } }];
    expect((await send('PATCH', '/v1/clusters/prod', { events })).status).toBe(422);
    const { body } = await send('POST', '/v1/clusters/prod/decide', { pods: [pod('one')] });
    expect(body.decisions).toMatchObject([{ node: 'n0', feasible: 500 }]);
  });

  it('names claims whose selectors do not end', async () => {
    const expressionOf = (n: number) => `lists.range(900).all(x, lists.range(900).all(y, x + y > -${n + 1}))`;
    const resource = { apiVersion: 'resource.k8s.io/v1' };
    const claims = Array.from({ length: 20 }, (_, n) => ({
      ...resource,
      kind: 'ResourceClaim',
      metadata: { name: `claim-${n}`, namespace: 'default' },
      spec: {
        devices: {
          requests: [
            {
              name: 'any',
              exactly: {
                deviceClassName: 'any',
                allocationMode: 'ExactCount',
                count: 1,
                selectors: [{ cel: { expression: expressionOf(n) } }],
              },
            },
          ],
        },
      },
    }));
    const slice = {
      ...resource,
      kind: 'ResourceSlice',
      metadata: { name: 'slice' },
      spec: {
        driver: 'driver.example',
        pool: { name: 'pool', generation: 1, resourceSliceCount: 1 },
        allNodes: true,
        devices: [{ name: 'one' }],
      },
    };
    const deviceClass = { ...resource, kind: 'DeviceClass', metadata: { name: 'any' }, spec: {} };
    const podOf = (n: number) =>
      pod(`p${n}`, '1m', { resourceClaims: [{ name: 'any', resourceClaimName: `claim-${n}` }] });
    const snapshot = [...twoNodes.items, deviceClass, slice, ...claims];
    const one = await plan({ snapshot, pods: [podOf(0)] });
    expect(one.body.decisions[0].message).toContain('CEL runtime error: operation cancelled');
    const many = await plan({ snapshot, pods: claims.map((_, n) => podOf(n)) }, { steps: 100_000_000 });
    expect(many).toMatchObject({
      status: 422,
      body: { error: expect.stringMatching(/more than 100000000 steps/) },
    });
  });

  it('sends workloads in a snapshot that make too many pods: these are left out by name', async () => {
    const { status, body } = await plan({ snapshot: [...twoNodes.items, deployment('web', 2e9)] });
    expect(status).toBe(200);
    expect(body.leftOut).toMatchObject([{ object: 'Deployment default/web' }]);
  });
});

describe('kept clusters', () => {
  it.each(['', '..', '%2e%2e', 'A', '-a', 'a b', 'a%2Fb', 'a'.repeat(64), '__proto__', 'é'])(
    'are not called %j',
    async (name) => {
      const send = handled({ store: memoryStore() });
      const { status } = await send('PUT', `/v1/clusters/${name}`, { snapshot: twoNodes });
      expect([400, 404]).toContain(status);
      expect((await send('GET', '/v1/clusters')).body).toEqual({ clusters: [] });
    },
  );

  it('are so many, and so large', async () => {
    const send = handled({ store: memoryStore(), limits: { clusters: 2, clusterBytes: 2000 } });
    const put = (name: string, nodes = 1) =>
      send('PUT', `/v1/clusters/${name}`, {
        snapshot: Array.from({ length: nodes }, (_, n) => node(`n${n}`)),
      });
    expect([(await put('one')).status, (await put('two')).status, (await put('one')).status]).toEqual([
      200, 200, 200,
    ]);
    expect(await put('three')).toMatchObject({
      status: 507,
      body: { error: expect.stringMatching(/delete one$/) },
    });
    expect(await put('two', 200)).toMatchObject({
      status: 413,
      body: { error: expect.stringMatching(/^snapshot: /) },
    });
    expect((await send('GET', '/v1/clusters/two')).body.nodes).toBe(1);
  });

  it('are not to be had when the store fails; the reason is in the log', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const store = { ...memoryStore(), get: () => Promise.reject(new Error('password: hunter2')) };
    const { status, body, headers } = await handled({ store })('GET', '/v1/clusters/prod');
    expect({ status, body }).toEqual({
      status: 503,
      body: { error: 'the store of clusters does not answer: ask again' },
    });
    expect(headers.get('retry-after')).toBe('1');
    expect(log).toHaveBeenCalledOnce();
    log.mockRestore();
  });

  it('are as they were after a question that cannot be answered', async () => {
    const send = handled({ store: memoryStore(), limits: { steps: 120_000 } });
    await send('PUT', '/v1/clusters/prod', { snapshot: twoNodes });
    const pods = ['1', '2', '3', '1500m'].map((cpu) => pod(`p${cpu}`, cpu));
    expect(await send('POST', '/v1/clusters/prod/decide', { pods, keep: true })).toMatchObject({
      status: 422,
    });
    expect((await send('GET', '/v1/clusters/prod')).body).toMatchObject({ pods: 0, waiting: 0 });
    const one = await send('POST', '/v1/clusters/prod/decide', { pods: [pod('one', '4')] });
    expect(one.body.decisions).toMatchObject([{ node: 'a', feasible: 2 }]);
  });

  it('do not tell what broke inside', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const kernel = () => {
      throw new Error('inside');
    };
    const send = sender(edgeHandler({ kernel }));
    expect(await send('POST', '/v1/plan', { snapshot: twoNodes })).toMatchObject({
      status: 500,
      body: { error: 'an internal error: the log of the host has it' },
    });
    log.mockRestore();
  });
});
