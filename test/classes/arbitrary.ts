// Random pods and clusters, small enough that pods are often alike and nodes often matter.
import fc from 'fast-check';
import type { ApiObject, Node, Pod } from '../../src/model/types.ts';
import { node, pod, service, type PodShape } from '../cycle/fixtures.ts';

type Spec = NonNullable<Pod['spec']>;
type PodAffinityTerm = NonNullable<
  NonNullable<NonNullable<Spec['affinity']>['podAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']
>[number];

/** What a generated pod is made of; each field is drawn, or changed, by itself. */
export interface PodFields {
  namespace: string;
  app: string;
  /** A label that some clusters read and others do not. */
  tier: string;
  /** A label as a StatefulSet or an indexed Job gives to each of its pods. */
  ordinal: string;
  owner: PodShape['owner'];
  cpu: string | undefined;
  memory: string | undefined;
  gpu: string | undefined;
  image: string;
  port: { hostPort: number; hostIP?: string; protocol?: string } | undefined;
  init: { cpu: string; restartPolicy?: 'Always' } | undefined;
  overhead: Spec['overhead'];
  podLevel: Record<string, string> | undefined;
  nodeName: string | undefined;
  nodeSelector: Spec['nodeSelector'];
  affinity: Spec['affinity'];
  podAffinity: Spec['affinity'];
  tolerations: Spec['tolerations'];
  spread: Spec['topologySpreadConstraints'];
  env: string;
  hostname: string | undefined;
  priorityClassName: string | undefined;
  /** With hostNetwork, whether the feature of nodes is needed that goes with it. */
  hostUsers: boolean | undefined;
  status: Pod['status'];
}

const SPREAD_BY_APP = (topologyKey: string, maxSkew: number, whenUnsatisfiable: string) => ({
  topologyKey,
  maxSkew,
  whenUnsatisfiable,
  labelSelector: { matchLabels: { app: 'web' } },
});
const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

