// The scheduler as a service that any host of the web's Request and Response runs: it is sent a cluster and answers where pods
// would go. Nothing of Node, no clock but for what counts as late, no state but what the host's store keeps.
//
//   GET    /                             the page, where the host has one
//   GET    /healthz
//   POST   /v1/plan                      {snapshot, configuration?, events?, pods?, explain?}
//   GET    /v1/clusters
//   PUT    /v1/clusters/NAME             {snapshot, configuration?}
//   GET    /v1/clusters/NAME
//   PATCH  /v1/clusters/NAME             {events}
//   POST   /v1/clusters/NAME/decide      {events?, pods?, explain?, keep?}
//   POST   /v1/clusters/NAME/explain     {events?, pod}
//   DELETE /v1/clusters/NAME
import { Hono, type Context } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { cors } from 'hono/cors';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import { ConfigurationError } from '../config/configuration.ts';
import { inlinedKernel } from '../kernel/inlined.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { EffortError } from '../kernel/program/effort.ts';
import { PlannerError } from '../planner/planner-error.ts';
import type { Planner } from '../planner/planner.ts';
import { ScenarioError } from '../scenario/reader.ts';
import { BlockLimitError, OutOfMemoryError } from '../state/columns/arena.ts';
import { Bodies } from './body.ts';
import { Clusters, type KeptCluster } from './clusters.ts';
import { LIMITS, type Limits } from './limits.ts';
import { BODIES, bring, check, decide, explain, type Question } from './questions.ts';
import type { ClusterStore } from './store.ts';

export interface EdgeOptions {
  /**
   * Makes a kernel, by default of the build that is inlined. A host that compiles no WebAssembly at run time gives
   * `() => instantiateKernel(module)`.
   */
  kernel?: () => Kernel;
  /** Where clusters are kept under names. Without one nothing is kept. */
  store?: ClusterStore;
  /** What a request has to show as its bearer token. Without one everybody may ask. */
  token?: string;
  /** The origins whose pages may ask ("https://example.com"), or "*" for all. Without them those of no other. */
  origins?: string[];
  /** A page, as HTML, which brings its own Content-Security-Policy. Everybody may see it. */
  page?: string;
  limits?: Partial<Limits>;
}

const UNPROCESSABLE = [ScenarioError, ConfigurationError, PlannerError, EffortError];

/** Builds the service. What is refused is answered as {error}, which begins with the field that it is about. */
export function edgeHandler({ kernel = inlinedKernel, store, ...options }: EdgeOptions = {}): Hono {
  const limits = { ...LIMITS, ...options.limits };
  const bounded = (): Kernel => {
    const made = kernel();
    made.arena.bytesMost = limits.memoryBytes;
    return made;
  };
  const app = new Hono();
  protect(app, options);
  app.notFound((context) =>
    context.json({ error: `no route ${context.req.method} ${context.req.path}` }, 404),
  );
  app.onError(answerError);

  const { page } = options;
  if (page !== undefined) app.get('/', (context) => context.html(page));
  app.get('/healthz', (context) => context.json({ status: 'ok' }));

  const bodies = new Bodies(limits.bodyBytes);
  app.post('/v1/plan', (context) =>
    bodies.answer(context.req.raw, (body) => {
      check(body, BODIES.plan);
      const question = body as Question;
      const { planner, notices, leftOut, pending } = bring(body, limits, bounded());
      // events may change which ones wait
      const waiting = question.events === undefined ? pending : undefined;
      return context.json({ ...decide(planner, question, limits, waiting), notices, leftOut });
    }),
  );
  if (store !== undefined)
    addClusters(app, new Clusters({ store, limits, kernel: bounded }), { bodies, limits, kernel: bounded });
  return app;
}

function protect(app: Hono, { token, origins, page }: EdgeOptions): void {
  app.use(secureHeaders());
  app.use(async (context, next) => {
    await next();
    const isPage = page !== undefined && context.req.path === '/';
    context.header(
      'content-security-policy',
      `${isPage ? '' : "default-src 'none'; "}frame-ancestors 'none'`,
    );
    context.header('cache-control', isPage ? 'no-cache' : 'no-store');
  });
  if (origins !== undefined) {
    const origin = origins.includes('*') ? '*' : origins;
    app.use(cors({ origin, allowHeaders: ['authorization', 'content-type'], maxAge: 600 }));
  }
  if (token === undefined) return;
  if (token === '') throw new TypeError('token: must not be empty');
  const refused = { message: { error: 'authorization: must be "Bearer" and the token' } };
  const auth = bearerAuth({
    token,
    noAuthenticationHeader: refused,
    invalidAuthenticationHeader: refused,
    invalidToken: refused,
  });
  app.use('/v1/*', auth);
}

