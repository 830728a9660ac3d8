import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Decision, PersistentVolume, PersistentVolumeClaim, Pod } from '../../src/model/types.ts';
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
