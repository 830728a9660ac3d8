// Small random clusters with classes of pods that use everything that the kernel decides on, for property tests.
import fc from 'fast-check';
import type { ApiObject, LabelSelector, Node, Pod, Scenario } from '../../src/model/types.ts';
import type { Configuration } from '../../src/config/types.ts';
import type { EquivalenceClassesArgs } from '../../src/plugins/equivalence-classes/plugin.ts';
import type { PluginArgs } from '../../src/plugins/profile.ts';
import { defaultConfiguration } from '../../src/config/configuration.ts';

const GPU = 'example.com/gpu';
const ZONE = 'topology.kubernetes.io/zone';
const HOSTNAME = 'kubernetes.io/hostname';
const APPS = ['web', 'db'];
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const app = fc.constantFrom(...APPS);

const node = fc.record({
  cpu: fc.constantFrom('0', '500m', '2', '3920m', '8'),
  memory: fc.constantFrom('0', '1Gi', '4Gi', '12684932Ki'),
  pods: fc.integer({ min: 0, max: 8 }),
  gpus: fc.integer({ min: 0, max: 3 }),
  zone: maybe(fc.constantFrom('a', 'b', 'c')),
  rack: maybe(fc.constantFrom('1', '2')),
  taints: fc.array(fc.record({ key: app, effect: fc.constantFrom(...EFFECTS) }), { maxLength: 2 }),
  unschedulable: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  image: maybe(fc.integer({ min: 1, max: 900 })),
});
type NodeDraw = typeof node extends fc.Arbitrary<infer T> ? T : never;

const selector = fc.oneof(
  app.map((value): LabelSelector => ({ matchLabels: { app: value } })),
  fc.constant<LabelSelector>({ matchExpressions: [{ key: 'app', operator: 'Exists' }] }),
);
const spread = fc.record(
  {
    topologyKey: fc.constantFrom(ZONE, HOSTNAME, 'rack'),
    whenUnsatisfiable: fc.constantFrom('DoNotSchedule', 'ScheduleAnyway'),
    maxSkew: fc.integer({ min: 1, max: 3 }),
    labelSelector: selector,
    nodeAffinityPolicy: fc.constantFrom('Honor', 'Ignore'),
    nodeTaintsPolicy: fc.constantFrom('Honor', 'Ignore'),
  },
  { requiredKeys: ['topologyKey', 'whenUnsatisfiable', 'maxSkew', 'labelSelector'] },
);
const term = fc.oneof(
  fc.record({
    key: fc.constant(ZONE),
    operator: fc.constant('In'),
    values: fc.subarray(['a', 'b'], { minLength: 1 }),
  }),
  fc.record({ key: fc.constant('rack'), operator: fc.constantFrom('Exists', 'DoesNotExist') }),
);

const template = fc.record({
  app,
  cpu: maybe(fc.constantFrom('50m', '250m', '1')),
  memory: maybe(fc.constantFrom('64Mi', '300Mi', '1Gi')),
  gpus: fc.constantFrom(0, 0, 1, 2),
  toleration: maybe(fc.record({ key: app, effect: fc.constantFrom(...EFFECTS) })),
  zone: maybe(fc.constantFrom('a', 'b')),
  preferred: fc.array(fc.record({ weight: fc.integer({ min: 1, max: 100 }), term }), { maxLength: 2 }),
  port: maybe(
    fc.record({ hostPort: fc.constantFrom(80, 81), hostIP: fc.constantFrom('0.0.0.0', '10.0.0.1') }),
  ),
  spread: fc.uniqueArray(spread, {
    maxLength: 2,
    selector: ({ topologyKey, whenUnsatisfiable }) => `${topologyKey} ${whenUnsatisfiable}`,
  }),
});
type TemplateDraw = typeof template extends fc.Arbitrary<infer T> ? T : never;

const resources = fc
  .subarray(['cpu', 'memory', GPU], { minLength: 1 })
  .chain((names) =>
    fc.tuple(
      ...names.map((name) => fc.record({ name: fc.constant(name), weight: fc.integer({ min: 1, max: 5 }) })),
    ),
  );
const shape = fc
  .uniqueArray(fc.record({ utilization: fc.nat(100), score: fc.nat(10) }), {
    minLength: 1,
    maxLength: 4,
    selector: ({ utilization }) => utilization,
  })
  .map((points) => points.sort((one, two) => one.utilization - two.utilization));
const scoring = fc.record({
  type: fc.constantFrom(
    'LeastAllocated' as const,
    'MostAllocated' as const,
    'RequestedToCapacityRatio' as const,
  ),
  resources,
  shape,
});
const profile = fc.record({
  scoring: fc.option(scoring, { nil: undefined }),
  balanced: maybe(resources),
  /** By the place of the score plugin in the profile. */
  weights: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 12, maxLength: 12 }),
});

