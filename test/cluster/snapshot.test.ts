import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type {
  ApiObject,
  Decision,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
} from '../../src/model/types.ts';
import { coset } from '../cli/coset.ts';
import { deviceClass, devices, request, slice } from '../devices/objects.ts';
import { claim, podWith, storageClass, volume } from '../volumes/objects.ts';
import { bindClaims, type VolumeApi } from '../volumes/volume-controller.ts';
import type { Client } from './client.ts';
import { startControlPlane, WITH_POD_GROUPS, type ControlPlane } from './control-plane.ts';
import { createNodes, createPods, createService, listPods, node, pod } from './fixtures.ts';
import { until } from './processes.ts';
import { configurationFile, startCoset } from './scheduler.ts';

const NODES = 6;
const WEB_PODS = 15;
const LOCAL_VOLUMES = 3;
const NEWER = ['DeviceClass', 'ResourceSlice', 'ResourceClaim', 'PodGroup'];
const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims';
const VOLUMES = '/api/v1/persistentvolumes';
const PODS = '/api/v1/namespaces/default/pods';

let controlPlane: ControlPlane;
beforeAll(async () => {
  controlPlane = await startControlPlane({ apiserverArgs: WITH_POD_GROUPS });
});
afterAll(() => controlPlane?.stop());

function volumeApi(client: Client): VolumeApi {
  const list = async <T>(path: string) => (await client.json<{ items: T[] }>('GET', path)).items;
  return {
    volumes: () => list<PersistentVolume>(VOLUMES),
    claims: () => list<PersistentVolumeClaim>(CLAIMS),
    createVolume: (made) => client.text('POST', VOLUMES, made),
    updateClaim: (bound) => client.text('PUT', `${CLAIMS}/${bound.metadata!.name}`, bound),
  };
}

/** Volumes of nodes, and a pod for each that claims one; one pod more than there are volumes. */
async function createWithVolumes(client: Client): Promise<void> {
  const local = storageClass('local', { provisioner: 'kubernetes.io/no-provisioner' });
  await client.text('POST', '/apis/storage.k8s.io/v1/storageclasses', local);
  for (let n = 0; n < LOCAL_VOLUMES; n++) {
    const made = volume(`local-${n}`, 'local', node(n + 1).metadata!.name);
    const created = await client.json<PersistentVolume>('POST', VOLUMES, made);
    await client.text('PUT', `${VOLUMES}/${made.metadata!.name}/status`, { ...created, status: made.status });
  }
  for (let n = 0; n <= LOCAL_VOLUMES; n++) {
    const own = claim(`data-${n}`, 'local', {}, 'default');
    const user = podWith(`data-${n}`, [`data-${n}`], { namespace: 'default' });
    for (const object of [own, user]) delete object.metadata!.uid;
    await client.text('POST', CLAIMS, own);
    await client.text('POST', PODS, user);
  }
}

/**
 * Two nodes that one pod fills each, and an urgent pod that needs one of them. A disruption budget covers the pod on the
 * node that would be chosen without it.
 */
async function createForPreemption(client: Client): Promise<void> {
  await client.text('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', {
    metadata: { name: 'urgent' },
    value: 1000,
  });
  const taints = [{ key: 'pool', value: 'full', effect: 'NoSchedule' }];
  for (const [n, name] of ['covered', 'victim'].entries()) {
    const made = node(NODES + n);
    made.metadata!.labels!['pool'] = 'full';
    await client.text('POST', '/api/v1/nodes', { ...made, spec: { taints } });
    await client.text('POST', PODS, filling(name, { nodeName: made.metadata!.name }));
  }
  await client.text('POST', '/apis/policy/v1/namespaces/default/poddisruptionbudgets', {
    metadata: { name: 'covered' },
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'covered' } } },
  });
  const tolerations = [{ key: 'pool', operator: 'Exists' as const }];
  const spec = { priorityClassName: 'urgent', nodeSelector: { pool: 'full' }, tolerations };
  // admission follows the classes by itself
  await until('the urgent pod is admitted', 30, () =>
    client.text('POST', PODS, filling('urgent', spec)).catch(() => undefined),
  );
}

