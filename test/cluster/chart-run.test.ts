// coset as the chart installs it: the arguments, the configuration and the account of its Deployment, on a real API server
// with RBAC on, until 500 pods are bound; what it was refused, what of its rights it used, and what watches it.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, it, onTestFailed } from 'vitest';
import { chartRules } from '../../scripts/deploy-role.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../src/model/types.ts';
import { claim, podWith, storageClass, volume } from '../volumes/objects.ts';
import { bindClaims } from '../volumes/volume-controller.ts';
import { binary } from './binaries.ts';
import { argumentsHere, chartFile, helm, install, startReplica, type Release } from './chart.ts';
import { freePorts, startControlPlane, WITH_POD_GROUPS, type ControlPlane } from './control-plane.ts';
import { createNodes, createService, listPods, node, pod } from './fixtures.ts';
import { until } from './processes.ts';
import { missingIn, selectedBy } from './promql.ts';
import { runCoset, startScheduler, type Scheduler } from './scheduler.ts';
import { requestsIn, tokenOf, type AuditEvent } from './service-account.ts';

const PODS = '/api/v1/namespaces/default/pods';
const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims';
const VOLUMES = '/api/v1/persistentvolumes';
const DEVICES = '/apis/resource.k8s.io/v1';
const GROUPS = '/apis/scheduling.k8s.io/v1beta1/namespaces/default/podgroups';
const RESOURCE = 'example.com/gpu';
const plain = 420;
const claimed = 30;
const withDevices = 20;
/** One whose claim is there already, and two with one claim. */
const sharing = 3;
const inGroup = 10;
const urgent = 20;

let controlPlane: ControlPlane;
let release: Release;
let coset: Scheduler;
let port: number;
beforeAll(async () => {
  controlPlane = await startControlPlane({ apiserverArgs: WITH_POD_GROUPS });
  release = await install(controlPlane, [
    ...['--set', 'schedulerName=mine'],
    ...['--set', 'prometheus.serviceAccount=prometheus,prometheus.namespace=schedulers'],
  ]);
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'prometheus' } };
  await controlPlane.client.text('POST', '/api/v1/namespaces/schedulers/serviceaccounts', account);
  [port] = (await freePorts('127.0.0.1', 1)) as [number];
  coset = await startReplica(controlPlane, release, port);
});
afterAll(async () => {
  await coset.stop();
  // throws when the account was refused anything
  await controlPlane.stop();
});

const create = (path: string, object: object) => controlPlane.client.text('POST', path, object);

/** A pod of the release's scheduler with requests of its own. */
function mine(number: number, app: string, requests: Record<string, string>, more: object = {}): Pod {
  const { spec, ...rest } = pod(number, { app }, 'mine');
  const [container] = spec!.containers;
  const limits = Object.fromEntries(Object.entries(requests).filter(([name]) => name.includes('/')));
  return {
    ...rest,
    spec: { ...spec, containers: [{ ...container!, resources: { requests, limits } }], ...more },
  };
}

/** Nodes, of which the first 20 are filled by pods of less priority; what claims, devices and groups need. */
async function createSurroundings(): Promise<void> {
  await createNodes(controlPlane.client, 80);
  await createService(controlPlane.client, 'web', { app: 'web' });
  const high = {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'high' },
    value: 1000,
  };
  await create('/apis/scheduling.k8s.io/v1/priorityclasses', high);
  await create('/apis/storage.k8s.io/v1/storageclasses', storageClass('made', {}));
  const noProvisioner = { provisioner: 'kubernetes.io/no-provisioner' };
  await create('/apis/storage.k8s.io/v1/storageclasses', storageClass('local', noProvisioner));
  const selectors = [{ cel: { expression: 'device.driver == "gpu.example.com"' } }];
  await create(`${DEVICES}/deviceclasses`, {
    ...{ apiVersion: 'resource.k8s.io/v1', kind: 'DeviceClass', metadata: { name: 'gpu' } },
    spec: { selectors, extendedResourceName: RESOURCE },
  });
  const { name } = node(79).metadata!;
  const devices = Array.from({ length: 2 * withDevices }, (_, n) => ({ name: `device-${n}` }));
  await create(`${DEVICES}/resourceslices`, {
    ...{ apiVersion: 'resource.k8s.io/v1', kind: 'ResourceSlice', metadata: { name: 'gpus' } },
    spec: {
      ...{ driver: 'gpu.example.com', nodeName: name, devices },
      pool: { name, generation: 1, resourceSliceCount: 1 },
    },
  });
  await create(GROUPS, {
    ...{ apiVersion: 'scheduling.k8s.io/v1beta1', kind: 'PodGroup', metadata: { name: 'gang' } },
    spec: { schedulingPolicy: { gang: { minCount: inGroup } } },
  });
}

