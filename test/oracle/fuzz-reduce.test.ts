import { describe, expect, it } from 'vitest';
import { objectKey, type ApiObject, type Scenario } from '../../src/model/types.ts';
import { reduced } from './fuzz-reduce.ts';

const named = (prefix: string, count: number): { metadata: { name: string } }[] =>
  Array.from({ length: count }, (_, n) => ({ metadata: { name: `${prefix}-${n}` } }));
const namesOf = (objects: readonly ApiObject[]): string[] => objects.map(({ metadata }) => metadata!.name!);

describe('the reduction of a failing scenario', () => {
  const scenario: Scenario = {
    nodes: named('node', 13),
    pods: named('bound', 24),
    objects: named('object', 5),
    pending: named('pending', 36),
  };

  it('keeps what the failure needs, and nothing else', async () => {
    const needed = ['node-0', 'node-12', 'bound-7', 'pending-3', 'pending-4', 'pending-35'];
    const least = await reduced(scenario, (candidate) => {
      const all = new Set([candidate.nodes, candidate.pods, candidate.pending].flatMap(namesOf));
      return Promise.resolve(needed.every((name) => all.has(name)));
    });
    expect([least.nodes, least.pods, least.objects, least.pending].flatMap(namesOf)).toEqual(needed);
  });

  it('finds entries that can only go after others went', async () => {
    // the object is needed as long as the first pod is there, and that pod as long as the second is
    const least = await reduced(scenario, (candidate) => {
      const pods = new Set(candidate.pods.map(objectKey));
      const first = pods.has('default/bound-0') || !pods.has('default/bound-1');
      const object = candidate.objects.length > 0 || !pods.has('default/bound-0');
      return Promise.resolve(candidate.nodes.length > 0 && first && object);
    });
    expect([least.nodes, least.pods, least.objects, least.pending].map(({ length }) => length)).toEqual([
      1, 0, 0, 0,
    ]);
  });
});