function addClusters(
  app: Hono,
  clusters: Clusters,
  { bodies, limits, kernel }: { bodies: Bodies; limits: Limits; kernel: () => Kernel },
): void {
  const path = '/v1/clusters/:name';
  app.get('/v1/clusters', async (context) => context.json({ clusters: await clusters.names() }));
  app.put(path, (context) =>
    bodies.answer(context.req.raw, async (body) => {
      check(body, BODIES.put);
      const { notices, leftOut, planner, configuration } = bring(body, limits, kernel());
      const kept = await clusters.put(nameIn(context), { planner, configuration });
      return context.json({ ...summaryOf(kept), notices, leftOut });
    }),
  );
  app.get(path, async (context) => context.json(summaryOf(await clusters.get(nameIn(context)))));
  app.delete(path, async (context) => {
    await clusters.delete(nameIn(context));
    return context.body(null, 204);
  });
  app.patch(path, (context) =>
    bodies.answer(context.req.raw, async (body) => {
      check(body, BODIES.change);
      const { events = [] } = body as Question;
      const { kept } = await asking(clusters, nameIn(context), true, (fork) => fork.apply(events));
      return context.json(summaryOf(kept));
    }),
  );
  app.post(`${path}/decide`, (context) =>
    bodies.answer(context.req.raw, async (body) => {
      check(body, BODIES.decide);
      const question = body as Question;
      const { answer } = await asking(clusters, nameIn(context), question.keep ?? false, (fork) =>
        decide(fork, question, limits),
      );
      return context.json(answer);
    }),
  );
  app.post(`${path}/explain`, (context) =>
    bodies.answer(context.req.raw, async (body) => {
      check(body, BODIES.explain);
      const { answer } = await asking(clusters, nameIn(context), false, (fork) =>
        explain(fork, body, limits),
      );
      return context.json(answer);
    }),
  );
}

/** Asks a fork of a cluster, which is kept in its place or thrown away. */
async function asking<T>(
  clusters: Clusters,
  name: string,
  keep: boolean,
  ask: (fork: Planner) => T,
): Promise<{ answer: T; kept: KeptCluster }> {
  const before = await clusters.get(name);
  const fork = before.planner.fork();
  let isKept = false;
  try {
    const answer = ask(fork);
    if (!keep) return { answer, kept: before };
    const { configuration } = before;
    const kept = await clusters.put(name, { planner: fork, configuration }, before);
    isKept = true;
    return { answer, kept };
  } catch (error) {
    // nobody knows what a fault has left behind
    if (!isRefusal(error)) clusters.forget(name);
    throw error;
  } finally {
    if (!isKept) fork.discard();
  }
}

function nameIn(context: Context): string {
  return context.req.param('name')!;
}

function summaryOf({ planner, bytes }: KeptCluster): object {
  return {
    nodes: planner.nodes().length,
    pods: planner.pods().length,
    waiting: planner.waiting().length,
    bytes,
  };
}

/** Whether something was refused before it was begun, or was put back in order. */
function isRefusal(error: unknown): boolean {
  return error instanceof HTTPException || UNPROCESSABLE.some((kind) => error instanceof kind);
}

function answerError(error: Error, context: Context): Response {
  if (error instanceof HTTPException) {
    if (error.res !== undefined) return error.getResponse();
    if (error.status === 503) context.header('retry-after', '1');
    return context.json({ error: error.message }, error.status);
  }
  if (isRefusal(error)) return context.json({ error: error.message }, 422);
  if (error instanceof OutOfMemoryError || error instanceof BlockLimitError)
    return context.json({ error: `the cluster takes more memory than one may have: ${error.message}` }, 422);
  console.error('coset: a request failed:', error);
  return context.json({ error: 'an internal error: the log of the host has it' }, 500);
}