/** A pod that claims the one device there is, and a group of two pods, all for the node of the covered pod. */
async function createWithDevicesAndGroup(client: Client): Promise<void> {
  const host = node(NODES).metadata!.name!;
  const card = { spec: { devices: { requests: [request('card')] } } };
  const resources = '/apis/resource.k8s.io/v1';
  await client.text('POST', `${resources}/deviceclasses`, deviceClass('gpu'));
  await client.text('POST', `${resources}/resourceslices`, slice(host, devices('card-0')));
  await client.text('POST', `${resources}/namespaces/default/resourceclaims`, {
    metadata: { name: 'card' },
    ...card,
  });
  await client.text('POST', '/apis/scheduling.k8s.io/v1beta1/namespaces/default/podgroups', {
    metadata: { name: 'pair' },
    spec: { schedulingPolicy: { gang: { minCount: 2 } } },
  });
  const tolerations = [{ key: 'pool', operator: 'Exists' as const }];
  const resourceClaims = [{ name: 'card', resourceClaimName: 'card' }];
  const schedulingGroup = { podGroupName: 'pair' };
  const nodeSelector = { 'kubernetes.io/hostname': host };
  for (const [name, fields] of [
    ['computing', { resourceClaims }],
    ['pair-0', { schedulingGroup, nodeSelector }],
    ['pair-1', { schedulingGroup, nodeSelector }],
  ] as const) {
    const { spec, ...rest } = pod(0, { app: name });
    const made = { ...rest, metadata: { ...rest.metadata, name }, spec: { ...spec, tolerations, ...fields } };
    await client.text('POST', PODS, made);
  }
}

/** A pod that needs most of a node; without a kubelet its node lets it go at once. */
function filling(name: string, fields: object): Pod {
  const { spec, ...rest } = pod(0, { app: name });
  const containers = [{ ...spec!.containers[0]!, resources: { requests: { cpu: '6' } } }];
  return {
    ...rest,
    metadata: { ...rest.metadata, name },
    spec: { ...spec, terminationGracePeriodSeconds: 0, ...fields, containers },
  };
}

it('a snapshot, planned, says what the running scheduler then does', async ({ onTestFailed }) => {
  const { client, folder, kubeconfigPath } = controlPlane;
  await createNodes(client, NODES);
  await createService(client, 'web', { app: 'web' });
  await createWithVolumes(client);
  await createPods(client, WEB_PODS, { app: 'web' });
  await createForPreemption(client);
  await createWithDevicesAndGroup(client);
  await client.text('POST', '/apis/policy/v1/namespaces/default/poddisruptionbudgets', {
    metadata: { name: 'web' },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
  });

  const file = join(folder, 'cluster.json');
  const taken = await coset(['snapshot', '--kubeconfig', kubeconfigPath, file]);
  expect(taken.code, taken.stderr).toBe(0);
  const { items } = JSON.parse(readFileSync(file, 'utf8')) as { items: { kind: string }[] };
  const kinds = new Set(items.map(({ kind }) => kind));
  for (const kind of [
    'PersistentVolume',
    'PersistentVolumeClaim',
    'StorageClass',
    'PodDisruptionBudget',
    ...NEWER,
  ]) {
    expect(kinds).toContain(kind);
  }
  const planned = await coset(['plan', '--output', 'json', file]);
  expect(planned.code, planned.stderr).toBe(0);
  const { decisions } = JSON.parse(planned.stdout) as { decisions: Decision[] };
  const expected = new Map(decisions.map(({ pod, node: chosen }) => [pod, chosen]));
  expect(expected.size).toBe(WEB_PODS + LOCAL_VOLUMES + 2 + 3);
  const victims = decisions.flatMap(({ preemption }) => preemption?.[0]?.victims ?? []);
  expect(victims).toEqual(['default/victim']);
  const stays = ['default/covered', node(NODES).metadata!.name] as const;

  const scheduler = startCoset(configurationFile(controlPlane));
  onTestFailed(() => {
    process.stderr.write(scheduler.daemon.output);
  });
  try {
    const pods = await until('all pods but one are bound, that one refused', 90, async () => {
      scheduler.daemon.check();
      await bindClaims(volumeApi(client));
      const all = await listPods(client);
      const open = all.filter(({ spec }) => spec?.nodeName === undefined);
      return open.length === 1 && open[0]!.status?.conditions !== undefined ? all : undefined;
    });
    const actual = new Map(pods.map(({ metadata, spec }) => [`default/${metadata!.name}`, spec?.nodeName]));
    expect(Object.fromEntries(actual)).toEqual(Object.fromEntries([...expected, stays]));
  } finally {
    await scheduler.stop();
  }
});

