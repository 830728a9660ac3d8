// Asks the API server who a bearer token is of, and whether he may have a path: as kube-scheduler does on its secure port.
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { AccessError, type Access, type User } from '../model/access.ts';
import type { Right } from '../model/right.ts';
import type { Transport } from './transport.ts';

export const REVIEW_RIGHTS: readonly Right[] = [
  { group: 'authentication.k8s.io', resource: 'tokenreviews', verbs: ['create'] },
  { group: 'authorization.k8s.io', resource: 'subjectaccessreviews', verbs: ['create'] },
];

/** As long as kube-scheduler trusts an answer; refusals as long, so that asking again does not reach the API server. */
const KEPT_MS = 10_000;
const KEPT_MAX = 1000;
/** Reviews under way. Whoever sends tokens that nobody has must not make the API server busy with them. */
const CONCURRENT_MAX = 16;
/** Of a token; those of service accounts have one or two thousand. */
const TOKEN_LENGTH_MAX = 16_384;

interface Verdict {
  authenticated?: boolean;
  user?: User;
  allowed?: boolean;
}

interface Question {
  path: string;
  body: { apiVersion: string; kind: string; spec: unknown };
}

export class AccessReviews implements Access {
  readonly #transport: Transport;
  readonly #verdicts: LRUCache<string, Verdict, Question>;
  #underWay = 0;

  constructor(transport: Transport, keptMs = KEPT_MS) {
    this.#transport = transport;
    this.#verdicts = new LRUCache({
      max: KEPT_MAX,
      ttl: keptMs,
      fetchMethod: (_key, _stale, { context }) => this.#ask(context),
    });
  }

  async userOf(token: string): Promise<User | undefined> {
    if (token.length > TOKEN_LENGTH_MAX) return undefined;
    // no copy of the token is kept
    const key = createHash('sha256').update(token).digest('base64');
    const { authenticated, user } = await this.#verdict(`token ${key}`, {
      path: '/apis/authentication.k8s.io/v1/tokenreviews',
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } },
    });
    return authenticated === true ? user : undefined;
  }

  async mayDo(user: User, verb: string, path: string): Promise<boolean> {
    const { username, uid, groups, extra } = user;
    const spec = { user: username, uid, groups, extra, nonResourceAttributes: { path, verb } };
    const { allowed } = await this.#verdict(`access ${JSON.stringify(spec)}`, {
      path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec },
    });
    return allowed === true;
  }

  async #verdict(key: string, context: Question): Promise<Verdict> {
    return (await this.#verdicts.fetch(key, { context }))!;
  }

  async #ask({ path, body }: Question): Promise<Verdict> {
    if (this.#underWay >= CONCURRENT_MAX) throw new AccessError(429, 'too many are asking who they are');
    this.#underWay++;
    try {
      const reply = await this.#transport.request('POST', path, body);
      if (!reply.isDone) throw new AccessError(503, `${body.kind}: ${reply.message}`);
      return reply.answer?.status ?? {};
    } catch (error) {
      if (error instanceof AccessError) throw error;
      throw new AccessError(503, `${body.kind}: ${(error as Error).message}`);
    } finally {
      this.#underWay--;
    }
  }
}
