import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Decision, Scenario } from '../../src/model/types.ts';
import { defaultConfiguration } from '../../src/config/configuration.ts';
import type { EquivalenceClassesArgs } from '../../src/plugins/equivalence-classes/plugin.ts';
import { addGroups } from '../../src/kernel/program/groups.ts';
import { plan, type PlanOptions } from '../../src/planner/plan.ts';
import { KERNELS, type NamedKernel } from './kernels.ts';
import { configurationOfWorld, modes, scenarioOf, worlds, type World } from './worlds.ts';

vi.mock('../../src/kernel/program/groups.ts', { spy: true });

const [reference, ...builds] = KERNELS;
const TIMEOUT_MS = 120_000;

function decide(
  { load }: NamedKernel,
  world: World,
  args: Partial<EquivalenceClassesArgs>,
  explain: PlanOptions['explain'],
): Decision[] {
  const configuration = configurationOfWorld(world, args);
  return plan(scenarioOf(world), { kernel: load(), configuration, explain }).decisions;
}

/** Decides random worlds on all kernels. */
function compare(
  args: fc.Arbitrary<Partial<EquivalenceClassesArgs>>,
  seed: number,
  explain = fc.constantFrom<PlanOptions['explain'][]>(undefined, 'detail'),
  places = worlds,
): void {
  fc.assert(
    fc.property(places, args, explain, (world, drawn, explained) => {
      const wanted = decide(reference!, world, drawn, explained);
      for (const build of builds) expect(decide(build, world, drawn, explained)).toEqual(wanted);
    }),
    { seed, numRuns: 150 },
  );
}

describe('the three kernels make the same choices, with the same totals, scores and rejections', () => {
  it('in every mode', { timeout: TIMEOUT_MS }, () => compare(modes, 11));

  it('when every choice is exact and all parts of the features count', { timeout: TIMEOUT_MS }, () => {
    const order = fc.constantFrom('grouped' as const, 'strict' as const);
    compare(fc.record({ order }), 12);
  });

  it('when ties are broken at random', { timeout: TIMEOUT_MS }, () => {
    compare(fc.record({ ties: fc.constant('random' as const), seed: fc.nat() }), 13);
  });
});

describe('the three kernels make the same choices where the builds choose among groups of nodes', () => {
  const crowded = fc
    .tuple(worlds, fc.array(fc.nat(1), { minLength: 20, maxLength: 60, size: 'max' }))
    .map(([world, pending]): World => {
      const nodes = world.nodes.map((node) => ({ ...node, cpu: '8' as const, pods: 4 + node.pods }));
      return { ...world, nodes, pending };
    });
  const unexplained = fc.constant<PlanOptions['explain']>(undefined);
  afterEach(() => vi.clearAllMocks());

  it.each(['grouped', 'strict'] as const)('in %s order', { timeout: TIMEOUT_MS }, (order) => {
    compare(fc.constant({ order }), 15, unexplained, crowded);
    expect(addGroups).toHaveBeenCalled();
  });

  // what the other nodes count as must not be mistaken for an amount, nor lower the least one
  it.each(['podAffinity', 'podAntiAffinity'] as const)(
    'where one node alone has the topology key of a preferred %s, whatever its weight',
    (kind) => {
      for (const app of ['wanted', 'absent']) {
        const scenario = scenarioWithOneRack(kind, app);
        const [wanted, ...others] = KERNELS.map(
          ({ load }) => plan(scenario, { kernel: load(), configuration: defaultConfiguration() }).decisions,
        );
        for (const decisions of others) expect(decisions).toEqual(wanted);
      }
      expect(addGroups).toHaveBeenCalled();
    },
  );
});

/** Six nodes of which the first has a rack and a pod that is `wanted`, and pods that mind pods of an app there, by 1. */
function scenarioWithOneRack(kind: 'podAffinity' | 'podAntiAffinity', app: string): Scenario {
  const allocatable = { cpu: '8', memory: '16Gi', pods: '110' };
  const nodes = Array.from({ length: 6 }, (_, n) => ({
    metadata: { name: `node-${n}`, ...(n === 0 && { labels: { rack: 'a' } }) },
    status: { allocatable },
  }));
  const podAffinityTerm = { labelSelector: { matchLabels: { app } }, topologyKey: 'rack' };
  const spec = {
    containers: [{ name: 'main', resources: { requests: { cpu: '100m', memory: '64Mi' } } }],
    affinity: {
      [kind]: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm }] },
    },
  };
  const pods = [
    {
      metadata: { name: 'bound', namespace: 'default', labels: { app: 'wanted' } },
      spec: { containers: [{ name: 'main' }], nodeName: 'node-0' },
    },
  ];
  const pending = Array.from({ length: 20 }, (_, n) => ({
    metadata: { name: `pending-${n}`, namespace: 'default', labels: { app: 'absent' } },
    spec,
  }));
  return { nodes, pods, objects: [], pending };
}

describe('the worlds of these properties', () => {
  const sample = fc.sample(worlds, { seed: 14, numRuns: 60 });
  const decisions = sample.flatMap((world) => decide(reference!, world, {}, 'detail'));
  const rejections = new Set(
    decisions.flatMap(({ rejected }) => Object.values(rejected ?? {}).map(({ plugin }) => plugin)),
  );

  it('have pods that find a node and pods that find none', () => {
    expect(decisions.some(({ node }) => node !== undefined)).toBe(true);
    expect(decisions.some(({ node }) => node === undefined)).toBe(true);
  });

  it('have ties', () => {
    expect(decisions.some(({ best }) => (best?.length ?? 0) > 1)).toBe(true);
  });

  it.each([
    'NodeUnschedulable',
    'TaintToleration',
    'NodeAffinity',
    'NodePorts',
    'NodeResourcesFit',
    'PodTopologySpread',
  ])('have nodes that %s rejects', (plugin) => {
    expect(rejections).toContain(plugin);
  });
});
