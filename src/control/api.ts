// The control API: a thin layer that shows what the scheduler holds and passes on pause, resume and step.
//
//   GET  /livez /readyz /healthz      probes, with ?verbose
//   GET  /metrics /configz            as kube-scheduler serves them
//   GET  /coset/v1/state
//   GET  /coset/v1/cycles /queue /classes /correspondences /escrow      with ?limit=N
//   POST /coset/v1/pause /resume /step                          step with ?cycles=N
import { type Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { healthAnswer } from './health.ts';
import type { ControlledScheduler } from './types.ts';

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 10_000;
const STEP_CYCLES_MAX = 1_000;

/** Builds the API. Errors are answered as {error}: 400 names the bad parameter, 409 a step while not paused. */
export function controlApi(core: ControlledScheduler): Hono {
  const app = new Hono();

  app.notFound((context) =>
    context.json({ error: `no route ${context.req.method} ${context.req.path}` }, 404),
  );
  app.onError((error, context) =>
    context.json({ error: error.message }, error instanceof HTTPException ? error.status : 500),
  );

  app.get('/healthz', (context) => healthAnswer(context, 'healthz', core.live(), 500));
  app.get('/livez', (context) => healthAnswer(context, 'livez', core.live(), 500));
  app.get('/readyz', (context) => healthAnswer(context, 'readyz', core.ready(), 503));
  app.get('/metrics', async (context) => {
    const registry = core.metrics();
    return context.body(await registry.metrics(), 200, { 'content-type': registry.contentType });
  });
  app.get('/configz', (context) => context.json({ componentconfig: core.configuration() }));

  app.get('/coset/v1/state', (context) => context.json(core.state()));
  app.get('/coset/v1/cycles', (context) => context.json({ cycles: core.cycles(limit(context)) }));
  app.get('/coset/v1/queue', (context) =>
    context.json({ counts: core.state().queue, pods: core.queue(limit(context)) }),
  );
  app.get('/coset/v1/classes', (context) => context.json({ classes: core.classes(limit(context)) }));
  app.get('/coset/v1/correspondences', (context) =>
    context.json({ correspondences: core.correspondences(limit(context)) }),
  );
  app.get('/coset/v1/escrow', (context) =>
    context.json({ counts: core.state().escrow, pods: core.escrow(limit(context)) }),
  );

  app.post('/coset/v1/*', async (context, next) => {
    refuseOtherOrigins(context);
    await next();
  });
  app.post('/coset/v1/pause', (context) => {
    core.pause();
    return context.json(core.state());
  });
  app.post('/coset/v1/resume', (context) => {
    core.resume();
    return context.json(core.state());
  });
  app.post('/coset/v1/step', async (context) => {
    const cycles = count(context, 'cycles', 1, STEP_CYCLES_MAX);
    if (!core.state().paused) {
      throw new HTTPException(409, { message: 'the scheduler is not paused: POST /coset/v1/pause first' });
    }
    if (!core.state().leading) {
      throw new HTTPException(409, { message: 'the scheduler is not the leader: it decides nothing' });
    }
    return context.json({ cycles: await core.step(cycles) });
  });
  return app;
}

function limit(context: Context): number {
  return count(context, 'limit', LIMIT_DEFAULT, LIMIT_MAX);
}

/** A query parameter from 1 to `max`. */
function count(context: Context, name: string, byDefault: number, max: number): number {
  const text = context.req.query(name);
  if (text === undefined) return byDefault;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > max) {
    throw new HTTPException(400, {
      message: `${name}: a whole number from 1 to ${max} is needed, not '${text}'`,
    });
  }
  return value;
}

/** A web page of another site can reach a loopback port through its visitor's browser; it must change nothing. */
function refuseOtherOrigins(context: Context): void {
  const origin = context.req.header('origin');
  if (origin === undefined || origin === new URL(context.req.url).origin) return;
  throw new HTTPException(403, {
    message: `a page of another origin (${origin}) may not steer the scheduler`,
  });
}
