import { expect, it, onTestFinished } from 'vitest';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AccessReviews } from '../../src/kube/access-reviews.ts';
import { anonymousCredentials } from '../../src/kube/credentials.ts';
import { Transport } from '../../src/kube/transport.ts';
import type { AccessError } from '../../src/model/access.ts';

interface Review {
  kind: string;
  spec: { token?: string; user?: string; groups?: string[]; nonResourceAttributes?: object };
}

/** An API server that answers reviews only, as `status` says. */
async function reviews(status: (review: Review) => object | number | Promise<object>, keptMs?: number) {
  const asked: Review[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then(async (review) => {
      asked.push(review);
      const answered = await status(review);
      const isRefused = typeof answered === 'number';
      response.writeHead(isRefused ? answered : 201, { 'content-type': 'application/json' });
      const refusal = { kind: 'Status', status: 'Failure', message: 'it may not' };
      response.end(JSON.stringify(isRefused ? refusal : { ...review, status: answered }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const transport = new Transport(
    anonymousCredentials(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
  );
  onTestFinished(async () => {
    await transport.close();
    server.closeAllConnections();
    server.close();
  });
  return { asked, access: new AccessReviews(transport, keptMs) };
}

async function bodyOf(request: IncomingMessage): Promise<Review> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString()) as Review;
}

const ADDRESS = '10.0.0.1';
const KNOWN = { authenticated: true, user: { username: 'ann', groups: ['dev'], extra: { scope: ['a'] } } };

it('finds who has a token, and asks once for as long as the answer is kept', async () => {
  const { asked, access } = await reviews(({ spec }) => (spec.token === 'good' ? KNOWN : {}));
  expect(await Promise.all([access.userOf('good', ADDRESS), access.userOf('good', ADDRESS)])).toEqual([
    KNOWN.user,
    KNOWN.user,
  ]);
  expect(await access.userOf('good', ADDRESS)).toEqual(KNOWN.user);
  expect(await access.userOf('bad', ADDRESS)).toBeUndefined();
  expect(await access.userOf('bad', ADDRESS)).toBeUndefined();
  expect(asked.map(({ kind, spec }) => `${kind} ${spec.token}`)).toEqual([
    'TokenReview good',
    'TokenReview bad',
  ]);
});

it('asks again when the answer is too old', async () => {
  const { asked, access } = await reviews(() => KNOWN, 1);
  await access.userOf('good', ADDRESS);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await access.userOf('good', ADDRESS);
  expect(asked).toHaveLength(2);
});

it('passes on all that is known of a user, and the verb and path', async () => {
  const { asked, access } = await reviews(({ spec }) => ({ allowed: spec.user === 'ann' }));
  expect(await access.mayDo(KNOWN.user, 'post', '/api/v1/pause')).toBe(true);
  expect(await access.mayDo({ username: 'bob' }, 'post', '/api/v1/pause')).toBe(false);
  expect(asked[0]).toEqual({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: {
      user: 'ann',
      groups: ['dev'],
      extra: { scope: ['a'] },
      nonResourceAttributes: { path: '/api/v1/pause', verb: 'post' },
    },
  });
});

it('what cannot be found out is no refusal, and is asked again', async () => {
  const answers: (object | number)[] = [403, KNOWN];
  const { access } = await reviews(() => answers.shift()!);
  await expect(access.userOf('good', ADDRESS)).rejects.toMatchObject({
    status: 503,
    message: 'TokenReview: it may not',
  } satisfies Partial<AccessError>);
  expect(await access.userOf('good', ADDRESS)).toEqual(KNOWN.user);
});

/** Reviews that wait until they are let go, but those of tokens in the set. */
function held(...quick: string[]) {
  let letGo = () => undefined as void;
  const free = new Promise<void>((resolve) => (letGo = resolve));
  const answer = async ({ spec }: Review) => {
    if (quick.includes(spec.token ?? '')) return KNOWN;
    await free;
    return {};
  };
  return { answer, letGo };
}

/** Sends tokens of nobody from so many addresses. Returns what becomes of them. */
function flood(access: AccessReviews, count: number, addresses: number): Promise<string[]> {
  const outcomes = Array.from({ length: count }, (_, n) =>
    access
      .userOf(`token-${n}`, `10.0.0.${n % addresses}`)
      .then(String, (error: unknown) => String((error as AccessError).status)),
  );
  return Promise.all(outcomes);
}

const aMoment = () => new Promise((resolve) => setTimeout(resolve, 100));

it('does not pass a flood of tokens on to the API server', async () => {
  const { answer, letGo } = held();
  const { asked, access } = await reviews(answer);
  const outcomes = flood(access, 100, 10);
  await aMoment();
  letGo();
  expect((await outcomes).filter((outcome) => outcome === '429')).toHaveLength(84);
  expect(asked).toHaveLength(16);
});

it('a flood from one address keeps nobody else from being known', async () => {
  const { answer, letGo } = held('good');
  const { asked, access } = await reviews(answer);
  const outcomes = flood(access, 100, 1);
  await aMoment();
  expect(asked).toHaveLength(4);
  expect(await access.userOf('good', '10.9.9.9')).toEqual(KNOWN.user);
  letGo();
  expect((await outcomes).filter((outcome) => outcome === '429')).toHaveLength(96);
});

it('a flood from everywhere keeps nobody from what he has who was known before', async () => {
  const { answer, letGo } = held('good', 'new');
  const { asked, access } = await reviews(answer, 1);
  await access.userOf('good', ADDRESS);
  const outcomes = flood(access, 200, 100);
  await aMoment();
  expect(asked).toHaveLength(17);
  await expect(access.userOf('new', '10.9.9.9')).rejects.toMatchObject({ status: 429 });
  expect(await access.userOf('good', ADDRESS)).toEqual(KNOWN.user);
  letGo();
  await outcomes;
  expect(await access.userOf('new', '10.9.9.9')).toEqual(KNOWN.user);
});

it('a user who asks for ever other paths keeps no other user waiting', async () => {
  const { asked, access } = await reviews(({ spec }) =>
    spec.user === 'ann' ? { allowed: true } : new Promise(() => undefined),
  );
  const paths = Array.from({ length: 50 }, (_, n) =>
    access.mayDo({ username: 'bob' }, 'get', `/coset/v1/${n}`).then(String, () => 'refused'),
  );
  void Promise.all(paths);
  await aMoment();
  expect(asked).toHaveLength(4);
  expect(await access.mayDo({ username: 'ann' }, 'get', '/metrics')).toBe(true);
});

it('a token that no header could hold is of nobody', async () => {
  const { asked, access } = await reviews(() => KNOWN);
  expect(await access.userOf('x'.repeat(20_000), ADDRESS)).toBeUndefined();
  expect(asked).toEqual([]);
});
