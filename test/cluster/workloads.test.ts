// The pods that kube-controller-manager makes of workloads on a real API server, and those that coset makes of the same
// manifests: as many, alike in all that scheduling reads, with the same claims, and decided alike.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ApiObject, Decision, Node, Pod, PersistentVolumeClaim } from '../../src/model/types.ts';
import { defaultConfiguration } from '../../src/config/configuration.ts';
import { loadKernel } from '../../src/kernel/builds.ts';
import { plan } from '../../src/planner/plan.ts';
import { groupsOf } from '../../src/scenario/groups.ts';
import { readScenario } from '../../src/scenario/read.ts';
import { startControllerManager } from './controller-manager.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { node } from './fixtures.ts';
import { until } from './processes.ts';
import { schedulingView } from './scheduling-view.ts';
import type { Scheduler } from './scheduler.ts';

const selector = { matchLabels: { app: 'web' } };
const labels = { app: 'web', tier: 'front' };

function template(spec: object = {}, metadata: object = {}) {
  return {
    metadata: { labels, annotations: { note: 'x' }, ...metadata },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'main',
          image: 'example/x:1',
          resources: { limits: { cpu: '200m' } },
          ports: [{ containerPort: 80 }],
        },
      ],
      ...spec,
    },
  };
}

const spread = {
  maxSkew: 1,
  topologyKey: 'topology.kubernetes.io/zone',
  whenUnsatisfiable: 'DoNotSchedule',
  labelSelector: selector,
  matchLabelKeys: ['pod-template-hash'],
};
const nodeAffinity = {
  requiredDuringSchedulingIgnoredDuringExecution: {
    nodeSelectorTerms: [
      {
        matchExpressions: [
          { key: 'topology.kubernetes.io/zone', operator: 'In', values: ['zone-0', 'zone-1'] },
        ],
      },
    ],
  },
};

interface Made {
  path: string;
  object: ApiObject & { spec: object };
  pods: number;
}

const apps = (resource: string, kind: string, name: string, pods: number, spec: object): Made => ({
  path: `/apis/apps/v1/namespaces/default/${resource}`,
  object: { apiVersion: 'apps/v1', kind, metadata: { name }, spec: { selector, ...spec } },
  pods,
});
const batch = (resource: string, kind: string, name: string, pods: number, spec: object): Made => ({
  path: `/apis/batch/v1/namespaces/default/${resource}`,
  object: { apiVersion: 'batch/v1', kind, metadata: { name }, spec },
  pods,
});
const ended = { restartPolicy: 'Never' };

const WORKLOADS: Made[] = [
  apps('deployments', 'Deployment', 'deployed', 5, {
    replicas: 5,
    template: template({ topologySpreadConstraints: [spread] }),
  }),
  apps('deployments', 'Deployment', 'alone', 1, { template: template() }),
  apps('deployments', 'Deployment', 'paused', 0, { replicas: 2, paused: true, template: template() }),
  apps('replicasets', 'ReplicaSet', 'replicated', 2, {
    replicas: 2,
    template: template({ hostNetwork: true }),
  }),
  {
    path: '/api/v1/namespaces/default/replicationcontrollers',
    object: {
      apiVersion: 'v1',
      kind: 'ReplicationController',
      metadata: { name: 'controlled' },
      spec: { replicas: 2, template: template({}, { labels: { app: 'old' } }) },
    },
    pods: 2,
  },
  apps('statefulsets', 'StatefulSet', 'stateful', 3, {
    replicas: 3,
    serviceName: 'svc',
    podManagementPolicy: 'Parallel',
    ordinals: { start: 4 },
    template: template({ volumes: [{ name: 'tmp', emptyDir: {} }] }),
    volumeClaimTemplates: [
      {
        metadata: { name: 'data', labels: { own: 'x' } },
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: 'fast',
          resources: { requests: { storage: '1Gi' } },
        },
      },
    ],
  }),
  apps('daemonsets', 'DaemonSet', 'everywhere', 6, { template: template() }),
  apps('daemonsets', 'DaemonSet', 'in-zones', 5, {
    template: template({
      hostNetwork: true,
      affinity: { nodeAffinity },
      tolerations: [
        { key: 'own', operator: 'Exists' },
        { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
      ],
    }),
  }),
  batch('jobs', 'Job', 'one', 1, { template: template(ended) }),
  batch('jobs', 'Job', 'parallel', 3, { parallelism: 3, completions: 5, template: template(ended) }),
  batch('jobs', 'Job', 'uncounted', 2, { parallelism: 2, template: template(ended) }),
  batch('jobs', 'Job', 'indexed', 2, {
    parallelism: 2,
    completions: 4,
    completionMode: 'Indexed',
    template: template(ended),
  }),
  batch('jobs', 'Job', 'suspended', 0, { suspend: true, template: template(ended) }),
  batch('cronjobs', 'CronJob', 'timed', 2, {
    schedule: '* * * * *',
    concurrencyPolicy: 'Forbid',
    jobTemplate: { metadata: { labels: { run: 'x' } }, spec: { parallelism: 2, template: template(ended) } },
  }),
];

let controlPlane: ControlPlane;
let manager: Scheduler;
const nodes: Node[] = [0, 1, 2, 3, 4, 5, 6].map(node);

