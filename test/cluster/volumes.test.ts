import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PersistentVolume, PersistentVolumeClaim } from '../../src/model/types.ts';
import { claim, podWith, storageClass, volume } from '../volumes/objects.ts';
import { bindClaims, type VolumeApi } from '../volumes/volume-controller.ts';
import type { Client } from './client.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { createNodes, listPods, node } from './fixtures.ts';
import { until } from './processes.ts';
import { configurationFile, startCoset } from './scheduler.ts';

const nodes = 6;
const replicas = 12;
const localVolumes = 3;
const ZONE = 'topology.kubernetes.io/zone';
const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims';
const VOLUMES = '/api/v1/persistentvolumes';
const CLASSES = '/apis/storage.k8s.io/v1/storageclasses';

let controlPlane: ControlPlane;
beforeAll(async () => {
  controlPlane = await startControlPlane();
});
afterAll(() => controlPlane.stop());

function volumeApi(client: Client): VolumeApi {
  const list = async <T>(path: string) => (await client.json<{ items: T[] }>('GET', path)).items;
  return {
    volumes: () => list<PersistentVolume>(VOLUMES),
    claims: () => list<PersistentVolumeClaim>(CLAIMS),
    createVolume: (made) => client.text('POST', VOLUMES, made),
    updateClaim: (bound) => client.text('PUT', `${CLAIMS}/${bound.metadata!.name}`, bound),
  };
}

/** A volume of a node, which the volume controller would declare available. */
async function createLocalVolume(client: Client, number: number): Promise<void> {
  const made = volume(`local-${number}`, 'local', node(number).metadata!.name);
  const created = await client.json<PersistentVolume>('POST', VOLUMES, made);
  await client.text('PUT', `${VOLUMES}/${made.metadata!.name}/status`, { ...created, status: made.status });
}

/** Pods with a claim each, as the controller of a StatefulSet creates them. */
async function createReplicas(client: Client, set: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const own = claim(`data-${set}-${n}`, set, {}, 'default');
    delete own.metadata!.uid;
    await client.text('POST', CLAIMS, own);
    const replica = podWith(`${set}-${n}`, [own.metadata!.name!], {
      namespace: 'default',
      owner: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: set },
    });
    delete replica.metadata!.uid;
    await client.text('POST', '/api/v1/namespaces/default/pods', replica);
  }
}

it('coset run binds the volumes of a StatefulSet and then its pods, and leaves one without a volume waiting', async ({
  onTestFailed,
}) => {
  const { client } = controlPlane;
  const api = volumeApi(client);
  await createNodes(client, nodes);
  const allowedTopologies = [{ matchLabelExpressions: [{ key: ZONE, values: ['zone-0', 'zone-1'] }] }];
  await client.text('POST', CLASSES, storageClass('made', { allowedTopologies }));
  await client.text('POST', CLASSES, storageClass('local', { provisioner: 'kubernetes.io/no-provisioner' }));
  for (let n = 0; n < localVolumes; n++) await createLocalVolume(client, n);
  await createReplicas(client, 'made', replicas);
  await createReplicas(client, 'local', localVolumes + 1);

  const coset = startCoset(configurationFile(controlPlane));
  onTestFailed(() => {
    process.stderr.write(coset.daemon.output);
  });
  try {
    const waiting = await until('all pods but one are bound, that one refused', 90, async () => {
      coset.daemon.check();
      await bindClaims(api);
      const open = (await listPods(client)).filter(({ spec }) => spec?.nodeName === undefined);
      return open.length === 1 && open[0]!.status?.conditions !== undefined ? open[0] : undefined;
    });
    expect(waiting?.status?.conditions?.[0]?.message).toContain(
      "0/6 nodes are available: 6 node(s) didn't find available persistent volumes to bind.",
    );
    const claims = new Map((await api.claims()).map((one) => [one.metadata!.name!, one]));
    const volumes = new Map((await api.volumes()).map((one) => [one.metadata!.name!, one]));
    const bound = (await listPods(client)).filter(({ spec }) => spec?.nodeName !== undefined);
    expect(bound).toHaveLength(replicas + localVolumes);
    const given = new Set<string>();
    for (const { metadata, spec } of bound) {
      const own = claims.get(`data-${metadata!.name}`)!;
      const { name } = volumes.get(own.spec!.volumeName!)!.metadata!;
      given.add(name!);
      const affinity = volumes.get(name!)!.spec?.nodeAffinity?.required?.nodeSelectorTerms;
      expect(affinity?.[0]?.matchExpressions?.[0]?.values).toEqual([spec!.nodeName]);
    }
    expect(given.size).toBe(replicas + localVolumes);
    const used = new Set(
      bound.filter(({ metadata }) => metadata!.name!.startsWith('made')).map(({ spec }) => spec!.nodeName),
    );
    // nodes 2 and 5 are in zone-2
    expect([...used].sort()).toEqual([0, 1, 3, 4].map((number) => node(number).metadata!.name));
    expect(await coset.stop()).toBe(0);
  } finally {
    await coset.stop();
  }
});
