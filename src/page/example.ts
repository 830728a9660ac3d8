// A small cluster, for whoever has none at hand: ten nodes in three zones, some pods on them, and workloads to place.

const ZONES = ['europe-a', 'europe-b', 'europe-c'];
const NODES = 10;
const GPUS = 4;

export const EXAMPLE_NAME = 'example cluster';

/** A list as `kubectl get -o json` prints it. */
export function exampleText(): string {
  const nodes = Array.from({ length: NODES }, (_, n) => node(n));
  const running = nodes.flatMap((_, n) => [
    pod(`agent-${n}`, n, '200m', '256Mi'),
    ...Array.from({ length: (n * 7) % 4 }, (_unused, i) => pod(`cache-${n}-${i}`, n, '1', '3Gi')),
  ]);
  const items = [
    ...nodes,
    ...running,
    deployment('web', 18, { cpu: '500m', memory: '1Gi' }, spread('web')),
    deployment('search', 4, { cpu: '2', memory: '6Gi' }),
    deployment('train', 5, { cpu: '1', memory: '2Gi', 'example.com/gpu': '1' }, TOLERATIONS),
    deployment('warehouse', 1, { cpu: '6', memory: '48Gi' }),
  ];
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, undefined, 1);
}

const TAINT = { key: 'example.com/gpu', value: 'only', effect: 'NoSchedule' };
const TOLERATIONS = { tolerations: [{ ...TAINT, operator: 'Equal' }] };

function node(n: number): object {
  const name = `node-${n + 1}`;
  const hasGpus = n === NODES - 1;
  const allocatable = {
    cpu: '8',
    memory: '32Gi',
    pods: '110',
    ...(hasGpus && { 'example.com/gpu': String(GPUS) }),
  };
  const labels = {
    'kubernetes.io/hostname': name,
    'topology.kubernetes.io/zone': ZONES[n % ZONES.length],
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: hasGpus ? { taints: [TAINT] } : {},
    status: { allocatable, capacity: allocatable },
  };
}

function pod(name: string, onNode: number, cpu: string, memory: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'system', uid: name },
    spec: {
      nodeName: `node-${onNode + 1}`,
      containers: [{ name: 'main', image: 'main', resources: { requests: { cpu, memory } } }],
    },
    status: { phase: 'Running' },
  };
}

function deployment(name: string, replicas: number, requests: object, more: object = {}): object {
  const labels = { app: name };
  const containers = [{ name: 'main', image: name, resources: { requests, limits: limitsOf(requests) } }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers, ...more } },
    },
  };
}

/** Extended resources are asked for as limits too. */
function limitsOf(requests: object): object {
  return Object.fromEntries(Object.entries(requests).filter(([name]) => name.includes('/')));
}

function spread(app: string): object {
  return {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app } },
      },
    ],
  };
}
