import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Decision, PersistentVolume, PersistentVolumeClaim } from '../../src/api/types.ts';
import { coset } from '../cli/coset.ts';
import { claim, podWith, storageClass, volume } from '../volumes/objects.ts';
import { bindClaims, type VolumeApi } from '../volumes/volume-controller.ts';
import type { Client } from './client.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { createNodes, createPods, createService, listPods, node } from './fixtures.ts';
import { until } from './processes.ts';
import { configurationFile, startCoset } from './scheduler.ts';

const NODES = 6;
const WEB_PODS = 15;
const LOCAL_VOLUMES = 3;
const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims';
const VOLUMES = '/api/v1/persistentvolumes';

let controlPlane: ControlPlane;
beforeAll(async () => {
  controlPlane = await startControlPlane();
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
    const pod = podWith(`data-${n}`, [`data-${n}`], { namespace: 'default' });
    for (const object of [own, pod]) delete object.metadata!.uid;
    await client.text('POST', CLAIMS, own);
    await client.text('POST', '/api/v1/namespaces/default/pods', pod);
  }
}

it('a snapshot, planned, says what the running scheduler then does', async ({ onTestFailed }) => {
  const { client, folder, kubeconfigPath } = controlPlane;
  await createNodes(client, NODES);
  await createService(client, 'web', { app: 'web' });
  await createWithVolumes(client);
  await createPods(client, WEB_PODS, { app: 'web' });
  await client.text('POST', '/apis/policy/v1/namespaces/default/poddisruptionbudgets', {
    metadata: { name: 'web' },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
  });

  const file = join(folder, 'cluster.json');
  const taken = await coset(['snapshot', '--kubeconfig', kubeconfigPath, file]);
  expect(taken.code, taken.stderr).toBe(0);
  const { items } = JSON.parse(readFileSync(file, 'utf8')) as { items: { kind: string }[] };
  const kinds = new Set(items.map(({ kind }) => kind));
  for (const kind of ['PersistentVolume', 'PersistentVolumeClaim', 'StorageClass', 'PodDisruptionBudget']) {
    expect(kinds).toContain(kind);
  }
  const planned = await coset(['plan', '--output', 'json', file]);
  expect(planned.code, planned.stderr).toBe(0);
  const { decisions } = JSON.parse(planned.stdout) as { decisions: Decision[] };
  const expected = new Map(decisions.map(({ pod, node: chosen }) => [pod, chosen]));
  expect(expected.size).toBe(WEB_PODS + LOCAL_VOLUMES + 1);

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
    expect(Object.fromEntries(actual)).toEqual(Object.fromEntries(expected));
  } finally {
    await scheduler.stop();
  }
});
