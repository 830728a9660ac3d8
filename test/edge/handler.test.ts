import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/edge/index.ts';
import { deployment, handled, node, pod, twoNodes } from './fixtures.ts';

describe('a plan', () => {
  it('says where pods go, and why others wait', async () => {
    const { status, body } = await handled()('POST', '/v1/plan', {
      snapshot: twoNodes,
      pods: [pod('one', '3'), pod('two', '3'), pod('three', '3')],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ placed: 2, classes: 1, notices: [], leftOut: [] });
    expect(body.decisions.map(({ node: name }: { node?: string }) => name)).toEqual(['a', 'b', undefined]);
    expect(body.decisions[2].message).toBe('0/2 nodes are available: 2 Insufficient cpu.');
  });

  it('is of the pods that wait in the snapshot when none are sent', async () => {
    const snapshot = [...twoNodes.items, pod('waits'), { ...pod('runs', '3', { nodeName: 'a' }) }];
    const { body } = await handled()('POST', '/v1/plan', { snapshot });
    expect(body.decisions).toMatchObject([{ pod: 'default/waits', node: 'b' }]);
  });

  it('has workloads make the pods that they lack', async () => {
    const send = handled();
    const snapshot = twoNodes;
    const { body } = await send('POST', '/v1/plan', { snapshot, pods: [deployment('web', 3), pod('alone')] });
    expect(body.decisions).toHaveLength(4);
    expect(body.placed).toBe(4);
    const ofSnapshot = await send('POST', '/v1/plan', {
      snapshot: [...twoNodes.items, deployment('web', 3)],
    });
    expect(ofSnapshot.body.decisions).toHaveLength(3);
  });

  it('takes events before it decides, a configuration, and explains', async () => {
    const { body } = await handled()('POST', '/v1/plan', {
      snapshot: twoNodes,
      events: [{ type: 'DELETED', object: node('a') }],
      pods: [pod('big', '9')],
      explain: 'detail',
      configuration: {
        apiVersion: 'kubescheduler.config.k8s.io/v1',
        kind: 'KubeSchedulerConfiguration',
        profiles: [{ plugins: { multiPoint: { disabled: [{ name: 'NodeResourcesFit' }] } } }],
      },
    });
    expect(body.decisions).toMatchObject([{ pod: 'default/big', node: 'b', best: ['b'] }]);
    expect(body.decisions[0].scores.b).not.toHaveProperty('NodeResourcesFit');
  });

  it('is read from YAML too', async () => {
    const text = `
snapshot:
  - {kind: Node, apiVersion: v1, metadata: {name: a}, status: {allocatable: {cpu: 4, pods: 9}}}
pods:
  - {kind: Pod, metadata: {name: one}, spec: {containers: [{name: main}]}}
`;
    const { body } = await handled()('POST', '/v1/plan', text, { 'content-type': 'application/yaml' });
    expect(body.decisions).toMatchObject([{ pod: 'default/one', node: 'a' }]);
  });
});