beforeAll(async () => {
  // one node that most pods keep off, and a cordoned one
  nodes[3]!.spec = { taints: [{ key: 'own', effect: 'NoSchedule' }] };
  nodes[6]!.spec = { unschedulable: true };
  controlPlane = await startControlPlane();
  const { client } = controlPlane;
  for (const one of nodes) await client.text('POST', '/api/v1/nodes', one);
  manager = await startControllerManager(controlPlane);
});
afterAll(async () => {
  await manager.stop();
  await controlPlane.stop();
});

const list = async <T>(path: string): Promise<T[]> =>
  (await controlPlane.client.json<{ items: T[] }>('GET', path)).items;

/** What a pod is of, in both worlds alike. */
function groupOf(groups: Map<string, string>, pod: Pod): string {
  return groups.get(`${pod.metadata!.namespace}/${pod.metadata!.name}`)!.replace(/-(?:next|\d{6,})$/, '');
}

/** The views of the pods of each workload, in an order that does not depend on names that were generated. */
function views(pods: Pod[]): Record<string, object[]> {
  const groups = groupsOf(pods);
  const found: Record<string, object[]> = {};
  for (const pod of pods) (found[groupOf(groups, pod)] ??= []).push(schedulingView(pod));
  for (const of of Object.values(found)) of.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return found;
}

/** The nodes of each workload's pods, and why its others wait. */
function outcomes(pods: Pod[], decisions: Decision[]): Record<string, string[]> {
  const groups = groupsOf(pods);
  const byKey = new Map(
    pods.map((pod) => [`${pod.metadata!.namespace}/${pod.metadata!.name}`, groupOf(groups, pod)]),
  );
  const found: Record<string, string[]> = {};
  for (const { pod, node: chosen, message } of decisions)
    (found[byKey.get(pod)!] ??= []).push(chosen ?? message!.replaceAll(/"[^"]*"/g, '"..."'));
  for (const of of Object.values(found)) of.sort();
  return found;
}

it('makes the pods of workloads as their controllers do', async ({ onTestFailed }) => {
  onTestFailed(() => {
    process.stderr.write(manager.daemon.output);
  });
  const { client } = controlPlane;
  for (const { path, object } of WORKLOADS) await client.text('POST', path, object);
  const wanted = WORKLOADS.reduce((sum, { pods }) => sum + pods, 0);
  const real = await until('the controllers have made all pods', 110, async () => {
    manager.daemon.check();
    const pods = await list<Pod>('/api/v1/namespaces/default/pods');
    return pods.length >= wanted ? pods : undefined;
  });

  const manifests = [
    ...nodes.map((one) => ({ ...one, kind: 'Node' })),
    ...WORKLOADS.map(({ object }) => object),
  ];
  const { scenario } = readScenario([
    { name: 'manifests', text: JSON.stringify({ kind: 'List', items: manifests }) },
  ]);
  expect(Object.fromEntries(Object.entries(views(scenario.pending)).sort())).toEqual(
    Object.fromEntries(Object.entries(views(real)).sort()),
  );

  const claimView = ({ metadata, spec }: PersistentVolumeClaim) => [
    metadata!.name,
    metadata!.labels,
    spec!.storageClassName,
    spec!.volumeMode,
  ];
  const claims = await list<PersistentVolumeClaim>('/api/v1/namespaces/default/persistentvolumeclaims');
  const made = scenario.objects.filter(({ kind }) => kind === 'PersistentVolumeClaim');
  expect(made.map(claimView).sort()).toEqual(claims.map(claimView).sort());

  // decided alike: what the manifests come to, and the cluster with the pods that its controllers have made
  const cluster = [
    ...(await list<Node>('/api/v1/nodes')).map((one) => ({ ...one, kind: 'Node' })),
    ...real.map((pod) => ({ ...pod, kind: 'Pod' })),
    ...claims.map((claim) => ({ ...claim, kind: 'PersistentVolumeClaim' })),
    ...(await list<ApiObject>('/apis/apps/v1/namespaces/default/replicasets')).map((set) => ({
      ...set,
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
    })),
    ...(await list<ApiObject>('/apis/apps/v1/namespaces/default/statefulsets')).map((set) => ({
      ...set,
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
    })),
    ...(await list<ApiObject>('/apis/apps/v1/namespaces/default/deployments')).map((set) => ({
      ...set,
      apiVersion: 'apps/v1',
      kind: 'Deployment',
    })),
    ...(await list<ApiObject>('/apis/apps/v1/namespaces/default/daemonsets')).map((set) => ({
      ...set,
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
    })),
    ...(await list<ApiObject>('/apis/batch/v1/namespaces/default/jobs')).map((set) => ({
      ...set,
      apiVersion: 'batch/v1',
      kind: 'Job',
    })),
  ];
  const there = readScenario([{ name: 'cluster', text: JSON.stringify({ kind: 'List', items: cluster }) }]);
  expect(there.intake.made).toEqual([]);
  const decided = (of: typeof scenario) =>
    outcomes(of.pending, plan(of, { kernel: loadKernel(), configuration: defaultConfiguration() }).decisions);
  // created in another order, pods may change places: each workload gets the same from the same state
  for (const { object } of WORKLOADS) {
    const only = (of: typeof scenario) => {
      const groups = groupsOf(of.pending);
      const isOf = (pod: Pod) => groupOf(groups, pod).endsWith(`/${object.metadata!.name}`);
      return decided({ ...of, pending: of.pending.filter(isOf) });
    };
    expect(only(scenario)).toEqual(only(there.scenario));
  }
});