/** The values that each field is drawn from. Some of one field stand for the same thing. */
const VALUES: { readonly [Field in keyof PodFields]: readonly PodFields[Field][] } = {
  namespace: ['ns', 'other'],
  app: ['web', 'db'],
  tier: ['front', 'back'],
  ordinal: ['0', '1', '2'],
  owner: [
    undefined,
    { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-set' },
    { apiVersion: 'batch/v1', kind: 'Job', name: 'batch' },
  ],
  cpu: [undefined, '0', '1', '1000m', '2500m'],
  memory: [undefined, '1Gi', '1024Mi', '6Gi'],
  gpu: [undefined, '1'],
  image: ['registry.example/app:1', 'registry.example/app', 'registry.example/app:latest'],
  port: [
    undefined,
    { hostPort: 80 },
    { hostPort: 80, protocol: 'TCP' },
    { hostPort: 80, protocol: 'UDP' },
    { hostPort: 80, hostIP: '10.0.0.1' },
  ],
  init: [undefined, { cpu: '3' }, { cpu: '1', restartPolicy: 'Always' }],
  overhead: [undefined, { cpu: '500m' }],
  podLevel: [undefined, { cpu: '2', memory: '2Gi' }],
  nodeName: [undefined, undefined, undefined, 'n1'],
  nodeSelector: [undefined, {}, { disk: 'ssd' }, { disk: 'ssd', arch: 'arm' }, { arch: 'arm', disk: 'ssd' }],
  affinity: [
    undefined,
    {},
    required([{ matchExpressions: [{ key: 'disk', operator: 'NotIn', values: ['hdd'] }] }]),
    required([{ matchExpressions: [{ key: 'cores', operator: 'Gt', values: ['4'] }] }]),
    required([{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n2'] }] }]),
    preferred(10, { key: 'disk', operator: 'In', values: ['ssd'] }),
    preferred(10, { key: 'disk', operator: 'Exists' }),
    preferred(90, { key: 'cores', operator: 'Lt', values: ['8'] }),
  ],
  podAffinity: [
    undefined,
    { podAffinity: requiredTerms(byApp(ZONE, 'web')) },
    { podAntiAffinity: requiredTerms(byApp(HOSTNAME, 'web')) },
    { podAntiAffinity: requiredTerms(byApp(ZONE, 'db')) },
    { podAntiAffinity: requiredTerms({ ...byApp(HOSTNAME, 'web'), matchLabelKeys: ['tier'] }) },
    { podAffinity: requiredTerms({ ...byApp(ZONE, 'web'), namespaceSelector: {} }) },
    { podAffinity: preferredTerms(10, byApp(ZONE, 'web')) },
    { podAntiAffinity: preferredTerms(50, byApp(HOSTNAME, 'web')) },
  ],
  tolerations: [
    undefined,
    [{ key: 'dedicated', operator: 'Equal', value: 'db' }],
    [{ key: 'dedicated', value: 'db' }],
    [{ key: 'dedicated', operator: 'Exists' }],
    [{ operator: 'Exists' }],
    [{ operator: 'Exists', effect: 'PreferNoSchedule' }],
  ],
  spread: [
    undefined,
    [SPREAD_BY_APP(ZONE, 1, 'DoNotSchedule')],
    [{ ...SPREAD_BY_APP(ZONE, 1, 'DoNotSchedule'), nodeTaintsPolicy: 'Honor' }],
    [{ ...SPREAD_BY_APP(ZONE, 1, 'DoNotSchedule'), matchLabelKeys: ['tier'] }],
    [SPREAD_BY_APP(ZONE, 2, 'ScheduleAnyway')],
    // what the system's defaults say too, of a pod that a service selects
    [SPREAD_BY_APP(HOSTNAME, 3, 'ScheduleAnyway'), SPREAD_BY_APP(ZONE, 5, 'ScheduleAnyway')],
  ],
  env: ['a', 'b'],
  hostname: [undefined, 'web-0', 'web-1'],
  priorityClassName: [undefined, 'high'],
  hostUsers: [undefined, true, false],
  status: [
    undefined,
    { allocatedResources: { cpu: '1' }, resources: { requests: { cpu: '1' } } },
    { allocatedResources: { cpu: '3' }, resources: { requests: { cpu: '2' } } },
    { conditions: [{ type: 'PodResizePending', status: 'True', reason: 'Infeasible' }] },
  ],
};

const FIELDS = Object.keys(VALUES) as (keyof PodFields)[];

function byApp(topologyKey: string, app: string): PodAffinityTerm {
  return { topologyKey, labelSelector: { matchLabels: { app } } };
}

function requiredTerms(...terms: PodAffinityTerm[]) {
  return { requiredDuringSchedulingIgnoredDuringExecution: terms };
}

function preferredTerms(weight: number, podAffinityTerm: PodAffinityTerm) {
  return { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm }] };
}

function required(nodeSelectorTerms: object[]): Spec['affinity'] {
  return {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
  };
}

function preferred(weight: number, expression: object): Spec['affinity'] {
  return {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight, preference: { matchExpressions: [expression] } },
      ],
    },
  } as Spec['affinity'];
}

export function podOf(name: string, fields: PodFields): Pod {
  const { namespace, app, tier, ordinal, owner, cpu, memory, gpu, image, port, init } = fields;
  const requests = Object.fromEntries(
    Object.entries({ cpu, memory, 'example.com/gpu': gpu }).filter(([, amount]) => amount !== undefined),
  ) as Record<string, string>;
  const initContainers = init && [
    { name: 'init', image, resources: { requests: { cpu: init.cpu } }, restartPolicy: init.restartPolicy },
  ];
  return pod(name, {
    namespace,
    labels: { app, tier, ordinal },
    owner,
    spec: {
      containers: [
        {
          name: 'main',
          image,
          resources: { requests },
          env: [{ name: 'WHO', value: fields.env }],
          ports: port && [{ containerPort: 80, ...port }],
        },
      ],
      initContainers,
      overhead: fields.overhead,
      resources: fields.podLevel && { requests: fields.podLevel },
      nodeName: fields.nodeName,
      nodeSelector: fields.nodeSelector,
      affinity: { ...fields.affinity, ...fields.podAffinity },
      tolerations: fields.tolerations,
      topologySpreadConstraints: fields.spread,
      hostname: fields.hostname,
      priorityClassName: fields.priorityClassName,
      hostNetwork: fields.hostUsers === undefined ? undefined : true,
      hostUsers: fields.hostUsers,
    },
    status: fields.status,
  });
}

