// The control API for whoever can reach it: probes are answered, everything else to those only whom RBAC lets have it.
//
//   - nonResourceURLs: [/metrics, /configz, /coset/v1/*]       reading
//     verbs: [get]
//   - nonResourceURLs: [/coset/v1/*]                           steering: pause, resume, step
//     verbs: [post]
// The paths are not below /api: every user may get what is there, for a cluster's role system:discovery says so.
import { getConnInfo } from '@hono/node-server/conninfo';
import { Hono } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { HTTPException } from 'hono/http-exception';
import { AccessError, type Access, type User } from '../model/access.ts';

/** What kubelets ask for, who have no token. */
const OPEN_PATHS: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz']);
const RETRY_SECONDS = '1';

interface Env {
  Variables: { user: User };
}

/** Answers 401 to whom nobody knows, 403 to who may not, and 429 or 503 when that cannot be found out. */
export function authenticated(app: Hono, access: Access): Hono {
  const outer = new Hono<Env>();
  const authenticate = bearerAuth<Env>({
    verifyToken: async (token, context) => {
      const user = await access.userOf(token, getConnInfo(context).remote.address ?? '');
      if (user !== undefined) context.set('user', user);
      return user !== undefined;
    },
    noAuthenticationHeader: { message: { error: 'a bearer token is needed' } },
    invalidAuthenticationHeader: { message: { error: 'the Authorization header must be a bearer token' } },
    invalidToken: { message: { error: 'the bearer token is of nobody' } },
  });
  outer.onError((error, context) => {
    if (error instanceof HTTPException) return error.getResponse();
    if (error instanceof AccessError)
      return context.json({ error: error.message }, error.status, { 'retry-after': RETRY_SECONDS });
    return context.json({ error: error.message }, 500);
  });
  outer.use(async (context, next) => {
    if (OPEN_PATHS.has(context.req.path)) return next();
    return authenticate(context, next);
  });
  outer.use(async (context, next) => {
    const { path, method } = context.req;
    if (OPEN_PATHS.has(path)) return next();
    const user = context.get('user');
    const verb = method.toLowerCase();
    if (await access.mayDo(user, verb, path)) return next();
    return context.json({ error: `user '${user.username ?? ''}' may not ${verb} the path '${path}'` }, 403);
  });
  outer.route('/', app);
  return outer as unknown as Hono;
}