/** Objects in which everything that somebody can name has the word acme in it. */
async function createNamed(client: Client): Promise<void> {
  const team = '/namespaces/acme-team';
  const labels = { 'acme.example.com/app': 'acme-web', app: 'acme' };
  const gold = { key: 'acme.example.com/pool', operator: 'In', values: ['acme-gold'] };
  const spec = {
    serviceAccountName: 'acme-runner',
    hostname: 'acme-host',
    priorityClassName: 'acme-vip',
    runtimeClassName: 'acme-runtime',
    schedulingGates: [],
    nodeSelector: { 'acme.example.com/pool': 'acme-gold' },
    tolerations: [{ key: 'acme.example.com/taint', value: 'acme-only', effect: 'NoSchedule' }],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [gold] }] },
      },
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          {
            topologyKey: 'acme.example.com/rack',
            labelSelector: { matchLabels: labels },
            namespaces: ['acme-team'],
            namespaceSelector: { matchLabels: { 'acme.example.com/owner': 'acme-people' } },
          },
        ],
      },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'acme.example.com/rack',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['acme'] }] },
      },
    ],
    imagePullSecrets: [{ name: 'acme-registry' }],
    containers: [
      {
        name: 'acme-main',
        image: 'registry.acme.example.com/acme/web:acme-1',
        command: ['acme'],
        args: ['--acme'],
        env: [{ name: 'ACME', value: 'acme' }],
        ports: [{ name: 'acme-port', containerPort: 80 }],
        resources: { requests: { cpu: '100m' } },
      },
    ],
    volumes: [
      { name: 'acme-config', configMap: { name: 'acme-config' } },
      { name: 'acme-share', nfs: { server: 'nfs.acme.example.com', path: '/acme' } },
      { name: 'acme-data', persistentVolumeClaim: { claimName: 'acme-claim' } },
    ],
  };
  const template = { metadata: { labels, annotations: { 'acme.example.com/note': 'acme' } }, spec };
  const metadata = { name: 'acme-web', labels, annotations: { note: 'acme' } };
  const run = { metadata: { labels }, spec: { ...spec, restartPolicy: 'Never' } };
  const claimSpec = (storage: string) => ({
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'acme-disks',
    resources: { requests: { storage } },
  });
  const objects: [path: string, object: object][] = [
    [
      '/api/v1/namespaces',
      { metadata: { name: 'acme-team', labels: { 'acme.example.com/owner': 'acme-people' } } },
    ],
    [
      '/apis/scheduling.k8s.io/v1/priorityclasses',
      { metadata: { name: 'acme-vip' }, value: 7, description: 'acme' },
    ],
    ['/apis/node.k8s.io/v1/runtimeclasses', { metadata: { name: 'acme-runtime' }, handler: 'acme-handler' }],
    [
      '/apis/storage.k8s.io/v1/storageclasses',
      {
        ...storageClass('acme-disks', { provisioner: 'kubernetes.io/no-provisioner' }),
        parameters: { acme: 'acme' },
        mountOptions: ['acme'],
      },
    ],
    [
      VOLUMES,
      {
        metadata: { name: 'acme-volume', labels },
        spec: {
          ...{ accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, storageClassName: 'acme-disks' },
          csi: {
            driver: 'csi.example.com',
            volumeHandle: 'acme-handle',
            volumeAttributes: { acme: 'acme' },
            nodeStageSecretRef: { name: 'acme', namespace: 'acme' },
          },
          nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [gold] }] } },
        },
      },
    ],
    [
      `/api/v1${team}/limitranges`,
      {
        metadata: { name: 'acme-range' },
        spec: { limits: [{ type: 'Container', defaultRequest: { memory: '64Mi' } }] },
      },
    ],
    [`/api/v1${team}/persistentvolumeclaims`, { metadata: { name: 'acme-claim' }, spec: claimSpec('1Gi') }],
    [
      `/api/v1${team}/services`,
      {
        metadata,
        spec: { selector: labels, ports: [{ name: 'acme', port: 80 }], externalName: 'acme.example.com' },
      },
    ],
    [
      `/apis/policy/v1${team}/poddisruptionbudgets`,
      { metadata, spec: { minAvailable: 1, selector: { matchLabels: labels } } },
    ],
    [
      `/apis/apps/v1${team}/deployments`,
      { metadata, spec: { replicas: 2, selector: { matchLabels: labels }, template } },
    ],
    [
      `/apis/apps/v1${team}/statefulsets`,
      {
        metadata,
        spec: {
          serviceName: 'acme-peers',
          selector: { matchLabels: labels },
          template,
          volumeClaimTemplates: [{ metadata: { name: 'acme-own' }, spec: claimSpec('2Gi') }],
        },
      },
    ],
    [`/apis/apps/v1${team}/daemonsets`, { metadata, spec: { selector: { matchLabels: labels }, template } }],
    [`/apis/batch/v1${team}/jobs`, { metadata, spec: { completions: 2, parallelism: 2, template: run } }],
    [
      `/apis/batch/v1${team}/cronjobs`,
      {
        metadata,
        spec: { schedule: '0 0 * * *', timeZone: 'Europe/Berlin', jobTemplate: { spec: { template: run } } },
      },
    ],
  ];
  for (const [path, object] of objects) await client.text('POST', path, object);
  const named = node(90);
  const { metadata: of } = named;
  await client.text('POST', '/api/v1/nodes', {
    ...named,
    metadata: {
      name: 'acme-node',
      annotations: { note: 'acme' },
      labels: {
        ...of!.labels,
        ...{ 'kubernetes.io/hostname': 'acme-node', 'topology.kubernetes.io/zone': 'acme-zone' },
        ...{ 'acme.example.com/pool': 'acme-gold', 'acme.example.com/rack': 'acme-rack-1' },
      },
    },
    spec: {
      providerID: 'acme://acme',
      podCIDR: '10.99.0.0/24',
      taints: [{ key: 'acme.example.com/taint', value: 'acme-only', effect: 'NoSchedule' }],
    },
    status: {
      ...named.status,
      addresses: [{ type: 'InternalIP', address: '10.98.7.6' }],
      images: [{ names: ['registry.acme.example.com/acme/web:acme-1'], sizeBytes: 9e7 }],
    },
  });
}

