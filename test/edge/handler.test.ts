import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/edge/index.ts';
import { handled, pod, twoNodes } from './fixtures.ts';
import { answersRequests } from './requests.ts';

const inMemory = handled({ store: memoryStore() });
answersRequests(() => inMemory);

describe('a store', () => {
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