/** A claim with its pod: of a class that is provisioned, or of a volume that is there. */
async function createClaimed(number: number): Promise<void> {
  const className = number % 10 === 0 ? 'local' : 'made';
  const own = claim(`data-${number}`, className, {}, 'default');
  delete own.metadata!.uid;
  await create(CLAIMS, own);
  if (className === 'local') {
    const made = volume(`local-${number}`, 'local', node(40 + number).metadata!.name);
    const created = await controlPlane.client.json<PersistentVolume>('POST', VOLUMES, made);
    const path = `${VOLUMES}/${made.metadata!.name}/status`;
    await controlPlane.client.text('PUT', path, { ...created, status: made.status });
  }
  const { spec, metadata, ...rest } = podWith(`claimed-${number}`, [own.metadata!.name!], {
    namespace: 'default',
  });
  delete metadata!.uid;
  await create(PODS, { ...rest, metadata, spec: { ...spec, schedulerName: 'mine' } });
}

/** A pod whose first attempt left its claim behind, before anybody remembers it; and two that share a claim. */
async function createOtherClaims(): Promise<void> {
  const { client } = controlPlane;
  const asking = mine(6000, 'devices', { cpu: '10m', [RESOURCE]: '1' });
  const gated = { ...asking, spec: { ...asking.spec, schedulingGates: [{ name: 'example.com/later' }] } };
  const first = await client.json<Pod>('POST', PODS, gated);
  const { name, uid } = first.metadata!;
  const exactly = { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1 };
  const claims = `${DEVICES}/namespaces/default/resourceclaims`;
  await create(claims, {
    ...{ apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim' },
    metadata: {
      name: 'left',
      annotations: { 'resource.kubernetes.io/extended-resource-claim': 'true' },
      finalizers: ['resource.kubernetes.io/delete-protection'],
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid, controller: true }],
    },
    spec: { devices: { requests: [{ name: 'container-0-request-0', exactly }] } },
  });
  const open = { ...first, spec: { ...first.spec, schedulingGates: [] } };
  await client.text('PUT', `${PODS}/${name}`, open);
  await create(claims, {
    ...{ apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim', metadata: { name: 'shared' } },
    spec: { devices: { requests: [{ name: 'one', exactly }] } },
  });
  const resourceClaims = [{ name: 'one', resourceClaimName: 'shared' }];
  for (const number of [6001, 6002])
    await create(PODS, mine(number, 'devices', { cpu: '10m' }, { resourceClaims }));
}

async function createWorkload(): Promise<void> {
  // nothing but these fits there, and they fit nowhere else
  const role = { 'example.com/role': 'full' };
  for (let n = 0; n < urgent; n++) {
    const name = `full-${n}`;
    await create('/api/v1/nodes', {
      ...node(1000 + n),
      metadata: { name, labels: { ...role, 'kubernetes.io/hostname': name } },
    });
    const low = {
      ...mine(10_000 + n, 'low', { cpu: '8' }, { nodeName: name, terminationGracePeriodSeconds: 0 }),
    };
    await create(PODS, low);
  }
  const selected = { nodeSelector: role, priorityClassName: 'high' };
  const all = [
    ...Array.from({ length: plain }, (_, n) => mine(n, 'web', { cpu: '100m', memory: '64Mi' })),
    ...Array.from({ length: withDevices }, (_, n) =>
      mine(1000 + n, 'devices', { cpu: '10m', [RESOURCE]: '1' }),
    ),
    ...Array.from({ length: urgent }, (_, n) => mine(2000 + n, 'urgent', { cpu: '6' }, selected)),
    ...Array.from({ length: inGroup }, (_, n) =>
      mine(3000 + n, 'gang', { cpu: '1' }, { schedulingGroup: { podGroupName: 'gang' } }),
    ),
    // one that fits nowhere
    mine(4000, 'large', { cpu: '100' }),
  ];
  await Promise.all(all.map((each) => create(PODS, each)));
  for (let n = 0; n < claimed; n++) await createClaimed(n);
  await createOtherClaims();
}

it('500 pods with volumes, devices, groups and preemption are bound by the account of the chart', async () => {
  onTestFailed(() => void process.stderr.write(coset.daemon.output));
  const { client } = controlPlane;
  await createSurroundings();
  await createWorkload();
  const list = async <T>(path: string) => (await client.json<{ items: T[] }>('GET', path)).items;
  const waiting = await until('all pods but one are bound', 100, async () => {
    coset.daemon.check();
    await bindClaims({
      volumes: () => list<PersistentVolume>(VOLUMES),
      claims: () => list<PersistentVolumeClaim>(CLAIMS),
      createVolume: (made) => create(VOLUMES, made),
      updateClaim: (bound) => client.text('PUT', `${CLAIMS}/${bound.metadata!.name}`, bound),
    });
    const open = (await listPods(client)).filter(({ spec }) => spec?.nodeName === undefined);
    return open.length === 1 ? open : undefined;
  });
  expect(waiting[0]!.metadata!.labels).toEqual({ app: 'large' });
  const bound = (await listPods(client)).filter(({ spec }) => spec?.nodeName !== undefined);
  expect(bound).toHaveLength(plain + claimed + withDevices + sharing + inGroup + urgent);
  expect(await leaseHolder()).toBeTruthy();
  expect(coset.daemon.output).not.toContain('a write failed');
});

