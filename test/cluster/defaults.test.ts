// Pods as people write them, created on a real API server and by coset's defaults: what scheduling reads is equal.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiObject, Container, Node, Pod } from '../../src/model/types.ts';
import { admit, factsOf, setDefaults } from '../../src/defaults/index.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { node } from './fixtures.ts';
import { until } from './processes.ts';
import { schedulingView } from './scheduling-view.ts';

type PodSpec = Partial<NonNullable<Pod['spec']>>;

const container = (fields: Partial<Container> = {}): Container => ({
  name: 'main',
  image: 'example/x:1',
  ...fields,
});
const limited = (limits: Record<string, string>, requests?: Record<string, string>) =>
  container({ resources: { limits, ...(requests && { requests }) } });

const CLASSES: [path: string, object: ApiObject & Record<string, unknown>][] = [
  [
    '/apis/scheduling.k8s.io/v1/priorityclasses',
    {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'vip' },
      value: 100_000,
      preemptionPolicy: 'Never',
    },
  ],
  [
    '/apis/scheduling.k8s.io/v1/priorityclasses',
    {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'usual' },
      value: 7,
      globalDefault: true,
    },
  ],
  [
    '/apis/node.k8s.io/v1/runtimeclasses',
    {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'thick' },
      handler: 'thick',
      overhead: { podFixed: { cpu: '250m', memory: '1Gi' } },
      scheduling: {
        nodeSelector: { thick: 'yes' },
        tolerations: [
          { key: 'thick', operator: 'Exists', effect: 'NoSchedule' },
          { key: 'node.kubernetes.io/not-ready', operator: 'Exists' },
        ],
      },
    },
  ],
  [
    '/api/v1/namespaces/limited/limitranges',
    {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'range', namespace: 'limited' },
      spec: {
        limits: [
          {
            type: 'Container',
            max: { cpu: '4' },
            min: { memory: '16Mi' },
            default: { memory: '256Mi' },
            defaultRequest: { cpu: '100m' },
          },
          { type: 'Pod', max: { memory: '8Gi' } },
        ],
      },
    },
  ],
];

const labelSelector = { matchLabels: { app: 'web' } };
const term = {
  topologyKey: 'zone',
  labelSelector,
  matchLabelKeys: ['rev'],
  mismatchLabelKeys: ['tenant', 'absent'],
};

const PODS: Record<string, PodSpec> = {
  plain: {},
  'limits-only': { containers: [limited({ cpu: '2', memory: '1Gi', 'example.com/gpu': '1' })] },
  'limits-and-requests': { containers: [limited({ cpu: '2', memory: '1Gi' }, { cpu: '100m' })] },
  'init-limits': { initContainers: [{ ...limited({ cpu: '3' }), name: 'init' }], containers: [container()] },
  sidecar: {
    initContainers: [{ ...limited({ memory: '64Mi' }), name: 'side', restartPolicy: 'Always' }],
    containers: [limited({ memory: '1Gi' })],
  },
  'fine-amounts': { containers: [container({ resources: { requests: { cpu: '100u', memory: '0.1Gi' } } })] },
  'host-network': {
    hostNetwork: true,
    containers: [container({ ports: [{ containerPort: 8080 }, { containerPort: 53, protocol: 'UDP' }] })],
  },
  ports: {
    containers: [
      container({
        ports: [{ containerPort: 80 }, { containerPort: 81, hostPort: 9181, hostIP: '127.0.0.1' }],
      }),
    ],
  },
  vip: { priorityClassName: 'vip' },
  critical: { priorityClassName: 'system-cluster-critical' },
  thick: {
    runtimeClassName: 'thick',
    nodeSelector: { a: 'b' },
    tolerations: [{ key: 'thick', operator: 'Exists', effect: 'NoSchedule' }],
  },
  tolerant: { tolerations: [{ operator: 'Exists' }] },
  'tolerant-for-a-while': {
    tolerations: [
      {
        key: 'node.kubernetes.io/unreachable',
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 5,
      },
    ],
  },
  'pod-level': {
    resources: { limits: { cpu: '8', memory: '4Gi' } },
    containers: [
      container({ resources: { requests: { cpu: '500m' }, limits: { memory: '1Gi' } } }),
      { ...container(), name: 'two' },
    ],
  },
  'pod-level-requests': { resources: { requests: { cpu: '1' } }, containers: [limited({ memory: '1Gi' })] },
  'label-keys': {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector,
        matchLabelKeys: ['rev', 'absent'],
      },
    ],
    affinity: {
      podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] },
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, podAffinityTerm: term }],
      },
    },
  },
  volumes: {
    volumes: [
      { name: 'a', emptyDir: {} },
      { name: 'b', persistentVolumeClaim: { claimName: 'x' } },
      {
        name: 'c',
        ephemeral: {
          volumeClaimTemplate: {
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        },
      },
    ],
  },
  gated: { schedulingGates: [{ name: 'example.com/later' }] },
  placed: { nodeName: 'node-00001' },
  'other-scheduler': { schedulerName: 'other', restartPolicy: 'Never' },
};