/** How coset itself is set up: every mode that the kernel knows. */
export const modes: fc.Arbitrary<Partial<EquivalenceClassesArgs>> = fc.record({
  order: fc.constantFrom('grouped', 'strict'),
  scores: fc.constantFrom('exact', 'exact', 'static'),
  ties: fc.constantFrom('first', 'random'),
  seed: fc.nat(),
  candidates: maybe(fc.integer({ min: 1, max: 5 })),
  features: fc.constantFrom<EquivalenceClassesArgs['features']>(
    ['general', 'resources', 'rule'],
    ['general', 'resources', 'rule'],
    ['general', 'rule'],
    ['general', 'resources'],
  ),
});

/** A cluster, the templates of its pods, the pods that are bound and those that wait (by template), and a profile. */
export const worlds = fc.record({
  nodes: fc.array(node, { minLength: 1, maxLength: 11, size: 'max' }),
  templates: fc.array(template, { minLength: 1, maxLength: 4, size: 'max' }),
  bound: fc.array(fc.record({ template: fc.nat(), node: fc.nat() }), { maxLength: 8, size: 'max' }),
  pending: fc.array(fc.nat(3), { maxLength: 24, size: 'max' }),
  hasService: fc.boolean(),
  profile,
});
export type World = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

export function nodeOf(draw: NodeDraw, n: number): Node {
  const name = `node-${(n * 7) % 11}`;
  const { cpu, memory, pods, gpus, zone, rack, taints, unschedulable, image } = draw;
  return {
    metadata: { name, labels: { [HOSTNAME]: name, ...(zone && { [ZONE]: zone }), ...(rack && { rack }) } },
    spec: { taints, unschedulable },
    status: {
      allocatable: { cpu, memory, pods: `${pods}`, ...(gpus > 0 && { [GPU]: `${gpus}` }) },
      images: image === undefined ? [] : [{ names: ['image:v1'], sizeBytes: image * 2 ** 20 }],
    },
  };
}

export function podOf(draw: TemplateDraw, name: string, nodeName?: string): Pod {
  const { cpu, memory, gpus, toleration, zone, preferred, port } = draw;
  const requests = { ...(cpu && { cpu }), ...(memory && { memory }), ...(gpus > 0 && { [GPU]: `${gpus}` }) };
  return {
    metadata: { name, namespace: 'default', uid: name, labels: { app: draw.app } },
    spec: {
      nodeName,
      containers: [
        {
          name: 'main',
          image: 'image:v1',
          resources: { requests },
          ports: port && [{ containerPort: 80, protocol: 'TCP', ...port }],
        },
      ],
      nodeSelector: zone && { [ZONE]: zone },
      tolerations: toleration && [{ operator: 'Exists', ...toleration }],
      affinity:
        preferred.length === 0
          ? undefined
          : {
              nodeAffinity: {
                preferredDuringSchedulingIgnoredDuringExecution: preferred.map(
                  ({ weight, term: expression }) => ({
                    weight,
                    preference: { matchExpressions: [expression] },
                  }),
                ),
              },
            },
      topologySpreadConstraints: draw.spread,
    },
  };
}

export function scenarioOf({ nodes, templates, bound, pending, hasService }: World): Scenario {
  const templateAt = (n: number): TemplateDraw => templates[n % templates.length]!;
  const all = nodes.map(nodeOf);
  const service: ApiObject & { spec: object } = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { app: 'web' } },
  };
  return {
    nodes: all,
    pods: bound.map((draw, n) =>
      podOf(templateAt(draw.template), `bound-${n}`, all[draw.node % all.length]!.metadata!.name),
    ),
    objects: hasService ? [service] : [],
    pending: pending.map((draw, n) => podOf(templateAt(draw), `pending-${n}`)),
  };
}

export function configurationOfWorld(world: World, modes: Partial<EquivalenceClassesArgs>): Configuration {
  const configuration = defaultConfiguration();
  const [only] = configuration.profiles;
  const { scoring: strategy, balanced, weights } = world.profile;
  const args: PluginArgs = only!.args;
  if (strategy) args.NodeResourcesFit.scoringStrategy = strategy;
  if (balanced) args.NodeResourcesBalancedAllocation.resources = balanced;
  only!.scores = only!.scores
    .map(({ name }, n) => ({ name, weight: weights[n % weights.length]! }))
    .filter(({ weight }) => weight > 0);
  Object.assign(args.EquivalenceClasses, modes);
  return configuration;
}