it('a redacted snapshot tells nothing that somebody has named, and is planned as the plain one', async () => {
  const { client, folder, kubeconfigPath } = controlPlane;
  await createNamed(client);
  const planOf = async (name: string, ...more: string[]) => {
    const file = join(folder, name);
    const taken = await coset(['snapshot', '--kubeconfig', kubeconfigPath, ...more, file]);
    expect(taken.code, taken.stderr).toBe(0);
    const text = readFileSync(file, 'utf8');
    const { items } = JSON.parse(text) as { items: ApiObject[] };
    const nodes = items.filter(({ kind }) => kind === 'Node').map(({ metadata }) => metadata!.name);
    const planned = await coset(['plan', '--output', 'json', file]);
    const { decisions } = JSON.parse(planned.stdout) as { decisions: Decision[] };
    const told = decisions.map(({ node: chosen, feasible, score }) => [
      nodes.indexOf(chosen),
      feasible,
      score,
    ]);
    return { text, decisions: told, kinds: items.map(({ kind }) => kind) };
  };
  const plain = await planOf('plain.json');
  const redacted = await planOf('redacted.json', '--redact');
  expect(plain.text).toContain('acme');
  const left = redacted.text.split('\n').filter((line) => /acme|10\.9[89]\.|Berlin/i.test(line));
  expect(left).toEqual([]);
  expect(redacted.kinds).toEqual(plain.kinds);
  expect(plain.decisions.length).toBeGreaterThan(5);
  expect(redacted.decisions).toEqual(plain.decisions);
});
