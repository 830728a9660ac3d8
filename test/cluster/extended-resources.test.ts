// Extended resources that a device class backs, on a real API server, with the rights in deploy/.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Pod } from '../../src/model/types.ts';
import type { ResourceClaim } from '../../src/devices/types.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { createNodes, listPods, pod } from './fixtures.ts';
import { until } from './processes.ts';
import { configurationFile, startCoset } from './scheduler.ts';

const TIMEOUT_SECONDS = 60;
const API = '/apis/resource.k8s.io/v1';
const CLAIMS = `${API}/namespaces/default/resourceclaims`;
const PODS = '/api/v1/namespaces/default/pods';
const RESOURCE = 'example.com/gpu';
const DRIVER = 'gpu.example.com';
const NODE = 'node-00000';

let controlPlane: ControlPlane;
beforeAll(async () => {
  controlPlane = await startControlPlane();
});
afterAll(() => controlPlane.stop());

function asking(number: number): Pod {
  const { spec, ...rest } = pod(number, { app: 'devices' });
  const [container] = spec!.containers;
  const amounts = { [RESOURCE]: '1' };
  const resources = { requests: { cpu: '100m', ...amounts }, limits: amounts };
  return { ...rest, spec: { ...spec!, containers: [{ ...container!, resources }] } };
}

async function claims(): Promise<ResourceClaim[]> {
  return (await controlPlane.client.json<{ items: ResourceClaim[] }>('GET', CLAIMS)).items;
}

it('are served by devices, and waited for when there are none left', async ({ onTestFailed }) => {
  const { client } = controlPlane;
  await createNodes(client, 2);
  const selectors = [{ cel: { expression: `device.driver == "${DRIVER}"` } }];
  await client.text('POST', `${API}/deviceclasses`, {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'DeviceClass',
    metadata: { name: 'gpu' },
    spec: { selectors, extendedResourceName: RESOURCE },
  });
  await client.text('POST', `${API}/resourceslices`, {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceSlice',
    metadata: { name: 'gpus' },
    spec: {
      driver: DRIVER,
      nodeName: NODE,
      pool: { name: NODE, generation: 1, resourceSliceCount: 1 },
      devices: [{ name: 'one' }, { name: 'two' }],
    },
  });
  // an attempt that nobody remembers has left its claim behind
  const first = await client.json<Pod>('POST', PODS, asking(0));
  const { name, uid } = first.metadata!;
  const exactly = { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1 };
  await client.text('POST', CLAIMS, {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: {
      name: 'left',
      annotations: { 'resource.kubernetes.io/extended-resource-claim': 'true' },
      finalizers: ['resource.kubernetes.io/delete-protection'],
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid, controller: true }],
    },
    spec: { devices: { requests: [{ name: 'container-0-request-1', exactly }] } },
  });
  const coset = startCoset(configurationFile(controlPlane));
  onTestFailed(() => {
    process.stderr.write(coset.daemon.output);
  });
  try {
    await until('the first pod is bound', TIMEOUT_SECONDS, async () => {
      coset.daemon.check();
      return (await listPods(client))[0]!.spec?.nodeName;
    });
    for (const number of [1, 2]) await client.text('POST', PODS, asking(number));
    const pods = await until('two pods are bound and one waits', TIMEOUT_SECONDS, async () => {
      coset.daemon.check();
      const all = await listPods(client);
      const waits = all.filter(({ status }) => status?.conditions?.[0]?.reason === 'Unschedulable');
      return all.filter(({ spec }) => spec?.nodeName === NODE).length === 2 && waits.length === 1
        ? all
        : undefined;
    });
    const bound = pods.filter(({ spec }) => spec?.nodeName !== undefined);
    const waiting = pods.find(({ spec }) => spec?.nodeName === undefined)!;
    expect(waiting.status?.conditions?.[0]?.message).toContain('2 cannot allocate all claims');

    const made = await claims();
    expect(made).toHaveLength(2);
    const held = made.flatMap(({ status }) => status?.allocation?.devices?.results ?? []);
    expect(held.map(({ device }) => device).sort()).toEqual(['one', 'two']);
    for (const { metadata, status } of bound) {
      const told = status as { extendedResourceClaimStatus?: { resourceClaimName: string } };
      const name = told.extendedResourceClaimStatus?.resourceClaimName;
      const claim = made.find((one) => one.metadata?.name === name);
      expect(claim?.status?.reservedFor?.map(({ uid }) => uid)).toEqual([metadata!.uid]);
      expect(claim?.metadata?.ownerReferences?.[0]?.uid).toBe(metadata!.uid);
    }

    // what the claims' controller does when a pod has ended
    const [freed] = made;
    const path = `${CLAIMS}/${freed!.metadata!.name!}`;
    await client.text('PUT', `${path}/status`, { ...freed, status: {} });
    await until('the third pod is bound', TIMEOUT_SECONDS, async () => {
      coset.daemon.check();
      return (await listPods(client)).every(({ spec }) => spec?.nodeName === NODE) || undefined;
    });
    expect(await coset.stop()).toBe(0);
  } finally {
    await coset.stop();
  }
});
