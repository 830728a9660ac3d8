import { beforeEach, describe, expect, it } from 'vitest';
import type { Hono } from 'hono';
import { controlApi } from '../../src/control/api.ts';
import { FakeScheduler } from './fixtures.ts';

let core: FakeScheduler;
let app: Hono;
beforeEach(() => {
  core = new FakeScheduler();
  app = controlApi(core);
});

async function json(path: string, method = 'GET'): Promise<{ status: number; body: unknown }> {
  const response = await app.request(path, { method });
  return { status: response.status, body: await response.json() };
}

describe('probes', () => {
  it.each(['/healthz', '/livez', '/readyz'])('%s is ok in plain text', async (path) => {
    const response = await app.request(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(await response.text()).toBe('ok');
  });

  it('name each check with ?verbose', async () => {
    const response = await app.request('/readyz?verbose');
    expect(await response.text()).toBe('[+]nodes ok\n[+]pods ok\nreadyz check passed\n');
  });

  it('say 503 and why when the scheduler is not ready, while it lives on', async () => {
    core.readyChecks = [{ name: 'nodes' }, { name: 'pods', failure: 'the list has not arrived' }];
    const response = await app.request('/readyz');
    expect(response.status).toBe(503);
    expect(await response.text()).toBe(
      '[+]nodes ok\n[-]pods failed: the list has not arrived\nreadyz check failed\n',
    );
    expect((await app.request('/livez')).status).toBe(200);
  });

  it.each(['/livez', '/healthz'])('%s says 500 when the process should end', async (path) => {
    core.liveChecks = [{ name: 'loop', failure: 'no cycle for 5 minutes' }];
    const response = await app.request(path);
    expect(response.status).toBe(500);
    expect(await response.text()).toContain('[-]loop failed: no cycle for 5 minutes');
  });
});

describe('what the scheduler holds', () => {
  it('/metrics is Prometheus text with the gauges of now', async () => {
    const response = await app.request('/metrics');
    expect(response.headers.get('content-type')).toContain('version=0.0.4');
    expect(await response.text()).toContain('scheduler_pending_pods{queue="gated"} 4\n');
  });

  it('/configz holds the configuration', async () => {
    expect((await json('/configz')).body).toEqual({
      componentconfig: { profiles: [{ schedulerName: 'coset' }] },
    });
  });

  it('lists state, queue, classes and correspondences', async () => {
    const state = (await json('/coset/v1/state')).body;
    expect(state).toEqual(core.state());
    expect((await json('/coset/v1/queue')).body).toEqual({ counts: core.state().queue, pods: core.queue(1) });
    expect((await json('/coset/v1/escrow')).body).toEqual({
      counts: core.state().escrow,
      pods: core.escrow(1),
    });
    expect((await json('/coset/v1/classes')).body).toEqual({ classes: core.classes(1) });
    expect((await json('/coset/v1/correspondences')).body).toEqual({
      correspondences: core.correspondences(1),
    });
  });

  it('lists the last cycles, newest first', async () => {
    await core.step(3);
    const { body } = await json('/coset/v1/cycles?limit=2');
    expect(body).toMatchObject({ cycles: [{ number: 3, phasesMs: { filter: 0.5 } }, { number: 2 }] });
  });

  it.each(['cycles', 'queue', 'classes', 'correspondences'])('passes the limit of %s on', async (list) => {
    await json(`/coset/v1/${list}?limit=7`);
    await json(`/coset/v1/${list}`);
    expect(core.limits).toEqual([7, 100]);
  });

  it.each(['0', '-1', '1.5', 'x', '', '10001', '1e3'])('refuses limit=%s by name', async (limit) => {
    const { status, body } = await json(`/coset/v1/queue?limit=${limit}`);
    expect(status).toBe(400);
    expect(body).toEqual({ error: `limit: a whole number from 1 to 10000 is needed, not '${limit}'` });
    expect(core.limits).toEqual([]);
  });
});

describe('steering', () => {
  it('pauses and resumes, and shows the state that follows', async () => {
    expect((await json('/coset/v1/pause', 'POST')).body).toMatchObject({ paused: true });
    expect(core.paused).toBe(true);
    expect((await json('/coset/v1/resume', 'POST')).body).toMatchObject({ paused: false });
    expect(core.paused).toBe(false);
  });

  it('runs one cycle, or as many as asked, while paused', async () => {
    core.pause();
    expect((await json('/coset/v1/step', 'POST')).body).toMatchObject({ cycles: [{ number: 1 }] });
    const { body } = await json('/coset/v1/step?cycles=2', 'POST');
    expect(body).toMatchObject({ cycles: [{ number: 2 }, { number: 3 }] });
  });

  it('refuses a step while it runs, and a bad number of cycles', async () => {
    expect(await json('/coset/v1/step', 'POST')).toMatchObject({ status: 409 });
    core.pause();
    const { status, body } = await json('/coset/v1/step?cycles=none', 'POST');
    expect(status).toBe(400);
    expect(body).toEqual({ error: "cycles: a whole number from 1 to 1000 is needed, not 'none'" });
    expect(core.records).toEqual([]);
  });

  it('changes nothing on GET', async () => {
    expect(await json('/coset/v1/pause')).toEqual({
      status: 404,
      body: { error: 'no route GET /coset/v1/pause' },
    });
    expect(core.paused).toBe(false);
  });

  it('refuses a web page of another origin, but not one of its own', async () => {
    const post = (origin: string) =>
      app.request('http://127.0.0.1:10259/coset/v1/pause', { method: 'POST', headers: { origin } });
    expect((await post('http://evil.example')).status).toBe(403);
    expect(core.paused).toBe(false);
    expect((await post('http://127.0.0.1:10259')).status).toBe(200);
    expect(core.paused).toBe(true);
  });
});

it('answers an unknown path and a failure of the scheduler as JSON', async () => {
  expect(await json('/api/v2')).toEqual({ status: 404, body: { error: 'no route GET /api/v2' } });
  core.pause();
  core.step = () => Promise.reject(new Error('the cycle failed'));
  expect(await json('/coset/v1/step', 'POST')).toEqual({ status: 500, body: { error: 'the cycle failed' } });
});
