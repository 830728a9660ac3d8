// What a plan says of a pod group.
import { expect, test } from 'vitest';
import { loadKernel } from '../../src/kernel/builds.ts';
import { plan } from '../../src/planner/plan.ts';
import { configuration, node } from '../cycle/fixtures.ts';
import { members, podGroup } from './fixtures.ts';

test('each pod of a gang that fails has one decision, with what it waits for', () => {
  const scenario = {
    nodes: ['a', 'b'].map((name) => node(name, { cpu: '1' })),
    pods: [],
    objects: [podGroup('g', 3)],
    pending: members('g', 3, { cpu: '1' }),
  };
  const { decisions } = plan(scenario, { kernel: loadKernel(), configuration: configuration() });
  const short = 'minCount (3) cannot be satisfied: 2 scheduled, 0 remaining';
  const messages = Object.fromEntries(decisions.map(({ pod, message }) => [pod, message]));
  expect(decisions).toHaveLength(3);
  expect(messages).toEqual({
    'ns/g-0': short,
    'ns/g-1': short,
    'ns/g-2': '0/2 nodes are available: 2 Insufficient cpu.',
  });
});
