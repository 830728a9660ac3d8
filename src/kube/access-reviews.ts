// Asks the API server who a bearer token is of, and whether he may have a path: as kube-scheduler does on its secure port.
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { AccessError, type Access, type User } from '../model/access.ts';
import { addToCount } from '../model/by-key.ts';
import type { Right } from '../model/right.ts';
import type { Transport } from './transport.ts';

export const REVIEW_RIGHTS: readonly Right[] = [
  { group: 'authentication.k8s.io', resource: 'tokenreviews', verbs: ['create'] },
  { group: 'authorization.k8s.io', resource: 'subjectaccessreviews', verbs: ['create'] },
];

/** As long as kube-scheduler trusts an answer; refusals as long, so that asking again does not reach the API server. */
const KEPT_MS = 10_000;
const KEPT_MAX = 1000;
/**
 * Reviews under way of whom nobody knows yet, and as many of others: whoever sends tokens that nobody has must neither make
 * the API server busy with them, nor keep it from those that are known.
 */
const CONCURRENT_MAX = 16;
/** Of these, those for one address or user. */
const CONCURRENT_EACH_MAX = 4;
/** How long a token that was somebody's is asked about before those that were not. */
const KNOWN_MS = 3_600_000;
/** Of a token; those of service accounts have one or two thousand. */
const TOKEN_LENGTH_MAX = 16_384;

interface Verdict {
  authenticated?: boolean;
  user?: User;
  allowed?: boolean;
}

interface Question {
  /** On whose account it is asked. */
  who: string;
  isKnown: boolean;
  path: string;
  body: { apiVersion: string; kind: string; spec: unknown };
}

export class AccessReviews implements Access {
  readonly #transport: Transport;
  readonly #verdicts: LRUCache<string, Verdict, Question>;
  /** The keys of tokens that were somebody's. */
  readonly #known = new LRUCache<string, true>({ max: KEPT_MAX, ttl: KNOWN_MS });
  readonly #strangers = new Slots();
  readonly #others = new Slots();

  constructor(transport: Transport, keptMs = KEPT_MS) {
    this.#transport = transport;
    this.#verdicts = new LRUCache({
      max: KEPT_MAX,
      ttl: keptMs,
      fetchMethod: (_key, _stale, { context }) => this.#ask(context),
    });
  }

  async userOf(token: string, from: string): Promise<User | undefined> {
    if (token.length > TOKEN_LENGTH_MAX) return undefined;
    // no copy of the token is kept
    const key = `token ${createHash('sha256').update(token).digest('base64')}`;
    const { authenticated, user } = await this.#verdict(key, {
      who: from,
      isKnown: this.#known.has(key),
      path: '/apis/authentication.k8s.io/v1/tokenreviews',
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } },
    });
    if (authenticated !== true) return undefined;
    this.#known.set(key, true);
    return user;
  }

  async mayDo(user: User, verb: string, path: string): Promise<boolean> {
    const { username, uid, groups, extra } = user;
    const spec = { user: username, uid, groups, extra, nonResourceAttributes: { path, verb } };
    const { allowed } = await this.#verdict(`access ${JSON.stringify(spec)}`, {
      who: username ?? '',
      isKnown: true,
      path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec },
    });
    return allowed === true;
  }

  async #verdict(key: string, context: Question): Promise<Verdict> {
    return (await this.#verdicts.fetch(key, { context }))!;
  }

  async #ask({ who, isKnown, path, body }: Question): Promise<Verdict> {
    const slots = isKnown ? this.#others : this.#strangers;
    if (!slots.take(who)) throw new AccessError(429, 'too many are asking who they are');
    try {
      const reply = await this.#transport.request('POST', path, body);
      if (!reply.isDone) throw new AccessError(503, `${body.kind}: ${reply.message}`);
      return reply.answer?.status ?? {};
    } catch (error) {
      if (error instanceof AccessError) throw error;
      throw new AccessError(503, `${body.kind}: ${(error as Error).message}`);
    } finally {
      slots.giveBack(who);
    }
  }
}

class Slots {
  readonly #taken = new Map<string, number>();
  #all = 0;

  take(who: string): boolean {
    const taken = this.#taken.get(who) ?? 0;
    if (this.#all >= CONCURRENT_MAX || taken >= CONCURRENT_EACH_MAX) return false;
    addToCount(this.#taken, who, 1);
    this.#all++;
    return true;
  }

  giveBack(who: string): void {
    addToCount(this.#taken, who, -1);
    this.#all--;
  }
}