/** Pods that the API server does not create, and a part of why. */
const REFUSED: Record<string, [spec: PodSpec, message: string]> = {
  'no-class': [{ priorityClassName: 'nobody' }, 'no PriorityClass with name nobody was found'],
  'own-priority': [{ priority: 3 }, 'the integer value of priority (3) must not be provided in pod spec'],
  'no-runtime': [{ runtimeClassName: 'nobody' }, 'pod rejected: RuntimeClass "nobody" not found'],
  'own-overhead': [
    { overhead: { cpu: '1' } },
    'Pod Overhead set without corresponding RuntimeClass defined Overhead',
  ],
  'other-selector': [
    { runtimeClassName: 'thick', nodeSelector: { thick: 'no' } },
    'conflict: runtimeClass.scheduling.nodeSelector[thick] = yes',
  ],
};
const REFUSED_IN_LIMITS: Record<string, [spec: PodSpec, message: string]> = {
  much: [{ containers: [limited({ cpu: '5' })] }, 'maximum cpu usage per Container is 4, but limit is 5'],
  little: [
    { containers: [limited({ memory: '1Mi' })] },
    'minimum memory usage per Container is 16Mi, but request is 1Mi',
  ],
};

let controlPlane: ControlPlane;
const objects: ApiObject[] = CLASSES.map(([, object]) => structuredClone(object));
const nodes: Node[] = [node(1)];

beforeAll(async () => {
  controlPlane = await startControlPlane();
  const { client } = controlPlane;
  await client.text('POST', '/api/v1/namespaces', { metadata: { name: 'limited' } });
  for (const one of nodes) await client.text('POST', '/api/v1/nodes', one);
  for (const [path, object] of CLASSES) await client.text('POST', path, object);
  for (const object of [...objects, ...nodes.map((one) => Object.assign(one, { kind: 'Node' }))])
    setDefaults(object);
  // admission reads caches, which follow by themselves
  await until('admission knows all classes', 30, async () => {
    const probe = podOf(
      'probe',
      { runtimeClassName: 'thick', priorityClassName: 'vip', nodeName: 'node-00001' },
      'limited',
    );
    const stored = await client
      .json<Pod>('POST', `/api/v1/namespaces/limited/pods?dryRun=All`, probe)
      .catch(() => undefined);
    const usual = await client.json<Pod>(
      'POST',
      `/api/v1/namespaces/limited/pods?dryRun=All`,
      podOf('probe', {}, 'limited'),
    );
    return stored?.metadata?.labels?.['topology.kubernetes.io/zone'] &&
      usual.spec?.priority === 7 &&
      usual.spec.containers[0]?.resources?.limits
      ? true
      : undefined;
  });
});
afterAll(() => controlPlane.stop());

function podOf(name: string, spec: PodSpec, namespace: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { app: 'web', rev: 'r1', tenant: 't1' } },
    spec: { containers: [container()], ...spec },
  };
}

/** The pod as coset takes it to be stored, and what it takes to be refused. */
function created(pod: Pod): { pod: Pod; messages: string[] } {
  const copy = JSON.parse(JSON.stringify(pod)) as Pod;
  setDefaults(copy);
  const messages = admit(copy, factsOf([...objects, ...nodes])).map(({ message }) => message);
  return { pod: copy, messages };
}

describe('a real API server and coset create', () => {
  it.each(['default', 'limited'])('the same pods in the namespace %s', async (namespace) => {
    for (const [name, spec] of Object.entries(PODS)) {
      const sent = podOf(name, spec, namespace);
      const stored = await controlPlane.client.json<Pod>(
        'POST',
        `/api/v1/namespaces/${namespace}/pods`,
        sent,
      );
      const { pod, messages } = created(sent);
      expect(messages).toEqual([]);
      expect({ name, ...schedulingView(pod) }).toEqual({ name, ...schedulingView(stored) });
    }
  });

  it.each([
    ['default', REFUSED],
    ['limited', REFUSED_IN_LIMITS],
  ])('none of these in the namespace %s', async (namespace, refused) => {
    for (const [name, [spec, message]] of Object.entries(refused)) {
      const sent = podOf(name, spec, namespace);
      const answer = controlPlane.client.text('POST', `/api/v1/namespaces/${namespace}/pods`, sent);
      await expect(answer).rejects.toThrow(JSON.stringify(message).slice(1, -1));
      expect(created(sent).messages.join('\n')).toContain(message);
    }
  });
});