describe('a kept cluster', () => {
  const kept = async (options = {}) => {
    const send = handled({ store: memoryStore(), ...options });
    expect(await send('PUT', '/v1/clusters/prod', { snapshot: twoNodes })).toMatchObject({
      status: 200,
      body: { nodes: 2, pods: 0, waiting: 0 },
    });
    return send;
  };

  it('is asked many things, and stays as it is', async () => {
    const send = await kept();
    const pods = [pod('one', '3'), pod('two', '3')];
    const what = { events: [{ type: 'ADDED', object: node('c') }], pods: [...pods, pod('three', '3')] };
    for (let round = 0; round < 2; round++) {
      const plain = await send('POST', '/v1/clusters/prod/decide', { pods });
      expect(plain.body.decisions).toMatchObject([{ node: 'a' }, { node: 'b' }]);
      const whatIf = await send('POST', '/v1/clusters/prod/decide', what);
      expect(whatIf.body.placed).toBe(3);
      const explained = await send('POST', '/v1/clusters/prod/explain', { pod: pod('big', '9') });
      expect(explained.body.rejected.a.reasons).toEqual(['Insufficient cpu']);
    }
    expect((await send('GET', '/v1/clusters/prod')).body).toMatchObject({ nodes: 2, pods: 0 });
  });

  it('keeps what was decided where that is asked for, and what events tell', async () => {
    const send = await kept();
    const path = '/v1/clusters/prod';
    await send('POST', `${path}/decide`, { pods: [deployment('web', 5, '2')], keep: true });
    expect((await send('GET', path)).body).toMatchObject({ nodes: 2, pods: 5, waiting: 1 });
    const changed = await send('PATCH', path, { events: [{ type: 'ADDED', object: node('c') }] });
    expect(changed.body).toMatchObject({ nodes: 3, waiting: 1 });
    expect((await send('POST', `${path}/decide`, {})).body.decisions).toMatchObject([{ node: 'c' }]);
    // of the six that the workload asks for now, five are there
    const more = await send('POST', `${path}/decide`, { pods: [deployment('web', 6, '2')] });
    expect(more.body.decisions).toHaveLength(1);
  });

  it('is found by another process with the same store, with its configuration', async () => {
    const store = memoryStore();
    const profiles = [
      { schedulerName: 'mine', plugins: { multiPoint: { disabled: [{ name: 'NodeResourcesFit' }] } } },
    ];
    const configuration = {
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
      profiles,
    };
    await handled({ store })('PUT', '/v1/clusters/prod', { snapshot: twoNodes, configuration });
    const other = handled({ store });
    const asked = await other('POST', '/v1/clusters/prod/decide', { pods: [pod('big', '99')] });
    expect(asked.body.decisions).toMatchObject([{ node: 'a' }]);
  });

  it('is replaced, listed and deleted by its name', async () => {
    const send = await kept();
    await send('PUT', '/v1/clusters/prod', { snapshot: [node('x')] });
    expect((await send('GET', '/v1/clusters/prod')).body.nodes).toBe(1);
    expect((await send('GET', '/v1/clusters')).body).toEqual({ clusters: ['prod'] });
    expect((await send('DELETE', '/v1/clusters/prod')).status).toBe(204);
    expect(await send('GET', '/v1/clusters/prod')).toMatchObject({
      status: 404,
      body: { error: 'cluster prod: is not known' },
    });
    expect((await send('DELETE', '/v1/clusters/prod')).status).toBe(404);
  });

  it('takes no change that was decided on what is there no longer', async () => {
    const store = memoryStore();
    const { put } = store;
    const send = handled({ store });
    await send('PUT', '/v1/clusters/prod', { snapshot: twoNodes });
    // somebody else is faster
    store.put = async (name, bytes, replacing) => {
      if (replacing !== undefined) await put(name, bytes);
      return put(name, bytes, replacing);
    };
    const asked = await send('POST', '/v1/clusters/prod/decide', { pods: [pod('one')], keep: true });
    expect(asked).toMatchObject({ status: 409, body: { error: expect.stringMatching(/ask again/) } });
  });

  it('cannot be kept where the host has no store', async () => {
    expect((await handled()('PUT', '/v1/clusters/prod', { snapshot: twoNodes })).status).toBe(404);
  });
});

describe('who may ask', () => {
  it('is who shows the token, where there is one; the page and the probe are for all', async () => {
    const send = handled({ token: 'secret', page: '<!doctype html><title>coset</title>' });
    const ask = (authorization?: string) =>
      send('POST', '/v1/plan', { snapshot: twoNodes }, authorization ? { authorization } : {});
    expect((await ask('Bearer secret')).status).toBe(200);
    const refused = await ask('Bearer secret1');
    expect(refused).toMatchObject({
      status: 401,
      body: { error: 'authorization: must be "Bearer" and the token' },
    });
    expect(refused.headers.get('www-authenticate')).toContain('Bearer');
    expect((await ask()).status).toBe(401);
    expect((await ask('Basic c2VjcmV0')).status).toBe(400);
    expect((await send('GET', '/healthz')).body).toEqual({ status: 'ok' });
    const page = await send('GET', '/');
    expect(page.body).toContain('<title>coset');
    expect(page.headers.get('content-security-policy')).toBe("frame-ancestors 'none'");
    expect(() => handled({ token: '' })).toThrow('token: must not be empty');
  });

  it('is no page of another origin, unless the host says so', async () => {
    const origin = { origin: 'https://page.example', 'access-control-request-method': 'POST' };
    const without = await handled()('OPTIONS', '/v1/plan', undefined, origin);
    expect(without.headers.get('access-control-allow-origin')).toBeNull();
    const send = handled({ origins: ['https://page.example'], token: 'secret' });
    const asked = await send('OPTIONS', '/v1/plan', undefined, origin);
    expect(asked.headers.get('access-control-allow-origin')).toBe('https://page.example');
    const other = await send('OPTIONS', '/v1/plan', undefined, {
      ...origin,
      origin: 'https://other.example',
    });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    // a form of any page may send this type
    const form = await handled()('POST', '/v1/plan', '{}', { 'content-type': 'text/plain' });
    expect(form.status).toBe(415);
  });

  it('is told nothing by other means: headers', async () => {
    const { headers } = await handled()('POST', '/v1/plan', { snapshot: twoNodes });
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
  });
});
