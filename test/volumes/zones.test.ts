// A pod with many volumes that are labelled with zones and regions, by labels that are no longer given to nodes.
import { expect, test } from 'vitest';
import { plan } from '../../src/planner/plan.ts';
import { configurationFor } from '../vectors/planned.ts';
import { node } from '../cycle/fixtures.ts';
import { KERNELS } from '../kernel/kernels.ts';
import { boundPair, podWith } from './objects.ts';

const BETA = 'failure-domain.beta.kubernetes.io';
const NAMES = Array.from({ length: 40 }, (_, n) => `v${n}`);

test.each([
  { zones: ['z1__z2', 'z2__z3'], nodes: ['by-beta', 'by-current', 'without'] },
  { zones: ['z2'], nodes: ['by-beta', 'by-current', 'without'] },
  { zones: ['z1', 'z3'], nodes: ['without'] },
])('a pod with 40 such volumes in $zones gets $nodes', ({ zones, nodes }) => {
  const objects = NAMES.flatMap((name, n) => {
    const [claim, volume] = boundPair(name);
    volume.metadata!.labels = { [`${BETA}/zone`]: zones[n % zones.length]!, [`${BETA}/region`]: 'r' };
    return [claim, volume];
  });
  const current = { 'topology.kubernetes.io/zone': 'z2', 'topology.kubernetes.io/region': 'r' };
  const scenario = {
    nodes: [
      node('by-beta', { labels: { [`${BETA}/zone`]: 'z2', [`${BETA}/region`]: 'r' } }),
      node('by-current', { labels: current }),
      node('elsewhere', { labels: { ...current, [`${BETA}/zone`]: 'z9' } }),
      node('without'),
    ],
    pods: [],
    objects,
    pending: [podWith('many', NAMES)],
  };
  for (const { load } of KERNELS) {
    const configuration = configurationFor(scenario, { order: 'strict' });
    const { decisions } = plan(scenario, { kernel: load(), configuration, explain: 'detail' });
    expect(decisions[0]).toMatchObject({ feasible: nodes.length });
    expect(Object.keys(decisions[0]!.scores!).sort()).toEqual(nodes);
  }
});