async function leaseHolder(): Promise<string | undefined> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${release.namespace}/leases/${release.name}`;
  return (await controlPlane.client.json<{ spec: { holderIdentity?: string } }>('GET', path)).spec
    .holderIdentity;
}

/** The metrics, as Prometheus gets them. */
async function metricsAt(at: number, token: string): Promise<string> {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  const headers = { authorization: `Bearer ${token}` };
  const { statusCode, body } = await request(`https://127.0.0.1:${at}/metrics`, { dispatcher, headers });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`${statusCode}: ${text}`);
  return text;
}

it('helm test asks the doctor, by the account and the configuration of the release', async () => {
  const { client } = controlPlane;
  const tested = helm(
    ['test', release.name, '--namespace', release.namespace, '--timeout', '60s'],
    controlPlane,
  );
  // what a kubelet does
  const path = `/api/v1/namespaces/${release.namespace}/pods/${release.name}-doctor`;
  const made = await until('the pod is there', 30, () =>
    client.json<Pod>('GET', path).catch(() => undefined),
  );
  const { args } = made.spec!.containers[0]! as { args: string[] };
  const { code, text } = await runCoset(await argumentsHere(controlPlane, release, args));
  await client.text('PUT', `${path}/status`, {
    ...made,
    status: { phase: code === 0 ? 'Succeeded' : 'Failed' },
  });
  expect(text).toContain(`holds ${release.namespace}/${release.name}`);
  expect((await tested).text).toContain('Phase:          Succeeded');
});

interface Dashboard {
  panels: { targets: { expr: string }[] }[];
}
interface Alerts {
  groups: { rules: { expr: string }[] }[];
}

const DASHBOARD_QUERIES = chartFile<Dashboard>('files/dashboard.json').panels.flatMap(({ targets }) =>
  targets.map(({ expr }) => expr),
);
const ALERT_QUERIES = chartFile<Alerts>('files/alerts.yaml').groups.flatMap(({ rules }) =>
  rules.map(({ expr }) => expr),
);

it('the dashboard and the alerts ask for what is served, to the account that the chart lets read it', async () => {
  const metrics = await metricsAt(port, await tokenOf(controlPlane.client, 'prometheus', 'schedulers'));
  const asked = [...DASHBOARD_QUERIES, ...ALERT_QUERIES].flatMap(selectedBy);
  expect(asked.length).toBeGreaterThan(30);
  expect([...new Set(asked.flatMap((one) => missingIn(metrics, one)))]).toEqual([]);
});

it("the dashboard asks kube-scheduler for what it serves, but for coset's own", async () => {
  const [other] = (await freePorts('127.0.0.1', 1)) as [number];
  const { schedulerKubeconfigPath: kubeconfig, token, client } = controlPlane;
  const scheduler = startScheduler(await binary('kube-scheduler'), [
    ...['--kubeconfig', kubeconfig, '--authentication-kubeconfig', kubeconfig],
    ...[
      '--authorization-kubeconfig',
      kubeconfig,
      '--bind-address',
      '127.0.0.1',
      '--secure-port',
      String(other),
    ],
    ...['--cert-dir', `${controlPlane.folder}/kube-scheduler`],
  ]);
  try {
    for (const cpu of ['100m', '100'])
      await create(
        PODS,
        mine(cpu === '100' ? 5000 : 5001, 'theirs', { cpu }, { schedulerName: 'default-scheduler' }),
      );
    const asked = DASHBOARD_QUERIES.flatMap(selectedBy).filter(({ metric }) => !metric.startsWith('coset_'));
    const missing = async () => {
      const metrics = await metricsAt(other, token).catch(() => '');
      return [...new Set(asked.flatMap((one) => missingIn(metrics, one)))];
    };
    await until('it serves all', 60, async () => (await missing()).length === 0 || undefined).catch(() => {});
    expect(await missing()).toEqual([]);
    expect(await client.text('GET', '/readyz')).toBe('ok');
  } finally {
    await scheduler.stop();
  }
});

/** What is asked for only when something goes wrong, or by the API server itself on the way of another request. */
const SELDOM_ASKED = [
  // the answer to a binding was lost
  'get pods',
  // the API server asks whether one has them that writes what binds a claim
  'update resourceclaims/binding',
  'patch resourceclaims/binding',
  // a binding failed after its claims were reserved
  'patch resourceclaims/status',
];

function rightIn({ verb, objectRef = {} }: AuditEvent): string {
  const { resource, subresource } = objectRef;
  return `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
}

it('each right is used: without it something would have been refused', async () => {
  // the server writes of a watch when it ends
  expect(await coset.stop()).toBe(0);
  const user = `system:serviceaccount:${release.namespace}:${release.name}`;
  const events = requestsIn(readFileSync(controlPlane.auditPath, 'utf8')).filter(
    (event) => event.user.username === user,
  );
  const used = new Set(events.map(rightIn));
  const { cluster, lease } = chartRules();
  const granted = [...cluster, ...lease].flatMap(({ resources, verbs }) =>
    resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)),
  );
  expect(granted.filter((right) => !used.has(right) && !SELDOM_ASKED.includes(right))).toEqual([]);
  expect(granted).toEqual(expect.arrayContaining(SELDOM_ASKED));
});
