// Requests in which something is of another type, missing, or called as what every object has: refused or answered, and no fault.
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { memoryStore } from '../../src/edge/index.ts';
import { vectorsOf } from '../vectors/vectors.ts';
import { deployment, handled, node, pod } from './fixtures.ts';

const STRANGE: readonly unknown[] = [
  ...[null, 0, -1, 1e308, '', 'x', 'constructor', '__proto__', '1e99', '9'.repeat(400), '\u0000', true],
  ...[[], {}, [null], [[]], [{}], { a: null }, { constructor: 1 }, { toString: 1, hasOwnProperty: null }],
];
const NAMES = ['constructor', 'toString', 'valueOf', 'x'];
const DEPTH = 12;

const workloads = [
  deployment('web', 3),
  { ...deployment('set', 2), kind: 'StatefulSet' },
  { ...deployment('agent', 1), kind: 'DaemonSet' },
  {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'nightly' },
    spec: { schedule: '@daily', jobTemplate: { spec: { template: { spec: pod('x').spec } } } },
  },
];

const requests = ['nodes', 'interpod', 'volumes', 'wide'].flatMap((family) => {
  const { nodes, pods, objects, pending } = vectorsOf(family)[0]!.scenario();
  const events = nodes
    .slice(0, 2)
    .map((object) => ({ type: 'MODIFIED', object: { ...object, kind: 'Node' } }));
  const listed = [...nodes.map((one) => ({ apiVersion: 'v1', kind: 'Node', ...one })), ...objects];
  return [
    { snapshot: { nodes, pods, objects, pending } },
    { snapshot: { nodes, pods, objects }, pods: pending.slice(0, 5), events },
    { snapshot: listed, pods: workloads, explain: 'ties' },
  ];
});

/** A value with one place in it that is something else; the numbers say which, and what. */
function mutated(value: unknown, numbers: readonly number[], depth = 0): unknown {
  const [which = 0, what = 0, ...rest] = numbers;
  if (typeof value !== 'object' || value === null || depth === DEPTH || numbers.length < 2)
    return STRANGE[what % STRANGE.length];
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>;
  const keys = Object.keys(copy);
  if (keys.length === 0) return STRANGE[what % STRANGE.length];
  const key = keys[which % keys.length]!;
  if (depth > 0 && what % 10 === 0) Reflect.deleteProperty(copy, key);
  else if (depth > 0 && what % 10 === 1) copy[NAMES[which % NAMES.length]!] = STRANGE[what % STRANGE.length];
  else copy[key] = mutated(copy[key], rest, depth + 1);
  return copy;
}

it('a request that is wrong somewhere is no fault of the service', { timeout: 60_000 }, async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const send = handled({ store: memoryStore() });
  await send('PUT', '/v1/clusters/kept', { snapshot: [node('a'), node('b')] });
  const places = fc.array(fc.array(fc.nat(), { minLength: 4, maxLength: 24 }), {
    minLength: 1,
    maxLength: 3,
  });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...requests), places, async (request, all) => {
      const { snapshot, ...question } = all.reduce<unknown>(
        (one, numbers) => mutated(one, numbers),
        request,
      ) as typeof request;
      const answers = [
        await send('POST', '/v1/plan', { snapshot, ...question }),
        await send('POST', '/v1/clusters/kept/decide', question),
      ];
      for (const { status, body } of answers) expect([200, 400, 422], String(body.error)).toContain(status);
      expect(log).not.toHaveBeenCalled();
    }),
    { numRuns: 300, seed: 1 },
  );
  expect((await send('GET', '/v1/clusters/kept')).body).toMatchObject({ nodes: 2, pods: 0 });
  log.mockRestore();
});