const podFields = fc.record(
  Object.fromEntries(FIELDS.map((field) => [field, usuallyFirst<unknown>(VALUES[field])])),
) as unknown as fc.Arbitrary<PodFields>;

/** A pod asks for few things, so that two drawn pods differ in few. */
function usuallyFirst<T>(values: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 2, arbitrary: fc.constant(values[0]!) }, fc.constantFrom(...values));
}

/** A pod of any kind. */
export const anyPodFields = podFields;

/** Two pods that differ in one field at most, and the field's name. */
export const neighbours: fc.Arbitrary<{ one: PodFields; two: PodFields; field: keyof PodFields }> =
  podFields.chain((one) =>
    fc
      // more often where two ways lead to the same constraints: a pod's own, and the defaults by its owners
      .constantFrom(...FIELDS, ...Array<'spread'>(4).fill('spread'))
      .chain((field) =>
        fc
          .constantFrom<unknown>(...VALUES[field])
          .map((value) => ({ one, two: { ...one, [field]: value }, field })),
      ),
  );

const nodeShape = fc.record({
  zone: fc.constantFrom(undefined, 'z1', 'z2'),
  disk: fc.constantFrom(undefined, 'ssd', 'hdd'),
  arch: fc.constantFrom('amd', 'arm'),
  cores: fc.constantFrom(undefined, '2', '6', '16'),
  cpu: fc.constantFrom('2', '4', '8'),
  memory: fc.constantFrom('4Gi', '16Gi'),
  gpu: fc.constantFrom(undefined, '2'),
  unschedulable: fc.constantFrom(false, false, false, true),
  taint: fc.constantFrom(undefined, undefined, 'NoSchedule', 'PreferNoSchedule'),
  images: fc.constantFrom<string[]>([], ['registry.example/app:1'], ['registry.example/app:latest']),
  features: fc.constantFrom<string[]>([], ['UserNamespacesHostNetworkSupport']),
});

type NodeFields = typeof nodeShape extends fc.Arbitrary<infer T> ? T : never;

export function nodeOf(name: string, fields: NodeFields): Node {
  const labels: Record<string, string> = { arch: fields.arch };
  if (fields.zone !== undefined) labels[ZONE] = fields.zone;
  if (fields.disk !== undefined) labels['disk'] = fields.disk;
  if (fields.cores !== undefined) labels['cores'] = fields.cores;
  return node(name, {
    cpu: fields.cpu,
    memory: fields.memory,
    extra: fields.gpu === undefined ? {} : { 'example.com/gpu': fields.gpu },
    labels,
    unschedulable: fields.unschedulable,
    taints: fields.taint === undefined ? [] : [{ key: 'dedicated', value: 'db', effect: fields.taint }],
    declaredFeatures: fields.features,
    images: fields.images.map((image) => ({ names: [image], sizeBytes: 400 * 1024 * 1024 })),
  });
}

export const anyNode = nodeShape;

const OBJECTS: readonly ApiObject[] = [
  service('web', { app: 'web' }),
  service('front', { app: 'web', tier: 'front' }),
  service('first', { ordinal: '0' }),
  {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web-set', namespace: 'ns' },
    spec: { selector: { matchLabels: { app: 'web', tier: 'back' } } },
  } as ApiObject,
];

export interface ClusterShape {
  nodes: Node[];
  pods: Pod[];
  objects: ApiObject[];
}

/** Nodes n1, n2, ..., pods that stand on them, and some of the objects that select pods. */
export const anyCluster: fc.Arbitrary<ClusterShape> = fc
  .record({
    nodes: fc.array(nodeShape, { minLength: 1, maxLength: 9 }),
    pods: fc.array(fc.tuple(podFields, fc.nat()), { maxLength: 12 }),
    objects: fc.oneof(fc.subarray([...OBJECTS]), fc.constant(OBJECTS.slice(0, 1))),
  })
  .map(({ nodes, pods, objects }) => ({
    nodes: nodes.map((fields, n) => nodeOf(`n${n + 1}`, fields)),
    pods: pods.map(([fields, at], n) =>
      podOf(`bound-${n}`, { ...fields, nodeName: `n${(at % nodes.length) + 1}` }),
    ),
    objects,
  }));
